/** Where the browser keeps what somebody is writing: by person, so that whoever signs in next finds nothing of it. */
export const draftKey = (partition: string, name: string): string => `draft ${partition} ${name}`

/** Those of this person: with the base that they belong to. */
const draftsOf = (partition: string): string[] => Object.keys(localStorage).filter((key) => key.startsWith(draftKey(partition, '')))

export const countDrafts = (partition: string): number => draftsOf(partition).length

export function forgetDrafts(partition: string): void {
  for (const key of draftsOf(partition)) localStorage.removeItem(key)
}
