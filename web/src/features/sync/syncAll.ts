import type { Device, Result } from '@/offline'

/** One round of each; one that fails does not keep the others from theirs. Raises what the first of them raised, after all. */
export async function syncAll(devices: readonly Device[]): Promise<Result[]> {
  const results: Result[] = []
  const failures: unknown[] = []
  for (const device of devices) {
    try {
      if (!device.isGuest || (await device.unsent()) > 0) results.push(...(await device.sync()))
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return results
}
