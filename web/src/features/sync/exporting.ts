import { host } from '@/app/host'
import { devicesHere } from '@/offline'

/** What waits here, each queue in a file of its own: nothing joins a guest's report to anybody. */
export async function exportUnsent(): Promise<void> {
  for (const device of await devicesHere()) if ((await device.unsent()) > 0) await host.saveFile(await device.exportUnsent())
}
