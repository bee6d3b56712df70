import type { Feature } from './feature'
import { report } from '@/features/report'
import { myReports } from '@/features/my-reports'
import { inbox } from '@/features/inbox'
import { learn } from '@/features/learn'
import { signIn } from '@/features/sign-in'
import { mine } from '@/features/mine'

/** Everything that the client can do. */
export const FEATURES: readonly Feature[] = [report, myReports, learn, inbox, signIn, mine]
