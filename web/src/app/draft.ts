import { computed, reactive, watch } from 'vue'
import { ownDevice } from '@/app/session'
import { draftKey } from './drafts'

/** What a person is writing, kept on this device until it is saved as an act: a reload or a dead battery loses nothing of it. */
export function useDraft<T extends object>(name: string, fresh: () => T) {
  const kept = keptAs<T>(name)
  const draft = reactive<T>({ ...fresh(), ...kept.read() })
  const stop = watch(draft, () => kept.write(draft as T))

  function forget(): void {
    stop()
    kept.remove()
  }

  return { draft: draft as T, forget }
}

/** What was changed by hand: each field as it stood then, and as it is to be. */
type Edits<T> = { [Name in keyof T]?: [was: T[Name], now: T[Name]] }

/**
 * A record as a person changes it. `draft` is what stands in the fields, `was` what he saw there. Only what he changed is kept on
 * this device, and only that is his to send: the rest follows the record, so that nobody's newer words are written back.
 */
export function useEdits<T extends object>(name: string, fresh: () => T) {
  const kept = keptAs<{ edits: Edits<T> }>(name)
  const draft = reactive(fresh()) as T
  const was = reactive(fresh()) as T
  const names = Object.keys(draft) as (keyof T)[]
  const edits: Edits<T> = kept.read().edits ?? {}
  for (const field of names) {
    const edit = edits[field]
    if (edit) [was[field], draft[field]] = edit
  }
  const own = computed(() => names.filter((field) => !isSame(was[field], draft[field])))

  const stop = watch([draft, was], () => {
    if (own.value.length === 0) kept.remove()
    else kept.write({ edits: Object.fromEntries(own.value.map((field) => [field, [was[field], draft[field]]])) as Edits<T> })
  })

  /** The record as it is now. Returns the fields that somebody else has written otherwise too; one's own words stay. */
  function follow(found: T): (keyof T)[] {
    const mine = own.value
    return names.filter((field) => {
      if (!mine.includes(field)) draft[field] = copied(found[field])
      else if (!isSame(found[field], draft[field])) return !isSame(found[field], was[field])
      was[field] = copied(found[field])
      return false
    })
  }

  function forget(): void {
    stop()
    kept.remove()
  }

  return { draft, was, own, follow, forget }
}

function keptAs<T extends object>(name: string) {
  const key = draftKey(ownDevice().partition, name)
  return {
    read(): Partial<T> {
      try {
        return JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<T>
      } catch {
        return {}
      }
    },
    write(value: T): void {
      try {
        localStorage.setItem(key, JSON.stringify(value))
      } catch {
        // No space: what is on the screen stays there until it is saved.
      }
    },
    remove: () => localStorage.removeItem(key),
  }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
const copied = <V>(value: V): V => JSON.parse(JSON.stringify(value)) as V
