const LENGTH = 26 // of a whole code, in Crockford's base 32: no I, L, O, U

/** In groups that one can read aloud: ABCD EFGH … */
export function grouped(code: string): string {
  return code.replace(/(.{4})(?=.)/g, '$1 ')
}

/** What people type instead of the whole code: case number, hyphen, 8 characters. */
export function shortCode(number: string, code: string): string {
  return `${number}-${code.slice(0, 8)}`
}

const LIKE: Record<string, string> = { I: '1', L: '1', O: '0' }

/** A code as it was meant, however it was spaced, grouped or mistaken; null if it is none. The server reads it the same way. */
export function meantCode(typed: string): string | null {
  const code = typed.toUpperCase().replace(/[\s-]/g, '')
  const short = /^(YH\d{20,})(.{8})$/.exec(code)
  const tail = (short?.[2] ?? code).replace(/[ILO]/g, (letter) => LIKE[letter] ?? letter)
  if (!/^[0-9A-HJKMNP-TV-Z]+$/.test(tail)) return null
  if (short) return `${short[1]}-${tail}`
  return tail.length === LENGTH ? tail : null
}
