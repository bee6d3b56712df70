import { api, type Schemas } from '@/app/http'
import type { Box } from '@/features/queue/box'
import type { View } from './fieldMap'

export type Cells = Schemas['Cells']
export type AreaCell = Schemas['Cell']
const CLOSEST = 16 // no cell is smaller than at this zoom (workflow/queue/cells.py)
const STORED = 'area-cells'

/** All of the region, so widely that nobody's jurisdiction is missed. */
export const EVERYWHERE: View = { west: 97, south: 37, east: 127, north: 54, zoom: 7 }

/** What was counted, and when: without a network it is shown again, and said to be so. */
export interface Counted {
  readonly cells: Cells
  readonly at: string
}

/** Count what is open in sight. Kept until the window is closed, for this person. */
export async function countCells({ zoom, ...view }: View, userId: string): Promise<Counted> {
  const query = { ...view, zoom: Math.min(zoom, CLOSEST) }
  const counted = { cells: (await api.GET('/api/v1/queue/map', { params: { query } })).data!, at: new Date().toISOString() }
  sessionStorage.setItem(STORED, JSON.stringify({ userId, counted }))
  return counted
}

export function countedLast(userId: string): Counted | null {
  const stored = JSON.parse(sessionStorage.getItem(STORED) ?? 'null') as { userId: string; counted: Counted } | null
  return stored?.userId === userId ? stored.counted : null
}

export function boxOf(cell: AreaCell, size: number): Box {
  return { west: cell.west, south: cell.south, east: cell.west + size, north: cell.south + size }
}
