import { shallowRef } from 'vue'
import { api, type Schemas } from '@/app/http'

const pictures = shallowRef<Schemas['Picture'][]>([])
let asking: Promise<void> | null = null

/** The eight pictures with the categories of the law behind each; asked for once. */
export function usePictures() {
  asking ??= api
    .GET('/api/v1/hazards/pictures')
    .then(({ data }) => void (pictures.value = data ?? []))
    .catch(() => void (asking = null))
  const category = (code: string | null | undefined) => pictures.value.flatMap((one) => one.categories).find((one) => one.code === code)
  const pictureLabel = (picture: string) => pictures.value.find((one) => one.picture === picture)?.label ?? ''
  return { pictures, category, pictureLabel, ready: () => asking ?? Promise.resolve() }
}
