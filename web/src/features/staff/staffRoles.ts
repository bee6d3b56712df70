import type { Schemas } from '@/app/http'

export type StaffRole = Schemas['GrantRole']['role']

/** What can be granted, the field first. */
export const ROLES = [
  'FIRE_OFFICER',
  'UNIT_LEADER',
  'INTAKE_CLERK',
  'HOTLINE_CLERK',
  'DISPATCHER',
  'FIREFIGHTER',
  'LEGAL_REVIEWER',
  'PERMIT_CLERK',
  'PERMIT_APPROVER',
  'RECEIVER_CLERK',
  'DEPT_HANDLER',
  'SUPERVISOR',
  'GRID_WORKER',
  'TOWN_OFFICER',
  'EXPERT',
  'CONTENT_EDITOR',
  'ANALYST',
  'COMMANDER',
  'SYS_ADMIN',
  'SEC_ADMIN',
  'AUDITOR',
  'FINANCE_CLERK',
] as const satisfies readonly StaffRole[]
