import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { NoNetwork, publicApi, Refused, type Schemas } from '@/app/http'
import { isVague, lackOf, lineOf, NOTHING_SAID, placeOf, type SaidPlace } from './place'
import { usePosition } from './usePosition'

type Jurisdiction = Schemas['Jurisdiction']
const NEW_MS = 30 * 60_000

/** Where the hazard is: where the person stands, unless he says otherwise. */
export function usePlace() {
  const { position: measured, looking, start } = usePosition()
  const said = reactive<SaidPlace>({ ...NOTHING_SAID })
  const found = shallowRef<Jurisdiction | null>(null)
  const isElsewhere = ref(false) // the photo is an old one, and the person said that he has left
  const isDoubtful = ref(false) // the photo is an old one, and nobody said yet where it was taken

  const position = computed(() => (isElsewhere.value || isDoubtful.value ? null : measured.value))
  const isOutside = computed(() => position.value !== null && found.value?.certainty === 'outside')
  const isKnownInside = computed(() => Boolean(found.value?.region_code))
  const lack = computed(() => lackOf(position.value, said, isKnownInside.value))

  /** A photo that was not taken just now may show another place. */
  function noticeAge(capturedAt: string): void {
    if (Date.now() - Date.parse(capturedAt) > NEW_MS && !isElsewhere.value) isDoubtful.value = true
  }

  function isHere(here: boolean): void {
    isDoubtful.value = false
    isElsewhere.value = !here
  }

  watch(measured, async (now) => {
    if (now === null || !navigator.onLine) return
    try {
      found.value = (await publicApi.POST('/api/v1/places/region-of', { body: now })).data ?? null
    } catch (error) {
      if (!(error instanceof NoNetwork || error instanceof Refused)) throw error
      // Nice to know, no more: the server finds out anyway.
    }
  })

  return {
    said, looking, measured, position, found, lack, isOutside, isElsewhere, isDoubtful, noticeAge, isHere, measureAgain: start,
    line: computed(() => lineOf(said)),
    isVague: computed(() => position.value !== null && isVague(position.value)),
    place: () => placeOf(position.value, said),
  }
}

export type PlaceInSight = ReturnType<typeof usePlace>
