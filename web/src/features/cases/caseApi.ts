import { api, Refused } from '@/app/http'
import type { Case, CaseKind, Done, Offer } from './types'

const COLLECTIONS = { hazard: 'hazards', handover: 'handovers', rectification: 'rectifications', permit: 'permits', assistance: 'assistance', inspection: 'inspections', measure: 'measures', major: 'majors', transfer: 'transfers' } as const
// Steps that are taken where the form is filled in, not from the page of the case.
const IN_THE_FORM = ['fill_in', 'sign_commitment', 'supplement', 'submit']

const ON_THE_SPOT = ['start', 'find_none', 'fix_on_site', 'order']

/** A case of any kind with its clocks and the steps open to the reader. */
export async function loadCase(kind: CaseKind, id: string): Promise<Case> {
  switch (kind) {
    case 'hazard': {
      const { data } = await api.GET('/api/v1/hazards/{hazard_id}', { params: { path: { hazard_id: id } } })
      return { kind, ...data! }
    }
    case 'handover': {
      const { data } = await api.GET('/api/v1/handovers/{case_id}', { params: { path: { case_id: id } } })
      return { kind, ...data! }
    }
    case 'rectification': {
      const { data } = await api.GET('/api/v1/rectifications/{case_id}', { params: { path: { case_id: id } } })
      return { kind, ...data! }
    }
    case 'assistance': {
      const { data } = await api.GET('/api/v1/assistance/{case_id}', { params: { path: { case_id: id } } })
      return { kind, ...data! }
    }
    case 'inspection': {
      const { data } = await api.GET('/api/v1/inspections/{case_id}', { params: { path: { case_id: id } } })
      const onSpot = data!.actions.some((step) => ON_THE_SPOT.includes(step.action))
      return { ...data!, kind, onSpot, actions: data!.actions.filter((step) => !ON_THE_SPOT.includes(step.action)) }
    }
    case 'measure': {
      const { data } = await api.GET('/api/v1/measures/{case_id}', { params: { path: { case_id: id } } })
      return { ...data!, kind }
    }
    case 'major': {
      const { data } = await api.GET('/api/v1/majors/{case_id}', { params: { path: { case_id: id } } })
      return { kind, ...data! }
    }
    case 'transfer': {
      const { data } = await api.GET('/api/v1/transfers/{case_id}', { params: { path: { case_id: id } } })
      return { kind, ...data! }
    }
    case 'permit': {
      const { data } = await api.GET('/api/v1/permits/{case_id}', { params: { path: { case_id: id } } })
      return { kind, ...data!, ...apart(data!.actions) }
    }
  }
}

type Act = (path: string, init: { params: object; headers: Record<string, string>; body: object }) => Promise<{ data?: Done }>

function apart(actions: readonly Offer[]): Pick<Extract<Case, { kind: 'permit' }>, 'form' | 'actions'> {
  const offers = (action: string) => actions.some((step) => step.action === action)
  const form = offers('supplement') ? 'permit-correct' : offers('fill_in') ? 'permit-form' : null
  return { form, actions: actions.filter((step) => !IN_THE_FORM.includes(step.action)) }
}

/** Take a step. With the revision that the person saw: if somebody was faster, nothing happens and `isStale` tells it. */
export async function act(kind: CaseKind, id: string, action: string, body: object, revision: number): Promise<Done> {
  const post = api.POST as unknown as Act // the path is put together: each step's is in the document, and all answer alike
  const path = `/api/v1/${COLLECTIONS[kind]}/{entity_id}/actions/${action}`
  const { data } = await post(path, { params: { path: { entity_id: id } }, headers: { 'If-Match': `"${revision}"` }, body })
  return data!
}

/** True if somebody changed the case, or took the step, before us: it has to be read again. */
export function isStale(error: unknown): boolean {
  return error instanceof Refused && (error.status === 412 || error.code === 'already_so' || error.code === 'illegal_transition')
}
