import type { Feature } from './feature'
import { report } from '@/features/report'
import { myReports } from '@/features/my-reports'
import { signIn } from '@/features/sign-in'
import { mine } from '@/features/mine'

/** Everything that the client can do. */
export const FEATURES: readonly Feature[] = [report, myReports, signIn, mine]
