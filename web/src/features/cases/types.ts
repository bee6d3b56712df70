import type { Schemas } from '@/app/http'

export type CaseKind = 'hazard' | 'handover' | 'rectification' | 'permit' | 'assistance' | 'inspection' | 'measure' | 'major' | 'transfer'
export type Offer = Schemas['OfferedAction']
export type Done = Schemas['Done']

/** A case as the server shows it to whoever reads, with the kind that it is. */
export type Case =
  | ({ kind: 'hazard' } & Schemas['Hazard'])
  | ({ kind: 'handover' } & Schemas['Handover'])
  | ({ kind: 'rectification' } & Schemas['Rectification'])
  | ({ kind: 'assistance' } & Schemas['Assistance'])
  | ({ kind: 'inspection'; onSpot: boolean } & Omit<Schemas['Inspection'], 'kind'>) // onSpot: its reader goes there
  | ({ kind: 'measure' } & Omit<Schemas['Measure'], 'kind'>)
  | ({ kind: 'major' } & Schemas['Major'])
  | ({ kind: 'transfer' } & Schemas['CriminalTransfer'])
  | ({ kind: 'permit'; form: 'permit-form' | 'permit-correct' | null } & Schemas['Permit']) // form: where its reader goes on filling in

/** What a form of a step needs to know of its case: filled from the server's answer here, from the device's rows in the field. */
export interface Subject {
  readonly kind: CaseKind
  readonly id: string
  readonly regionCode: string
  readonly picture?: string
  readonly category?: string | null
  readonly place?: string
  readonly actSha256?: string // of the draft that waits for the second officer
  readonly suggestedOrgId?: string // where a returned letter should rather go
  readonly reuseIds?: readonly string[] // photos that are also shown elsewhere, for its leader to judge
  readonly asksUntil?: string // a date: until when the unit asks for
  readonly items?: readonly { readonly id: string; readonly description: string; readonly fixed: boolean }[] // of an order, or of advice
}

/** 即知即改: what a place was told beside a report; it is kept like an order and is none. */
export const isPrompt = (record: Case): boolean => record.kind === 'rectification' && record.data.kind === 'PROMPT'

export function subjectOf(record: Case): Subject {
  const common = { kind: record.kind, id: record.id, regionCode: record.region_code }
  switch (record.kind) {
    case 'hazard': {
      const act = 'pending_act' in record.data ? record.data.pending_act : null
      const reuseIds = record.reuses.filter((one) => one.is_to_judge).map((one) => one.id)
      const about = { ...common, picture: record.picture, category: record.category, place: record.place_name, reuseIds }
      return act ? { ...about, actSha256: act.act_sha256 } : about
    }
    case 'handover': {
      const last = record.data.returns.at(-1)
      return last ? { ...common, suggestedOrgId: last.suggested_org_id } : common
    }
    case 'rectification': {
      const act = 'pending_act' in record.data ? record.data.pending_act : null
      return {
        ...common,
        items: record.data.items,
        ...(act ? { actSha256: act.act_sha256 } : {}),
        ...(record.data.extension ? { asksUntil: record.data.extension.due_on } : {}),
      }
    }
    case 'assistance': {
      const items = record.data.advice?.items ?? []
      return { ...common, items: items.map((item) => ({ id: item.id, description: item.problem, fixed: item.fixed_at !== null })) }
    }
    case 'measure':
    case 'major':
    case 'inspection': {
      const act = 'pending_act' in record.data ? record.data.pending_act : null
      return { ...common, place: record.unit_name, ...(act ? { actSha256: act.act_sha256 } : {}) }
    }
    case 'transfer':
      return { ...common, place: record.party }
    case 'permit': {
      const act = 'pending_act' in record.data ? record.data.pending_act : null
      return { ...common, place: record.venue, ...(act ? { actSha256: act.act_sha256 } : {}) }
    }
  }
}
