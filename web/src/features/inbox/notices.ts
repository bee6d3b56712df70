import { computed } from 'vue'
import type { RouteLocationRaw } from 'vue-router'
import type { Schemas } from '@/app/http'
import { isPublic } from '@/app/roles'
import { session } from '@/app/session'
import { useAllShown } from '@/app/onDevice'

export type Notice = Omit<Schemas['InboxItem'], 'revision'> & { readonly revision: number; readonly waiting: readonly string[] }

/** True until it was opened, here or on another device. */
export const isUnread = (notice: Pick<Notice, 'read_at' | 'waiting'>): boolean => notice.read_at === null && !notice.waiting.includes('inbox_item.read')

/** The person's notices as this device holds them, newest first. */
export function useNotices() {
  const { records, isRead } = useAllShown<Notice>('inbox_item')
  const notices = computed(() => [...records.value].sort((one, other) => (one.created_at < other.created_at ? 1 : -1)))
  return { notices, isRead, unread: computed(() => notices.value.filter(isUnread).length) }
}

const OF_UNITS = ['rectification', 'permit', 'assistance', 'inspection', 'measure', 'major']
const CASES = ['hazard', 'handover', 'rectification', 'permit', 'assistance', 'inspection', 'measure', 'major', 'transfer']

/** The page of what a notice is about: a reporter's own, a case of the office, or all that the office has to do. */
export function caseOf(notice: Pick<Notice, 'subject_type' | 'subject_id'>): RouteLocationRaw | null {
  const { subject_type: kind, subject_id: id } = notice
  if (kind === 'unit') return { name: 'unit', params: { id } }
  if (kind === 'water_source') return { name: 'pack-source', params: { id } }
  if (isPublic(session.user) && kind === 'hazard') return { name: 'my-report', params: { id } }
  if (isPublic(session.user)) return OF_UNITS.includes(kind) ? { name: 'case', params: { kind, id } } : null
  if (kind === 'organisation') return { name: 'queue' }
  return CASES.includes(kind) ? { name: 'case', params: { kind, id } } : null
}
