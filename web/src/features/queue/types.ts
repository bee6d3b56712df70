import type { Schemas } from '@/app/http'
import type { CaseKind, Subject } from '@/features/cases/types'

export type Task = Schemas['Task']
export type BucketName = keyof Schemas['Buckets']
export const BUCKETS: readonly BucketName[] = ['due_today', 'overdue', 'to_sign', 'to_assign']
export const VIEWS = ['ours', 'mine', 'all'] as const
export type View = (typeof VIEWS)[number]
export const KINDS = Object.keys({ hazard: 1, handover: 1, rectification: 1, permit: 1, assistance: 1, inspection: 1, measure: 1, major: 1, transfer: 1 } satisfies Record<CaseKind, 1>) as CaseKind[]

/** Steps that may be taken for several hazards at once. */
export const BULK = ['assign', 'hand_over', 'close'] as const

/** What the list is narrowed to. Without a bucket it is everything of the view. */
export interface Filters {
  bucket: BucketName | null
  view: View
  kind: CaseKind | null
}

/** The case of a card, before it is read, for the form of its step. */
export function subjectOfTask(task: Task): Subject {
  const about = { kind: task.subject_type, id: task.subject_id, regionCode: task.region_code, place: task.title.place }
  return task.title.picture ? { ...about, picture: task.title.picture } : about
}

export const titleOf = (task: Task): string => [task.title.category, task.title.place || task.title.unit_name].filter(Boolean).join(' · ')
