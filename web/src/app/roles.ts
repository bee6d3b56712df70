import type { User } from './session'

const REGION = '150000'
const OFFICERS = ['FIRE_OFFICER', 'GRID_WORKER', 'TOWN_OFFICER', 'FIREFIGHTER']
const DESK = [
  'UNIT_LEADER', 'SUPERVISOR', 'INTAKE_CLERK', 'HOTLINE_CLERK', 'LEGAL_REVIEWER', 'RECEIVER_CLERK', 'DEPT_HANDLER',
  'CONTROL_ROOM_OPERATOR', 'DISPATCHER', 'COMMANDER', 'PERMIT_CLERK', 'PERMIT_APPROVER', 'ANALYST', 'EXPERT',
  'FINANCE_CLERK',
]
const DELEGABLE = [
  'UNIT_LEADER', 'LEGAL_REVIEWER', 'INTAKE_CLERK', 'DISPATCHER', 'PERMIT_CLERK', 'PERMIT_APPROVER', 'RECEIVER_CLERK', 'DEPT_HANDLER',
  'SUPERVISOR',
]
const PACK = ['FIREFIGHTER', 'FIRE_OFFICER', 'UNIT_LEADER']
const APPLICANTS = ['UNIT_RESPONSIBLE', 'UNIT_MANAGER', 'AGENT']
const DIRECTORS = ['UNIT_RESPONSIBLE', 'UNIT_MANAGER']
const ADMINISTRATORS = ['SYS_ADMIN', 'SEC_ADMIN', 'AUDITOR']

/** The banners in which he does that. */
export const packRegions = (user: User | null): { readonly code: string; readonly name: string }[] => {
  const held = (user?.roles ?? []).filter(({ role, region_code: code }) => PACK.includes(role) && !code.endsWith('00'))
  return [...new Map(held.map((one) => [one.region_code, { code: one.region_code, name: one.region_name }])).values()]
}

/** True if the person has one of these roles anywhere. */
export function hasRole(user: User | null, ...roles: readonly string[]): boolean {
  return user !== null && user.roles.some((held) => roles.includes(held.role))
}

export const isOfficer = (user: User | null): boolean => hasRole(user, ...OFFICERS)
export const isDesk = (user: User | null): boolean => hasRole(user, ...DESK) && !isOfficer(user)
export const isAdministrator = (user: User | null): boolean => hasRole(user, ...ADMINISTRATORS)
/** Who leads a brigade that answers for a division: his own, or one that lies in his. */
export const leadsIn = (user: User | null, regionCode: string): boolean =>
  (user?.roles ?? []).some((held) => held.role === 'UNIT_LEADER' && regionCode.startsWith(held.region_code.replace(/(00)+$/, '')))
/** Who decides about what devices handed in and took no effect. */
export const decidesIssues = (user: User | null): boolean => hasRole(user, 'UNIT_LEADER', 'SUPERVISOR')
/** Who reads the figures of his jurisdiction. */
export const readsFigures = (user: User | null): boolean => hasRole(user, 'UNIT_LEADER', 'SUPERVISOR', 'ANALYST', 'COMMANDER')
/** Who sees on a map what is open in his jurisdiction. */
export const seesArea = decidesIssues
/** Who sees which devices of the staff still hold work. */
export const watchesDevices = (user: User | null): boolean => decidesIssues(user) || hasRole(user, 'SYS_ADMIN', 'SEC_ADMIN')
/** Who may have a deputy in an office: whoever holds there what can be lent (accounts/roles.py, DELEGABLE_ROLES). */
export const mayBeStoodInFor = (user: User | null, officeId: string): boolean =>
  (user?.roles ?? []).some((held) => held.org_id === officeId && DELEGABLE.includes(held.role))
/** Who enters what holds for the whole region: deadlines, working days, checklists. */
export const keepsBasis = (user: User | null): boolean => (user?.roles ?? []).some((held) => held.role === 'SYS_ADMIN' && held.region_code === REGION)
/** Who takes reports in that came by telephone, at the window, or from another agency. */
export const takesOrders = (user: User | null): boolean => hasRole(user, 'INTAKE_CLERK', 'HOTLINE_CLERK')
/** Who sees them beside those: their leader, and who supervises. */
export const seesOrders = (user: User | null): boolean => takesOrders(user) || decidesIssues(user)
/** Who keeps the register of units. */
export const keepsRegister = (user: User | null): boolean => hasRole(user, 'INTAKE_CLERK', 'FIRE_OFFICER', 'UNIT_LEADER')
/** Who arranges technical assistance, and sees who can give it. */
export const arrangesAssistance = (user: User | null): boolean => hasRole(user, 'INTAKE_CLERK', 'UNIT_LEADER')
/** Who goes to fires with the firefighters' pack on his phone, and keeps it. */
export const carriesPack = (user: User | null): boolean => hasRole(user, ...PACK)
/** Who decides about rewards, or pays them. */
export const handlesRewards = (user: User | null): boolean => hasRole(user, 'INTAKE_CLERK', 'UNIT_LEADER', 'FINANCE_CLERK')
/** Who asks for, decides about, or watches over the unsealing of who reported. */
export const seesUnsealings = (user: User | null): boolean => hasRole(user, 'LEGAL_REVIEWER', 'UNIT_LEADER', 'AUDITOR')
/** Who walks a grid: reminds, dissuades and reports, and never inspects. */
export const walksGrid = (user: User | null): boolean => hasRole(user, 'GRID_WORKER', 'TOWN_OFFICER')
export const isEditor = (user: User | null): boolean => hasRole(user, 'CONTENT_EDITOR')
export const isStaff = (user: User | null): boolean => isOfficer(user) || isDesk(user) || isAdministrator(user) || isEditor(user)
/** Who directs an enterprise: its responsible person and its managers name who acts for it, and keep its facts up to date. */
export const directsUnit = (user: User | null, unitId: string, ...roles: readonly string[]): boolean =>
  (user?.units ?? []).some((power) => power.unit_id === unitId && (roles.length ? roles : DIRECTORS).includes(power.role))
/** Whoever may apply for an enterprise: its legal person, its managers, and agents whom it named for that. */
export const appliesForPermits = (user: User | null): boolean => unitsToApplyFor(user).length > 0
/** The enterprises for which he may. */
export const unitsToApplyFor = (user: User | null): User['units'] => unitsIn(user, 'permits')
/** The enterprises for which he may ask for technical assistance. */
export const unitsToAskFor = (user: User | null): User['units'] => unitsIn(user, 'assistance')
const unitsIn = (user: User | null, matter: string): User['units'] =>
  (user?.units ?? []).filter((power) => !power.merged_into && APPLICANTS.includes(power.role) && (power.scope.length === 0 || power.scope.includes(matter)))
/** Citizens, enterprises, guests, and whoever has not signed in. */
export const isPublic = (user: User | null): boolean => !isStaff(user)
