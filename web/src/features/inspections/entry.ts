/** The code at a unit's entrance (入企码): an address of this product that names the unit, so that any camera reads it. */

export function codeOfUnit(unitId: string, origin: string): string {
  return `${origin}/entry/${unitId}`
}

/** The unit that a code names; null for any other code. */
export function unitOfCode(text: string): string | null {
  return /\/entry\/([0-9a-f-]{36})$/.exec(text.trim())?.[1] ?? null
}
