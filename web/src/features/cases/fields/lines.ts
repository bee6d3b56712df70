/** One line of a list as the server wants it: its words, or these under one name; under two, the first word and the rest. */
export type Thing = string | Readonly<Record<string, string>>

export function thingOf(line: string, members: readonly string[]): Thing {
  const [first, second] = members
  if (first === undefined) return line
  if (second === undefined) return { [first]: line }
  const [word = '', ...rest] = line.split(/[\s,,、]+/u)
  return { [first]: word, [second]: rest.join(' ') }
}

export function asLine(thing: Thing, members: readonly string[]): string {
  return typeof thing === 'string' ? thing : members.map((member) => thing[member] ?? '').join(' ').trim()
}
