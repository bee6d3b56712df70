/** Where the browser keeps what somebody is writing: by person, so that whoever signs in next finds nothing of it. */
export const draftKey = (partition: string, name: string): string => `draft ${partition} ${name}`

/** All of this person's: with the base that they belong to. */
export function forgetDrafts(partition: string): void {
  const own = draftKey(partition, '')
  for (const key of Object.keys(localStorage)) if (key.startsWith(own)) localStorage.removeItem(key)
}
