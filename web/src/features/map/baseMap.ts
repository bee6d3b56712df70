import { api, NoNetwork, type Schemas } from '@/app/http'

export type BaseMap = Schemas['BaseMap']

const STORED = 'base-map'

/** The map that was known last; a dead line is not waited for. Null: there is none. */
export function storedBaseMap(): BaseMap | null {
  return JSON.parse(localStorage.getItem(STORED) ?? 'null') as BaseMap | null
}

/** The map that the operator configured; without a network the one that was known last. Null: there is none. */
export async function baseMap(): Promise<BaseMap | null> {
  try {
    const found = (await api.GET('/api/v1/places/base-map')).data?.base_map ?? null
    localStorage.setItem(STORED, JSON.stringify(found))
    return found
  } catch (error) {
    if (!(error instanceof NoNetwork)) throw error
    return storedBaseMap()
  }
}
