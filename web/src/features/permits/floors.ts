const LOWEST = -10
const HIGHEST = 200
const BELOW = /地下|负/g
const PART = /^(-?\d{1,3})(?:(?:-|—|~|～|至|到)(-?\d{1,3}))?$/

/** Floors as people write them (`1、2`, `1-3`, `地下1层`), each once and in order; null if something in it is no floor. */
export function floorsOf(typed: string): number[] | null {
  const parts = typed.replace(BELOW, '-').replace(/第|层|楼|\s/g, '、').split(/[、,,;;]+/).filter(Boolean)
  const found = new Set<number>()
  for (const part of parts) {
    const match = PART.exec(part)
    if (!match) return null
    const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])]
    if (first < LOWEST || last > HIGHEST || first > last) return null
    for (let floor = first; floor <= last; floor += 1) if (floor !== 0 || first === last) found.add(floor)
  }
  return [...found].sort((one, other) => one - other)
}

/** The other way: `-1、1、2`. */
export const floorsText = (floors: readonly number[]): string => floors.join('、')
