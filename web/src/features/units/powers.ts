import type { Schemas } from '@/app/http'

/** The level at which somebody may charge others, or dismiss them: the identity provider has seen his face. */
export const CONFIRMED = 3
export const DIRECTORS: readonly string[] = ['UNIT_RESPONSIBLE', 'UNIT_MANAGER']

export type Charge = NonNullable<Schemas['NameAgent']['role']>
export type Matter = NonNullable<Schemas['NameAgent']['scope']>[number]

export const MATTERS = ['permits', 'assistance', 'rectifications', 'training'] as const satisfies readonly Matter[]
/** Whom one names, the one that is named most first. */
export const CHARGES = ['AGENT', 'UNIT_STAFF', 'CONTROL_ROOM_OPERATOR', 'UNIT_MANAGER'] as const satisfies readonly Charge[]
