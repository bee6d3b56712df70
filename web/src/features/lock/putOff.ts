const PUT_OFF = 'pin-later'

/** Whoever wants to set his PIN later is asked again the next time that he opens the client. */
export function putOff(): void {
  sessionStorage.setItem(PUT_OFF, '1')
}

export function isPutOff(): boolean {
  return sessionStorage.getItem(PUT_OFF) !== null
}
