import type { Schemas } from '@/app/http'
import { assistanceGuide } from '@/generated/assistance-guide'

export type Topic = Schemas['Expert']['topics'][number]

/** Somebody who helps; he may do so in several divisions. */
export interface Helper {
  readonly id: string
  readonly name: string
  readonly isExpert: boolean
  readonly offices: readonly string[]
  readonly regions: readonly string[]
  readonly topics: readonly Topic[]
}

export const TOPICS = assistanceGuide.topics
export const topicLabel = (code: string): string => TOPICS.find((topic) => topic.code === code)?.label ?? code

/** Everybody once, experts before officers, in the order of the divisions. */
export function byPerson(rows: readonly Schemas['Expert'][]): Helper[] {
  const found = new Map<string, Helper>()
  for (const row of rows) {
    const before = found.get(row.id)
    found.set(row.id, {
      id: row.id, name: row.name, isExpert: row.role === 'EXPERT' || (before?.isExpert ?? false), topics: row.topics,
      offices: [...new Set([...(before?.offices ?? []), row.org_name])], regions: [...new Set([...(before?.regions ?? []), row.region_code])],
    })
  }
  return [...found.values()].sort((one, other) => Number(other.isExpert) - Number(one.isExpert))
}
