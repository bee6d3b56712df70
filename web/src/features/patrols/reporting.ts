import { currentDevice, session } from '@/app/session'
import type { Device } from '@/offline'
import { pictureOf } from '@/app/pictures'
import { namingOf } from '../report/naming'
import { NOTHING_SAID } from '../report/place'
import type { Picture } from '../report/pictures'
import { shotOfFile, type Shot } from '../report/shrink'
import { Unsaved } from '../report/unsaved'
import type { Walked } from './walked'

/** Under which picture an item of a grid patrol is reported; the others are chosen by whoever reports. */
const PICTURES: Readonly<Record<string, Picture>> = {
  EXITS: 'EXIT', FIRE_LANE: 'FIRE_LANE', EBIKES: 'EBIKE', ELECTRICITY: 'ELECTRIC_GAS', GAS: 'ELECTRIC_GAS', EQUIPMENT: 'FACILITY', FLAMMABLES: 'FLAMMABLE',
}

/** Begin a report of one item, with everything that is known of it: his words, his pictures, the place, and on which round it was seen. */
export async function beginReport(device: Device, id: string, walked: Walked, code: string): Promise<void> {
  const { data, mid } = walked
  const answer = data.answers.find((one) => one.code === code)!
  const item = data.checklist.items.find((one) => one.code === code)
  const { region_name: regionName, sumu, gacha, household, landmark } = data.address
  const said = { ...NOTHING_SAID, regionCode: data.region_code, regionName, placeName: data.place_name, sumu: sumu ?? '', gacha: gacha ?? '', household: household ?? '', landmark: landmark ?? '' }
  const words = [item && `巡查项目“${item.text}”不符合。`, answer.note].filter(Boolean).join('')
  const unsaved = new Unsaved(currentDevice()?.partition ?? 'nobody')
  await unsaved.forget()
  await unsaved.keep(
    {
      picture: PICTURES[code] ?? null, words, naming: { ...namingOf(session.user), mode: 'REAL_NAME_HIDDEN' }, said, isElsewhere: data.region_code !== '', position: null,
      patrol: { id, mid },
    },
    await shotsOf(device, answer.photos),
  )
}

/** Its pictures once more: a photo is part of one record. */
async function shotsOf(device: Device, ids: readonly string[]): Promise<Shot[]> {
  const shots: Shot[] = []
  for (const id of ids) {
    const picture = await pictureOf(device, id)
    const shot = picture && (await shotOfFile(new File([picture], `${id}.jpg`, { type: picture.type })))
    if (shot) shots.push(shot)
  }
  return shots
}
