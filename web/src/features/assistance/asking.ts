import type { Schemas } from '@/app/http'
import { newId } from '@/offline'
import { NOTHING_SAID, WORDS, type SaidPlace } from '../report/place'

type Body = Schemas['CreateAssistance']

/** A request as it is being written. `who`: the id of a unit, or what kind of person asks for himself. */
export interface Asked {
  id: string
  topic: string
  who: string
  mode: string
  description: string
  contactName: string
  contactPhone: string
  preferredTime: string
  place: SaidPlace
  photos: string[]
  order: { id: string; number: string } | null
}

export const OWN_KINDS = ['RESIDENT', 'SELF_EMPLOYED', 'VILLAGE'] as const

export const isOwn = (asked: Asked): boolean => (OWN_KINDS as readonly string[]).includes(asked.who)

export const fresh = (who: string, contactName: string): Asked => ({
  id: newId(), topic: '', who, mode: 'ON_SITE', description: '', contactName, contactPhone: '', preferredTime: '',
  place: { ...NOTHING_SAID }, photos: [], order: null,
})

/** True once the server would take it, as far as one can tell here. */
export function isWhole(asked: Asked): boolean {
  const hasPlace = !isOwn(asked) || (asked.place.regionCode !== '' && WORDS.some((word) => asked.place[word].trim() !== ''))
  return asked.topic !== '' && asked.description.trim().length > 1 && asked.contactName.trim() !== '' && /^1\d{10}$/.test(asked.contactPhone.trim()) && hasPlace
}

/** As the server wants it. */
export function bodyOf(asked: Asked): Body {
  const common = {
    id: asked.id, topic: asked.topic as Body['topic'], wanted_mode: asked.mode as Body['wanted_mode'], description: asked.description.trim(),
    contact_name: asked.contactName.trim(), contact_phone: asked.contactPhone.trim(), preferred_time: asked.preferredTime.trim(), photos: [...asked.photos],
  }
  if (!isOwn(asked)) return { ...common, applicant_kind: 'UNIT', unit_id: asked.who, rectification_id: asked.order?.id ?? null }
  const words = Object.fromEntries(WORDS.map((word) => [word, asked.place[word].trim()]))
  return { ...common, applicant_kind: asked.who as Body['applicant_kind'], place: { region_code: asked.place.regionCode, ...words } }
}
