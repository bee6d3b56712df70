import { computed, ref, shallowRef, type Ref } from 'vue'
import { Locked, NoNetwork, Refused, StorageFull, TooLong } from '@/offline'
import { i18n, t } from './i18n'

export type Failure = { kind: 'offline' | 'refused' | 'missing' | 'locked' | 'full'; text: string }

/** What happened, for a person. Anything else than what can happen is a defect and stays loud. */
export function failureOf(error: unknown): Failure {
  if (error instanceof NoNetwork) return { kind: 'offline', text: t(navigator.onLine ? 'app.server_away' : 'app.offline_only') }
  if (error instanceof StorageFull) return { kind: 'full', text: t('app.storage_full', { n: error.saved }) }
  if (error instanceof TooLong) return { kind: 'refused', text: t('app.too_long') }
  if (error instanceof Locked) return { kind: 'locked', text: t('app.locked') }
  if (error instanceof Refused) {
    const fields = error.fields.map((one) => one.message).join(';')
    const condition = i18n.global.te(`guard.${error.reason}`, 'zh-CN') ? t(`guard.${error.reason}`) : ''
    return { kind: error.status === 404 ? 'missing' : 'refused', text: fields || condition || error.title || t('app.failed') }
  }
  throw error
}

/** Something that is loaded and may fail: `load` runs it, `reload` keeps what is shown until the new answer is there. */
export function useLoaded<T>(work: () => Promise<T>) {
  const value = shallowRef<T | null>(null) as Ref<T | null>
  const failure = ref<Failure | null>(null)
  const isLoading = ref(false)
  let round = 0 // only the newest question is answered: a slow line may bring them in another order

  async function reload(): Promise<void> {
    const mine = ++round
    isLoading.value = true
    try {
      const answer = await work()
      if (mine !== round) return
      value.value = answer
      failure.value = null
    } catch (error) {
      const failed = failureOf(error)
      if (mine === round) failure.value = failed
    } finally {
      if (mine === round) isLoading.value = false
    }
  }

  void reload()
  return { value, failure, isLoading, isFirst: computed(() => isLoading.value && value.value === null), reload }
}

/** A keyset list: pages are added as the person asks for more. */
export function usePages<T>(page: (cursor: string | null) => Promise<{ items: T[]; next_cursor?: string | null }>) {
  const items = shallowRef<T[]>([]) as Ref<T[]>
  const failure = ref<Failure | null>(null)
  const isLoading = ref(false)
  const isLoaded = ref(false)
  let next: string | null = null
  let round = 0 // only the newest question is answered: a slow line may bring them in another order

  async function load(from: string | null): Promise<void> {
    const mine = ++round
    isLoading.value = true
    try {
      const answer = await page(from)
      if (mine !== round) return
      items.value = from === null ? answer.items : [...items.value, ...answer.items]
      next = answer.next_cursor ?? null
      failure.value = null
      isLoaded.value = true
    } catch (error) {
      const failed = failureOf(error)
      if (mine === round) failure.value = failed
    } finally {
      if (mine === round) isLoading.value = false
    }
  }

  const reload = () => load(null)
  const more = () => (next === null ? Promise.resolve() : load(next))
  const hasMore = computed(() => isLoaded.value && items.value.length > 0 && next !== null)
  void reload()
  return { items, failure, isLoading, isLoaded, hasMore, reload, more }
}

/**
 * Something that a person does: one at a time; what went wrong is told beside the button, field by field.
 * Where somebody else was faster, `reread` brings what he wrote, and the person looks at it and tries again.
 */
export function useDoing(reread?: () => Promise<void>) {
  const isBusy = ref(false)
  const failure = ref<Failure | null>(null)
  const refusal = shallowRef<Refused | null>(null)

  async function run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (isBusy.value) return undefined
    isBusy.value = true
    failure.value = null
    refusal.value = null
    try {
      return await work()
    } catch (error) {
      refusal.value = error instanceof Refused ? error : null
      failure.value = failureOf(error)
      if (reread && refusal.value?.code === 'stale_revision') {
        await reread()
        failure.value = { kind: 'refused', text: t('app.stale') }
      }
      return undefined
    } finally {
      isBusy.value = false
    }
  }

  const fields = computed(() => refusal.value?.fields ?? [])
  return { isBusy, failure, fields, of: (field: string) => fields.value.find((one) => one.field === field)?.message ?? '', run }
}
