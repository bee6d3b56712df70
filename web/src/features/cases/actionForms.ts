import { assistanceGuide } from '@/generated/assistance-guide'
import { dayIn } from './days'
import type { CaseKind, Subject } from './types'

interface Common {
  readonly name: string // of the argument
  readonly isRequired?: boolean
  readonly label?: string // a message key, where the name has another meaning elsewhere
  readonly isFolded?: boolean // behind “其他”: what a person rarely needs
}

/** One field of a step's form. What it starts with is the sensible choice, so that most steps are one tap. */
export type Field = Common &
  (
    | { readonly kind: 'text'; readonly most: number; readonly phrases?: readonly string[] } // phrases: message keys to tap
    | { readonly kind: 'line'; readonly most: number }
    | { readonly kind: 'choice'; readonly values: readonly string[]; readonly words: string } // words: beginning of the message keys
    | { readonly kind: 'flag'; readonly start?: boolean }
    | { readonly kind: 'date'; readonly inDays?: number; readonly start?: (subject: Subject) => string | undefined }
    | { readonly kind: 'organisation'; readonly start?: (subject: Subject) => string | undefined; readonly kinds?: readonly string[] }
    | { readonly kind: 'photos'; readonly role: string }
    | { readonly kind: 'given'; readonly value: (subject: Subject) => unknown } // nothing to fill in
    | { readonly kind: 'lines'; readonly members: readonly string[] } // each line is one thing: its words, under one name, or under two
    | { readonly kind: 'corrections' }
    | { readonly kind: 'options'; readonly options: readonly { readonly code: string; readonly label: string }[] } // with their words
    | { readonly kind: 'number' | 'expert' | 'moment' | 'advice' | 'done' | 'score' }
    | { readonly kind: 'officers' | 'helper' | 'category' | 'case' | 'unit' | 'position' | 'order' | 'fixes' }
  )

const NOTE: Field = { kind: 'text', name: 'note', most: 500, isFolded: true }
const DRAFT: Field = { kind: 'given', name: 'act_sha256', value: (subject) => subject.actSha256 ?? '' }
const OFFICERS: Field = { kind: 'officers', name: 'officer_ids', isRequired: true }
const CASE_NO: Field = { kind: 'line', name: 'case_no', most: 60, isRequired: true }

const reason = (most: number, ...phrases: string[]): Field => ({
  kind: 'text', name: 'reason', most, isRequired: true, phrases: phrases.map((phrase) => `cases.phrase.${phrase}`),
})
const legalBasis = (...phrases: string[]): Field => ({
  kind: 'text', name: 'legal_basis', most: 500, isRequired: true, phrases: phrases.map((phrase) => `cases.phrase.${phrase}`),
})
const finding = (...phrases: string[]): Field => ({
  kind: 'text', name: 'finding', most: 4000, isRequired: true, phrases: phrases.map((phrase) => `cases.phrase.${phrase}`),
})
const check = (role: string, ...phrases: string[]): readonly Field[] => [
  finding(...phrases), { kind: 'photos', name: 'photos', role }, { kind: 'position', name: 'position' },
]
const PHOTOS: Field = { kind: 'photos', name: 'photos', role: 'verification' }
const NOTICE: readonly Field[] = [
  { kind: 'line', name: 'document_no', most: 60, isRequired: true },
  { kind: 'date', name: 'on', label: 'transfers.on', isRequired: true },
  { kind: 'date', name: 'received_on', inDays: 0, isRequired: true },
]
const SERVICE: readonly Field[] = [
  { kind: 'moment', name: 'served_at', isRequired: true },
  { kind: 'choice', name: 'signed', values: ['PARTY', 'REFUSED'], words: 'papers.signed.', isRequired: true },
  { kind: 'line', name: 'party_name', most: 50 },
  { kind: 'line', name: 'witness_name', most: 50 },
]
const HANDED_IN: Field = { kind: 'date', name: 'on', label: 'transfers.handed_in_on', inDays: 0, isRequired: true }
const SEALED_AT_ONCE: readonly Field[] = [
  { kind: 'moment', name: 'approved_at', isRequired: true },
  { kind: 'moment', name: 'sealed_at', isRequired: true },
  { kind: 'text', name: 'record', most: 4000, isRequired: true, phrases: ['cases.phrase.sealed_here'] },
  { kind: 'line', name: 'attended_by', most: 50 },
  { kind: 'line', name: 'witness_name', most: 50 },
  { ...PHOTOS, isRequired: true },
  { kind: 'position', name: 'position' },
]
const STUDIED: readonly Field[] = [
  { kind: 'lines', name: 'attended', members: [], isRequired: true },
  { kind: 'text', name: 'minutes', most: 4000, isRequired: true },
]
const DONE_PHOTOS: Field = { kind: 'photos', name: 'photos', role: 'rectification' }
const CHECK_ASIDE: readonly Field[] = [
  { kind: 'text', name: 'no_evidence_reason', most: 500, isFolded: true },
  { kind: 'text', name: 'late_reason', most: 500, isFolded: true },
]

