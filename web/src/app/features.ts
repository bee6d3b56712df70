import type { Feature } from './feature'
import { signIn } from '@/features/sign-in'
import { mine } from '@/features/mine'

/** Everything that the client can do. */
export const FEATURES: readonly Feature[] = [signIn, mine]
