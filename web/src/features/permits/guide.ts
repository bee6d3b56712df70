import type { Schemas } from '@/app/http'

export type Option = Schemas['Option']

/** What forms are made of, as the server had it when this client was built: here without a network too. */
export { permitGuide as guide } from '@/generated/permit-guide'

/** The words of a choice; its code where a newer server has one that this client does not know. */
export const labelOf = (options: readonly Option[], code: string): string => options.find((option) => option.code === code)?.label ?? code
