import { reactive } from 'vue'
import { api } from '@/app/http'

const known = reactive(new Map<string, string>())
const asked = new Set<string>()

/** The name of an office by its id, empty until it is known: offices are public to whoever has signed in, and rarely renamed. */
export function officeName(id: string | null | undefined): string {
  if (!id) return ''
  if (!asked.has(id)) {
    asked.add(id)
    void api
      .GET('/api/v1/accounts/organisations/{org_id}', { params: { path: { org_id: id } } })
      .then(({ data }) => known.set(id, data?.name ?? ''))
      .catch(() => asked.delete(id)) // asked again when it is next shown
  }
  return known.get(id) ?? ''
}

/** Names of staff in what was read. */
export function namer(people: readonly { id: string; name: string }[]): (id: string | null | undefined) => string {
  const names = new Map(people.map((person) => [person.id, person.name]))
  return (id) => (id ? (names.get(id) ?? '') : '')
}