const REJECTIONS = ['EMERGENCY_119', 'NOT_FIRE_MATTER', 'INSUFFICIENT_INFO', 'STAFF_COMPLAINT', 'CONSULTATION', 'OUT_OF_REGION']

const atPlace = (...phrases: string[]): readonly Field[] => [
  { kind: 'line', name: 'attended_by', most: 50, isRequired: true }, ...check('verification', ...phrases),
]
const choose = (values: readonly string[]): Field => ({ kind: 'choice', name: 'code', values, words: 'cases.permit.code.', isRequired: true })

/** What each step of a case asks for. A step that is missing here asks for nothing. */
const FORMS: Record<CaseKind, Record<string, readonly Field[]>> = {
  hazard: {
    register: [{ kind: 'category', name: 'category', isRequired: true }, NOTE],
    reject: [
      { kind: 'choice', name: 'reason_code', values: REJECTIONS, words: 'cases.rejection.', isRequired: true },
      { kind: 'line', name: 'proper_body', most: 100, isFolded: true },
      { kind: 'line', name: 'proper_phone', most: 30, isFolded: true },
      NOTE,
    ],
    divert_119: [NOTE],
    merge: [{ kind: 'case', name: 'master_id', isRequired: true }, NOTE],
    unmerge: [reason(500, 'another_thing', 'another_place')],
    judge_reuse: [
      { kind: 'given', name: 'reuse_ids', value: (subject) => subject.reuseIds ?? [] },
      { kind: 'choice', name: 'verdict', values: ['EXPLAINED', 'MISUSED'], words: 'cases.reuse.verdict.', isRequired: true },
      reason(500),
    ],
    reclassify: [{ kind: 'category', name: 'category', isRequired: true }, reason(500, 'wrong_category')],
    assign: [OFFICERS, { kind: 'helper', name: 'grid_worker_id', isFolded: true }, NOTE],
    prompt_unit: [
      { kind: 'unit', name: 'unit_id', isRequired: true },
      { kind: 'lines', name: 'items', members: ['description'], isRequired: true, label: 'cases.field.prompt_items' },
      { kind: 'date', name: 'due_on', inDays: 1, isRequired: true, label: 'cases.field.prompt_until' },
    ],
    precheck: [{ kind: 'text', name: 'note', most: 1000, isRequired: true }, { kind: 'photos', name: 'photos', role: 'precheck' }],
    start: [{ kind: 'position', name: 'position' }],
    verify_true: [...check('verification'), { kind: 'order', name: 'order', isRequired: true }, ...CHECK_ASIDE],
    verify_false: [...check('verification', 'not_found'), ...CHECK_ASIDE],
    fix_on_site: [...check('verification', 'fixed_here'), ...CHECK_ASIDE],
    cosign: [DRAFT],
    hand_over: [
      { kind: 'organisation', name: 'to_org_id', isRequired: true, kinds: ['DEPARTMENT', 'POLICE_STATION', 'TOWN', 'UTILITY'] },
      reason(1000, 'their_duty', 'no_competence'),
      legalBasis('fire_law'),
      { kind: 'flag', name: 'lack_of_competence' },
      { kind: 'flag', name: 'urgent' },
      { kind: 'text', name: 'suggestion', most: 1000, isFolded: true },
    ],
    refer: [
      { kind: 'organisation', name: 'to_org_id', isRequired: true, kinds: ['TOWN', 'POLICE_STATION', 'DEPARTMENT', 'UTILITY'] },
      reason(1000, 'their_duty', 'no_competence'),
      { kind: 'flag', name: 'lack_of_competence' },
    ],
    ask_reporter: [
      { kind: 'choice', name: 'question', values: ['PLACE', 'TIME', 'DETAIL', 'PHOTO', 'ENTRY'], words: 'reporters.question.' },
      { kind: 'text', name: 'text', most: 500, label: 'reporters.own_words' },
    ],
    tell_reporter: [{ kind: 'flag', name: 'impossible', isFolded: true }, NOTE],
    file_case: [CASE_NO],
    close: [NOTE],
    follow_up: [{ kind: 'text', name: 'note', most: 1000, label: 'cases.field.follow_up', isRequired: true }],
    dispute: [reason(500), { kind: 'photos', name: 'photos', role: 'dispute' }],
    uphold: [reason(500, 'stands')],
    reopen: [reason(500, 'check_again')],
    withdraw: [NOTE],
    request_force_close: [reason(500, 'cannot_go_on')],
    force_close: [NOTE],
  },
  handover: {
    approve: [{ kind: 'text', name: 'legal_basis', most: 500, isFolded: true }, NOTE],
    discard: [NOTE],
    sign_for: [NOTE],
    accept: [NOTE],
    return: [reason(1000, 'not_our_duty'), legalBasis('duties_list'), { kind: 'organisation', name: 'suggested_org_id', isRequired: true }],
    resend: [{ kind: 'organisation', name: 'to_org_id', isRequired: true, start: (subject) => subject.suggestedOrgId }, NOTE],
    dispute: [NOTE],
    decide: [{ kind: 'organisation', name: 'to_org_id', isRequired: true, start: (subject) => subject.suggestedOrgId }, NOTE],
    leave_with_sender: [NOTE],
    withdraw: [NOTE],
    progress: [{ kind: 'text', name: 'text', most: 1000, isRequired: true, phrases: ['cases.phrase.under_way', 'cases.phrase.visited'] }],
    extend: [reason(500, 'needs_time'), { kind: 'date', name: 'due_on', inDays: 30, isRequired: true }],
    finish: [
      { kind: 'text', name: 'result', most: 2000, isRequired: true, phrases: ['cases.phrase.put_right'] },
      { kind: 'photos', name: 'photos', role: 'feedback' },
    ],
    confirm: [NOTE],
    reject: [reason(500, 'not_enough')],
    supervise: [{ kind: 'line', name: 'document_no', most: 60, isRequired: true }, { kind: 'date', name: 'due_on', inDays: 7, isRequired: true }, NOTE],
  },
  rectification: {
    withdraw_prompt: [reason(500)],
    serve: [...SERVICE, { ...PHOTOS, isRequired: true }],
    report_fix: [{ kind: 'fixes', name: 'items', isRequired: true }],
    apply_recheck: [NOTE],
    ask_extension: [reason(500, 'needs_time'), { kind: 'date', name: 'due_on', inDays: 30, isRequired: true }],
    grant_extension: [{ kind: 'date', name: 'due_on', start: (subject) => subject.asksUntil }, NOTE],
    refuse_extension: [reason(500, 'no_ground')],
    recheck_pass: [
      ...check('recheck', 'recheck_good'),
      { kind: 'choice', name: 'no_penalty', values: ['MINOR', 'FIRST'], words: 'recheck.no_penalty.', label: 'recheck.no_penalty', isFolded: true },
      { kind: 'text', name: 'education', most: 1000, label: 'recheck.education', isFolded: true },
    ],
    recheck_fail: check('recheck', 'recheck_bad'),
    cosign: [DRAFT],
    assign: [OFFICERS],
    reorder: [{ kind: 'date', name: 'due_on', inDays: 15, isRequired: true }, NOTE],
    file_case: [CASE_NO],
  },
  permit: {
    accept: [NOTE],
    require_correction: [{ kind: 'corrections', name: 'items', isRequired: true }],
    find_not_needed: [reason(500)],
    find_not_competent: [{ kind: 'line', name: 'proper_body', most: 100, isRequired: true }, reason(500)],
    pause: [
      { kind: 'choice', name: 'kind', values: ['HEARING', 'TEST', 'EXPERT'], words: 'cases.permit.pause.', isRequired: true },
      { kind: 'date', name: 'until_on', inDays: 10, isRequired: true, label: 'cases.permit.pause_until' },
      reason(500),
    ],
    resume: [NOTE],
    assign: [OFFICERS],
    defer: [reason(500)],
    inspect_pass: atPlace('conforms'),
    inspect_fail: atPlace(),
    verify_pass: atPlace('conforms'),
    verify_fail: [
      ...atPlace(), { kind: 'lines', name: 'orders', members: ['description'], isRequired: true },
      { kind: 'date', name: 'due_on', inDays: 15, isRequired: true },
    ],
    recheck_pass: atPlace('recheck_good'),
    recheck_fail: atPlace('recheck_bad'),
    cosign: [DRAFT],
    grant: [NOTE],
    refuse: [choose(['NOT_CONFORMING', 'FALSE_MATERIALS']), reason(1000)],
    serve: [NOTE],
    tell_revocation: [choose(['NOT_CONFORMING', 'UNLAWFUL_GRANT', 'DECEIT']), reason(1000)],
    appoint_hearing: [
      { kind: 'moment', name: 'at', label: 'cases.field.hearing_at', isRequired: true },
      { kind: 'line', name: 'place', most: 200, label: 'cases.field.hearing_place', isRequired: true },
      { kind: 'line', name: 'chair', most: 50, isRequired: true },
    ],
    note_hearing: [
      { kind: 'moment', name: 'held_at', isRequired: true },
      { kind: 'flag', name: 'is_attended', start: true },
      { kind: 'text', name: 'summary', most: 4000, label: 'cases.field.hearing_summary', isRequired: true },
      { kind: 'photos', name: 'photos', role: 'hearing', isRequired: true },
    ],
    revoke: [reason(500)],
    uphold: [reason(500)],
    cancel: [choose(['CLOSED', 'ENTITY_ENDED', 'OTHER_BY_LAW']), reason(500)],
    retract: [reason(500)],
    withdraw: [NOTE],
    apply_recheck: [{ kind: 'photos', name: 'photos', role: 'rectification' }, NOTE],
    answer_revocation: [{ kind: 'text', name: 'statement', most: 4000, isRequired: true }, { kind: 'flag', name: 'wants_hearing' }],
  },
  inspection: {
    assign: [OFFICERS],
    cancel: [reason(500)],
    recuse: [reason(500, 'recusal')],
    defer: [reason(500)],
    cosign: [DRAFT],
    keep_private: [{ kind: 'choice', name: 'ground', values: ['STATE_SECRET', 'FORBIDDEN', 'SECURITY', 'THIRD_PARTY'], words: 'inspections.ground.', isRequired: true }, reason(500)],
    withdraw_publication: [reason(500)],
  },
  major: {
    call_experts: [{ kind: 'lines', name: 'people', members: ['name', 'speciality'], isRequired: true, label: 'majors.people' }, reason(500, 'difficult')],
    note_experts: [{ kind: 'text', name: 'opinion', most: 4000, isRequired: true, label: 'majors.experts_said' }, { kind: 'number', name: 'agreed', isRequired: true }],
    review_legally: [{ kind: 'text', name: 'opinion', most: 2000, isRequired: true, label: 'majors.review', phrases: ['cases.phrase.facts_clear'] }],
    determine: [
      ...STUDIED,
      { kind: 'choice', name: 'ground', values: ['PUBLIC_SAFETY', 'LAYOUT'], words: 'majors.ground.', label: 'majors.ground' },
      { kind: 'text', name: 'demand', most: 4000, isRequired: true },
      { kind: 'date', name: 'due_on', inDays: 90, isRequired: true, label: 'majors.due_on' },
    ],
    find_not_major: [...STUDIED, reason(500)],
    withdraw: [reason(500, 'danger_gone')],
    serve: [...SERVICE, { ...PHOTOS, isRequired: true }],
    report_to_government: [
      { kind: 'line', name: 'government', most: 60, isRequired: true },
      { kind: 'line', name: 'through', most: 60 },
      { kind: 'text', name: 'proposal', most: 4000, isRequired: true, phrases: ['cases.phrase.supervise_it'] },
    ],
    put_under_supervision: [
      { kind: 'choice', name: 'level', values: ['BANNER', 'LEAGUE', 'REGION'], words: 'majors.level.', isRequired: true, label: 'majors.level' },
      { kind: 'line', name: 'body', most: 60, isRequired: true, label: 'majors.body' },
      { kind: 'line', name: 'document_no', most: 60, isRequired: true, label: 'majors.supervision_no' },
      { kind: 'date', name: 'until_on', inDays: 180, isRequired: true, label: 'majors.due_on' },
      { kind: 'line', name: 'leader', most: 50 },
      { ...PHOTOS, isFolded: true },
    ],
    report_progress: [{ kind: 'text', name: 'note', most: 1000, isRequired: true, label: 'majors.progress' }, DONE_PHOTOS],
    apply_cancelling: [{ kind: 'text', name: 'note', most: 500, label: 'cases.field.put_right' }, DONE_PHOTOS],
    extend: [{ kind: 'date', name: 'until_on', inDays: 180, isRequired: true }, reason(500, 'needs_time'), { kind: 'line', name: 'approved_by', most: 60, isRequired: true }],
    recheck_pass: check('recheck', 'recheck_good'),
    recheck_fail: check('recheck', 'recheck_bad'),
    cosign: [DRAFT],
    assign: [OFFICERS],
    cancel_record: [reason(500, 'danger_gone'), { kind: 'line', name: 'document_no', most: 60, label: 'majors.cancelled_by' }],
    keep_on_record: [reason(500, 'danger_left')],
  },
  transfer: {
    approve: [{ kind: 'line', name: 'police', most: 60, isRequired: true }],
    disapprove: [reason(500)],
    deliver: [{ kind: 'moment', name: 'delivered_at', isRequired: true }, { kind: 'line', name: 'received_by', most: 50, isRequired: true }, { ...PHOTOS, isRequired: true }],
    withdraw: [reason(500)],
    note_passed_on: [{ kind: 'line', name: 'police', most: 60, isRequired: true }, ...NOTICE, PHOTOS],
    note_filed: [...NOTICE, PHOTOS],
    note_declined: [...NOTICE, reason(500), PHOTOS],
    object: [reason(500, 'evidence_enough'), HANDED_IN],
    suggest_supervision: [reason(500, 'evidence_enough'), HANDED_IN],
    take_back: [NOTE],
    hand_items: [{ kind: 'text', name: 'note', most: 1000, isRequired: true }, { ...PHOTOS, isRequired: true }],
    assign: [OFFICERS],
  },
  measure: {
    propose: [{ kind: 'text', name: 'note', most: 500 }, PHOTOS],
    seal_at_once: SEALED_AT_ONCE,
    withdraw: [reason(500, 'danger_gone')],
    decide: [
      { kind: 'text', name: 'attended', most: 500, isRequired: true },
      { kind: 'text', name: 'opinion', most: 2000, isRequired: true, phrases: ['cases.phrase.agreed_to_seal'] },
    ],
    refuse: [reason(500)],
    revoke: [reason(500)],
    serve: [
      ...SERVICE,
      { kind: 'text', name: 'record', most: 4000, isRequired: true, phrases: ['cases.phrase.sealed_here'] },
      { ...PHOTOS, isRequired: true },
    ],
    extend: [{ kind: 'date', name: 'until_on', inDays: 45, isRequired: true }, reason(500, 'needs_time')],
    apply_unseal: [{ kind: 'text', name: 'note', most: 500, label: 'cases.field.put_right' }, DONE_PHOTOS],
    apply_resume: [{ kind: 'text', name: 'note', most: 500, label: 'cases.field.put_right' }, DONE_PHOTOS],
    check: [{ kind: 'flag', name: 'is_removed', start: true }, ...check('recheck', 'danger_gone')],
    confirm_stopped: check('verification', 'has_stopped'),
    cosign: [DRAFT],
    assign: [OFFICERS],
    keep: [reason(500, 'danger_left')],
    lift: [reason(500, 'danger_gone')],
    resume: [reason(500, 'danger_gone')],
    urge: [reason(500, 'goes_on')],
  },
  assistance: {
    accept: [NOTE],
    decline: [reason(500)],
    redirect: [{ kind: 'line', name: 'proper_body', most: 100, isRequired: true }, reason(500, 'not_ours_to_accept')],
    schedule: [
      { kind: 'expert', name: 'expert_id', isRequired: true },
      { kind: 'options', name: 'mode', options: assistanceGuide.modes, isRequired: true },
      { kind: 'moment', name: 'appointed_at', isRequired: true },
      NOTE,
    ],
    reschedule: [{ kind: 'moment', name: 'appointed_at', isRequired: true }, reason(500, 'called_away')],
    miss: [NOTE],
    advise: [
      { kind: 'text', name: 'summary', most: 4000, isRequired: true },
      { kind: 'advice', name: 'items' },
      { kind: 'text', name: 'next_step', most: 1000, isFolded: true },
      { kind: 'photos', name: 'photos', role: 'advice' },
    ],
    warn_of_danger: [
      { kind: 'options', name: 'danger', options: assistanceGuide.dangers, isRequired: true },
      { kind: 'text', name: 'words', most: 1000, isRequired: true },
      { kind: 'line', name: 'told_to', most: 50, isRequired: true },
      { kind: 'moment', name: 'told_at', isRequired: true },
      { kind: 'photos', name: 'photos', role: 'warning' },
    ],
    report_progress: [
      { kind: 'done', name: 'fixed_item_ids' },
      { kind: 'text', name: 'note', most: 1000 },
      { kind: 'photos', name: 'photos', role: 'progress' },
    ],
    rate: [{ kind: 'score', name: 'score', isRequired: true }, { kind: 'text', name: 'comment', most: 500 }],
    cancel: [NOTE],
  },
}

