import { showConfirmDialog } from 'vant'
import { computed, ref, toRaw, watch, type Ref, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { onBeforeRouteLeave } from 'vue-router'
import { currentDevice } from '@/app/session'
import { holdUpdateWhile } from '@/app/updates'
import { StorageFull } from '@/offline'
import type { Naming } from './naming'
import type { Picture } from './pictures'
import type { Shot } from './shrink'
import { Unsaved, type Found, type OfPatrol, type Writing } from './unsaved'
import type { PlaceInSight } from './usePlace'

interface Parts {
  readonly shots: ShallowRef<readonly Shot[]>
  readonly picture: Ref<Picture | null>
  readonly words: Ref<string>
  readonly naming: Naming
  readonly where: PlaceInSight
  readonly patrol: Ref<OfPatrol | null>
}

function nothingWhereFull(error: unknown): null {
  if (error instanceof StorageFull) return null // no room to hold anything
  throw error
}

/** Keeps what is being reported on this device until it is saved or given up; `onFound`: some was left here, and is back. */
export function useUnsaved({ shots, picture, words, naming, where, patrol }: Parts, onFound: () => void) {
  const { t } = useI18n()
  const unsaved = new Unsaved(currentDevice()?.partition ?? 'nobody')
  const isLookedUp = ref(false)
  const isOver = ref(false)
  const isTaken = computed(() => !isOver.value && (shots.value.length > 0 || words.value.trim() !== ''))
  holdUpdateWhile(() => isTaken.value)

  async function lookUp(): Promise<void> {
    try {
      const found = await unsaved.find().catch(nothingWhereFull)
      if (found !== null) takeUp(found)
    } finally {
      isLookedUp.value = true
    }
  }

  function takeUp({ writing, shots: taken }: Found): void {
    shots.value = taken
    picture.value = writing.picture
    words.value = writing.words
    patrol.value = writing.patrol ?? null
    Object.assign(naming, writing.naming)
    Object.assign(where.said, writing.said)
    where.isElsewhere.value = writing.isElsewhere
    for (const shot of taken) where.noticeAge(shot.capturedAt)
    if (!where.isDoubtful.value) where.measured.value ??= writing.position // he may have gone on meanwhile
    onFound()
  }

  const writing = (): Writing => ({
    picture: picture.value, words: words.value, naming: { ...toRaw(naming) }, said: { ...toRaw(where.said) }, isElsewhere: where.isElsewhere.value,
    position: where.measured.value, patrol: patrol.value && { ...toRaw(patrol.value) },
  })
  watch([shots, picture, words, naming, where.said, where.isElsewhere, where.measured], () => {
    if (!isLookedUp.value || isOver.value) return // nothing is known yet of what was left here, or nothing is left
    void (isTaken.value ? unsaved.keep(writing(), shots.value) : unsaved.forget())
  })

  /** It is saved, or given up. */
  async function end(): Promise<void> {
    isOver.value = true
    await unsaved.forget()
  }

  onBeforeRouteLeave(async () => {
    if (!isTaken.value) return true
    // It is the way back that asks: that must not close the question at once.
    const asked = showConfirmDialog({ message: t('report.leave_sure'), confirmButtonText: t('report.leave'), closeOnPopstate: false })
    const sure = await asked.then(() => true, () => false)
    if (sure) await end()
    return sure
  })

  void lookUp()
  return { isLookedUp, end }
}
