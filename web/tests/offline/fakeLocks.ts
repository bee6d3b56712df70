interface Held {
  reject: (error: unknown) => void
}

interface Asked {
  grant: () => void
  signal: AbortSignal | undefined
}

/** Web Locks of one browser (exclusive ones, with `signal` and `steal`): what Node lacks. */
export class FakeLocks {
  private readonly held = new Map<string, Held>()
  private readonly queues = new Map<string, Asked[]>()

  request(name: string, first: LockOptions | (() => Promise<unknown>), second?: () => Promise<unknown>): Promise<unknown> {
    const [options, work] = typeof first === 'function' ? [{} as LockOptions, first] : [first, second!]
    const { signal, steal } = options
    return new Promise((resolve, reject) => {
      const grant = (): void => {
        const mine: Held = { reject }
        this.held.set(name, mine)
        Promise.resolve()
          .then(work)
          .then(resolve, reject)
          .finally(() => this.held.get(name) === mine && this.next(name))
      }
      if (signal?.aborted) return reject(new DOMException('ended', 'AbortError'))
      if (steal) {
        this.held.get(name)?.reject(new DOMException('stolen', 'AbortError'))
        return grant()
      }
      if (!this.held.has(name)) return grant()
      const asked = { grant, signal }
      this.queues.set(name, [...(this.queues.get(name) ?? []), asked])
      signal?.addEventListener('abort', () => {
        this.queues.set(name, (this.queues.get(name) ?? []).filter((one) => one !== asked))
        reject(new DOMException('ended', 'AbortError'))
      })
    })
  }

  private next(name: string): void {
    this.held.delete(name)
    this.queues.get(name)?.shift()?.grant()
  }
}
