import type { LocationQuery } from 'vue-router'

/** A part of the map, in degrees. Its western and southern edges belong to it. */
export interface Box {
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
}

const EDGES = ['west', 'south', 'east', 'north'] as const

/** The box that an address names; null if it does not name one. */
export function boxIn(query: LocationQuery): Box | null {
  const edges = EDGES.map((name) => (typeof query[name] === 'string' && query[name] !== '' ? Number(query[name]) : NaN))
  return edges.every(Number.isFinite) ? (Object.fromEntries(EDGES.map((name, nth) => [name, edges[nth]])) as unknown as Box) : null
}
