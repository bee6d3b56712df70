import { StorageFull, type Device } from '@/offline'
import type { Shot } from '../report/shrink'
import type { Ending } from './useSteps'

type Hand = (words: string, photos: string[]) => Promise<Ending>

/**
 * An objection or an answer on its way: while it is unknown whether it arrived, its photos stay on the device and the same one is sent again.
 *
 * They go only when the server has refused it; what is on the screen is kept, and named anew the next time.
 */
export class Handing {
  private photos: string[] | null = null

  constructor(private readonly device: () => Device, private readonly role: 'dispute' | 'answer', private readonly send: Hand) {}

  /** Raises StorageFull: then nothing was kept, nor sent. */
  async hand(words: string, shots: readonly Shot[]): Promise<Ending> {
    this.photos ??= await this.keep(shots)
    const ending = await this.send(words, this.photos)
    if (ending === 'refused') await this.drop(this.photos)
    if (ending !== 'lost') this.photos = null
    return ending
  }

  private async keep(shots: readonly Shot[]): Promise<string[]> {
    const photos: string[] = []
    try {
      for (const { photo, capturedAt } of shots) photos.push(await this.device().addPhoto(photo, this.role, { capturedAt }))
      return photos
    } catch (error) {
      if (error instanceof StorageFull) await this.drop(photos)
      throw error
    }
  }

  private async drop(photos: readonly string[]): Promise<void> {
    for (const photo of photos) await this.device().dropPhoto(photo)
  }
}
