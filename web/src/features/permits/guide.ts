import { useLoaded } from '@/app/async'
import { api, type Schemas } from '@/app/http'

export type Guide = Schemas['Guide']
export type Option = Schemas['Option']

let asked: Promise<Guide> | null = null

async function ask(): Promise<Guide> {
  return (await api.GET('/api/v1/permits/guide')).data!
}

/** What forms are made of, as the server has it: asked for once. */
export function useGuide() {
  return useLoaded(() => {
    asked ??= ask().catch((error: unknown) => {
      asked = null
      throw error
    })
    return asked
  })
}

/** The words of a choice; its code while they are not known. */
export const labelOf = (options: readonly Option[] | undefined, code: string): string => options?.find((option) => option.code === code)?.label ?? code
