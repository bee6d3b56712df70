import { isPublic } from '@/app/roles'
import type { Schemas } from '@/app/http'
import type { User } from '@/app/session'

export type Mode = Schemas['CreateHazard']['report_mode']

/** Who says that he reported, and how one reaches him. */
export interface Naming {
  mode: Mode
  name: string
  mobile: string
  wishesReward: boolean
}

export const isSignedIn = (user: User | null): boolean => user !== null && user.kind !== 'guest'

/** Whoever has not signed in is nobody, unless he wants to be called back. */
export function namingOf(user: User | null): Naming {
  return { mode: isSignedIn(user) && isPublic(user) ? 'REAL_NAME_HIDDEN' : 'ANONYMOUS', name: '', mobile: '', wishesReward: false }
}

export function modesFor(user: User | null): readonly Mode[] {
  return isSignedIn(user) ? ['REAL_NAME_HIDDEN', 'REAL_NAME', 'ANONYMOUS'] : ['ANONYMOUS', 'REAL_NAME_HIDDEN']
}

/** What the server wants of him: of an account it knows all, of a guest his number alone. */
export function reporterOf(naming: Naming, user: User | null): { name: string | null; mobile: string | null } | null {
  if (naming.mode === 'ANONYMOUS' || isSignedIn(user)) return null
  return { name: naming.name.trim() || null, mobile: naming.mobile.trim() || null }
}

/** True if a guest wants to be called and said no number. */
export function lacksNumber(naming: Naming, user: User | null): boolean {
  return naming.mode !== 'ANONYMOUS' && !isSignedIn(user) && !/^1\d{10}$/.test(naming.mobile.trim())
}
