import { api, NoNetwork, type Schemas } from '@/app/http'
import { checklistsOf, inForce, type Edition } from '../inspections/editions'

export type Kind = Schemas['Patrol']['kind']
const KEY = 'checklists' // everybody may read them, so they are nobody's in particular
/** By which checklists each kind goes (workflow/patrols/rules.py). */
export const CHECKLISTS: Readonly<Record<Kind, readonly string[]>> = { GRID_PATROL: ['GRID_PATROL'], UNIT_SELF_CHECK: ['DAILY_PATROL', 'MONTHLY_CHECK'] }

/** The editions of today for a kind of visit: as the server has them, or as it had them when there was a network last. */
export async function editionsFor(kind: Kind, day: string): Promise<Edition[]> {
  const lists = checklistsOf(await everyEdition())
  return CHECKLISTS[kind].flatMap((code) => lists.filter((one) => one.code === code).map((one) => inForce(one, day)).filter((one) => one !== null))
}

/** Fetch them for later: where somebody walks there may be no network. */
export async function everyEdition(): Promise<readonly Edition[]> {
  try {
    const items = (await api.GET('/api/v1/inspections/checklists')).data!.items
    localStorage.setItem(KEY, JSON.stringify(items))
    return items
  } catch (error) {
    if (error instanceof NoNetwork) return stored()
    if (error instanceof DOMException) return stored() // no space to keep them
    throw error
  }
}

function stored(): readonly Edition[] {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '[]') as Edition[]
  } catch {
    return []
  }
}
