import type { Feature } from './feature'
import { report } from '@/features/report'
import { myReports } from '@/features/my-reports'
import { permits } from '@/features/permits'
import { assistance } from '@/features/assistance'
import { inbox } from '@/features/inbox'
import { learn } from '@/features/learn'
import { signIn } from '@/features/sign-in'
import { cases } from '@/features/cases'
import { queue } from '@/features/queue'
import { deadlines } from '@/features/deadlines'
import { figures } from '@/features/figures'
import { mine } from '@/features/mine'
import { lock } from '@/features/lock'
import { today } from '@/features/today'
import { map } from '@/features/map'
import { check } from '@/features/check'
import { cosign } from '@/features/cosign'
import { sync } from '@/features/sync'
import { orders } from '@/features/orders'
import { unitLists } from '@/features/unit-lists'
import { staff } from '@/features/staff'
import { syncIssues } from '@/features/sync-issues'

/** Everything that the client can do. */
export const FEATURES: readonly Feature[] = [
  report, permits, assistance, myReports, learn, inbox, queue, cases, signIn, lock, today, map, check, cosign, sync, syncIssues, staff, deadlines, figures, orders, unitLists, mine,
]
