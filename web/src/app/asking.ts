import { newId, NoNetwork, Refused } from '@/offline'

/** Requests that may be sent again: one key for each, until it is known what became of it. */
export class Asking {
  private readonly keys = new Map<string, string>()

  /** Whatever `send` does with the key; the same `what` has the same one while its answer was lost. */
  async ask<T>(what: unknown, send: (key: string) => Promise<T>): Promise<T> {
    const name = JSON.stringify(what)
    const key = this.keys.get(name) ?? newId()
    this.keys.set(name, key)
    try {
      const answer = await send(key)
      this.keys.delete(name)
      return answer
    } catch (error) {
      if (!isLost(error)) this.keys.delete(name)
      throw error
    }
  }
}

/** True if the server may have done it all the same. */
export function isLost(error: unknown): boolean {
  return error instanceof NoNetwork || (error instanceof Refused && error.status >= 500)
}
