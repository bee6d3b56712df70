export const PIN_LENGTH = 6

/** Six digits, neither all the same nor in sequence. */
export function isGoodPin(pin: string): boolean {
  if (!/^[0-9]{6}$/.test(pin)) return false
  const steps = new Set([...pin].slice(1).map((digit, place) => Number(digit) - Number(pin[place])))
  return !(steps.size === 1 && [0, 1, -1].includes([...steps][0]!))
}
