import { computed, onBeforeUnmount, ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useDoing, useLoaded } from '@/app/async'
import { useDraft } from '@/app/draft'
import { api, type Schemas } from '@/app/http'
import { holdUpdateWhile } from '@/app/updates'
import { act, isStale } from '../cases/caseApi'
import { bodyOf, changesOf, copied, differing, fieldOf, filledOf, merged, type FieldError, type FieldName, type Filled } from './filling'

/** What is kept on this device: what one types, over which revision of the server's, and what that was. */
interface Kept {
  revision: number
  base: Filled | null
  mine: Filled | null
  isChecked: boolean // it was looked through once: from then on defects are shown where they are
}

/** What a colleague wrote while one was typing. */
export interface Conflict {
  readonly draft: Schemas['Permit']['draft']
  readonly theirs: Filled
  readonly changed: readonly FieldName[]
  readonly both: readonly FieldName[]
}

/**
 * An application as it is filled in. What is typed is on this device at once and survives a reload; it goes to the server
 * over the revision that was seen. If somebody was faster, nothing is overwritten: `conflict` says what he changed.
 */
export function useFilling(id: string) {
  const { t } = useI18n()
  const { draft: kept, forget } = useDraft<Kept>(`permit ${id}`, () => ({ revision: 0, base: null, mine: null, isChecked: false }))
  const record = shallowRef<Schemas['Permit'] | null>(null)
  const conflict = shallowRef<Conflict | null>(null)
  const isRestored = ref(false)
  const lacks = ref<FieldError[]>([])
  const judged = shallowRef<Filled | null>(null) // about which words the errors are
  const doing = useDoing()

  const own = computed(() => (kept.base && kept.mine ? differing(kept.base, kept.mine) : []))
  const isDirty = computed(() => own.value.length > 0)
  const errors = computed(() => {
    const said = [...lacks.value, ...doing.fields.value, ...(kept.isChecked ? (record.value?.defects ?? []) : [])]
    return said.filter((error) => {
      const name = fieldOf(error)
      return name !== null && kept.mine !== null && judged.value !== null && !differing(judged.value, kept.mine).includes(name)
    })
  })

  async function read(): Promise<Schemas['Permit']> {
    return (await api.GET('/api/v1/permits/{case_id}', { params: { path: { case_id: id } } })).data!
  }

  function meet(fresh: Schemas['Permit']): void {
    const theirs = filledOf(fresh)
    record.value = fresh
    if (kept.base && kept.mine && fresh.revision !== kept.revision && isDirty.value) {
      const { theirs: changed, both } = changesOf(kept.base, kept.mine, theirs)
      if (changed.length > 0) {
        conflict.value = { draft: fresh.draft, theirs, changed, both }
        return
      }
    }
    isRestored.value = isDirty.value && judged.value === null
    settle(fresh, theirs, [])
  }

  function settle(fresh: Schemas['Permit'], theirs: Filled, taken: readonly FieldName[]): void {
    kept.mine = kept.base && kept.mine ? merged(kept.base, kept.mine, theirs, taken) : copied(theirs)
    kept.base = theirs
    kept.revision = fresh.revision
    judged.value = copied(theirs)
    conflict.value = null
  }

  /** What he wrote was read: go on with it, and with one's own words but for the fields in `taken`. */
  function goOn(taken: readonly FieldName[]): void {
    if (record.value && conflict.value) settle(record.value, conflict.value.theirs, taken)
  }

  /** Take a step over what was seen. False if it was refused, or somebody was faster. */
  async function take(action: string, body: object, sent: Filled | null = null): Promise<boolean> {
    const done = await doing.run(async () => {
      try {
        const answer = await act('permit', id, action, body, kept.revision)
        kept.revision = answer.revision // also if reading it finds no network: those are our own words
        if (sent) kept.base = sent // what was typed since is still ours; the rest comes back as the server has it
      } catch (error) {
        if (!isStale(error)) throw error
        meet(await read())
        return false
      }
      meet(await read())
      return true
    })
    return done === true
  }

  async function send(action: 'fill_in' | 'supplement'): Promise<boolean> {
    if (kept.mine === null) return false
    const sent = copied(kept.mine)
    const { body, lacks: found } = bodyOf(sent)
    judged.value = sent
    lacks.value = found.map(({ field, lack }) => ({ field, message: t(`permits.lack.${lack}`) }))
    if (found.length > 0) return false
    return take(action, action === 'fill_in' ? body : { form: body.form, materials: body.materials }, sent)
  }

  /** Hand what was typed to the server. False if that did not happen. */
  async function save(): Promise<boolean> {
    return isDirty.value ? send('fill_in') : true
  }

  const loaded = useLoaded(async () => meet(await read()))
  holdUpdateWhile(() => isDirty.value)
  onBeforeUnmount(() => {
    if (!isDirty.value) forget()
  })

  return { kept, record, conflict, errors, own, isDirty, isRestored, doing, loaded, save, send, take, goOn, forget }
}

export type Filling = ReturnType<typeof useFilling>