/** The fields of a step, in the order in which a person fills them in. */
export function formOf(kind: CaseKind, action: string): readonly Field[] {
  return FORMS[kind][action] ?? []
}

/** What a field starts with, as far as the case alone says it; officers, categories and cases ask the server. */
export function startOf(field: Field, subject: Subject): unknown {
  switch (field.kind) {
    case 'flag':
      return field.start ?? false
    case 'date':
      return field.start?.(subject) ?? (field.inDays === undefined ? null : dayIn(field.inDays))
    case 'organisation':
      return field.start?.(subject) ?? null
    case 'given':
      return field.value(subject)
    case 'photos':
    case 'officers':
    case 'lines':
    case 'corrections':
    case 'advice':
    case 'done':
      return []
    case 'text':
    case 'line':
      return ''
    default:
      return null
  }
}

export const isFilled = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)

/** The arguments as the server wants them: what is empty and not needed stays away. */
export function argumentsOf(fields: readonly Field[], values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field.name, values[field.name]] as const).filter(([, value]) => isFilled(value)))
}

/** True once everything that the step needs is filled in. */
export function isComplete(fields: readonly Field[], values: Readonly<Record<string, unknown>>): boolean {
  const given = argumentsOf(fields, values)
  return fields.every((field) => {
    if (!field.isRequired) return true
    const value = given[field.name]
    if (field.kind === 'officers') return Array.isArray(value) && value.length === 2
    return value !== undefined
  })
}
