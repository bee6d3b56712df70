import type { FieldError, JsonObject } from './types'

/** The server answered with a problem document (RFC 9457). */
export class Refused extends Error {
  override readonly name = 'Refused'

  constructor(
    readonly status: number,
    readonly problem: JsonObject,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(`${status} ${codeOf(problem)}`)
  }

  /** The stable code at the end of the problem's type (docs/problems.md); empty if the answer was no problem document. */
  get code(): string {
    return codeOf(this.problem)
  }

  /** What a person reads, in Chinese. */
  get title(): string {
    return typeof this.problem['title'] === 'string' ? this.problem['title'] : ''
  }

  /** The condition that is not met, as a stable code; empty where none is named. */
  get reason(): string {
    return typeof this.problem['reason'] === 'string' ? this.problem['reason'] : ''
  }

  /** Which fields are wrong; empty where the refusal is about none. */
  get fields(): readonly FieldError[] {
    const errors = this.problem['errors']
    return Array.isArray(errors) ? (errors as unknown as FieldError[]) : []
  }
}

function codeOf(problem: JsonObject): string {
  const type = typeof problem['type'] === 'string' ? problem['type'] : ''
  return type.slice(type.lastIndexOf('/') + 1)
}

/** The server cannot be reached, or the answer was cut off: try again later. */
export class NoNetwork extends Error {
  override readonly name = 'NoNetwork'
}

/** Too much for one line: nothing was saved, and the person still has it on his screen. */
export class TooLong extends Error {
  override readonly name = 'TooLong'

  constructor(readonly lengthBytes: number) {
    super(`a sealed line of ${lengthBytes} bytes`)
  }
}

/** No space is left: this was not saved; the `saved` acts and photos that wait already are untouched. */
export class StorageFull extends Error {
  override readonly name = 'StorageFull'

  constructor(readonly saved: number = 0) {
    super('no space is left on this device')
  }
}

/** The base cannot be read: its PIN was not given yet (`pin`), or the server has not been met for seven days (`away`). */
export class Locked extends Error {
  override readonly name = 'Locked'

  constructor(readonly reason: 'pin' | 'away') {
    super(`the base is locked: ${reason}`)
  }
}

/** The PIN was wrong. With no attempts left the base was erased; the outbox never is. */
export class WrongPin extends Error {
  override readonly name = 'WrongPin'

  constructor(
    readonly attemptsLeft: number,
    readonly retryAfterSeconds: number,
  ) {
    super('wrong PIN')
  }
}

/** Acts or photos wait that only this person can hand in: signing out needs his consent. */
export class Unsent extends Error {
  override readonly name = 'Unsent'

  constructor(readonly count: number) {
    super(`${count} acts and photos were not handed in`)
  }
}

/** Somebody else signed in than the person to whom this partition belongs. */
export class OtherPerson extends Error {
  override readonly name = 'OtherPerson'
}
