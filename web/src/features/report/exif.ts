const EXIF = 0x45786966 // "Exif"
const DATE_TIME_ORIGINAL = 0x9003
const OFFSET_TIME_ORIGINAL = 0x9011
const EXIF_DIRECTORY = 0x8769
const HEAD_BYTES = 131_072 // the segment of a JPEG's metadata has 64 KB at most and stands at the front

/** When a JPEG says that it was taken (ISO 8601), or null. Without an offset the device's own time zone counts. */
export async function takenAt(file: Blob): Promise<string | null> {
  const view = new DataView(await file.slice(0, HEAD_BYTES).arrayBuffer())
  try {
    const start = metadataOf(view)
    return start === null ? null : momentOf(view, start)
  } catch (error) {
    if (error instanceof RangeError) return null // cut off, or pointing beyond its end
    throw error
  }
}

/** Where the TIFF part of the metadata begins. */
function metadataOf(view: DataView): number | null {
  if (view.getUint16(0) !== 0xffd8) return null
  for (let place = 2; view.getUint8(place) === 0xff; place += 2 + view.getUint16(place + 2)) {
    const marker = view.getUint8(place + 1)
    if (marker === 0xe1 && view.getUint32(place + 4) === EXIF) return place + 10
    if (marker === 0xda) return null // the picture itself
  }
  return null
}

function momentOf(view: DataView, start: number): string | null {
  const little = view.getUint16(start) === 0x4949
  const root = entriesOf(view, start + view.getUint32(start + 4, little), little)
  const pointer = root.get(EXIF_DIRECTORY)
  if (pointer === undefined) return null
  const entries = entriesOf(view, start + view.getUint32(pointer + 8, little), little)
  const taken = textOf(view, start, entries.get(DATE_TIME_ORIGINAL), little)
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(taken)
  if (match === null) return null
  const offset = textOf(view, start, entries.get(OFFSET_TIME_ORIGINAL), little)
  const zone = /^[+-]\d\d:\d\d$/.test(offset) ? offset : ''
  const moment = new Date(`${match[1]}-${match[2]}-${match[3]}T${match[4]}${zone}`)
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString()
}

/** The entries of a directory by their tags. */
function entriesOf(view: DataView, place: number, little: boolean): Map<number, number> {
  const found = new Map<number, number>()
  const count = view.getUint16(place, little)
  for (let entry = 0; entry < count; entry++) {
    const at = place + 2 + entry * 12
    found.set(view.getUint16(at, little), at)
  }
  return found
}

function textOf(view: DataView, start: number, entry: number | undefined, little: boolean): string {
  if (entry === undefined) return ''
  const length = view.getUint32(entry + 4, little)
  const from = length <= 4 ? entry + 8 : start + view.getUint32(entry + 8, little)
  let text = ''
  for (let place = from; place < from + length; place++) {
    const code = view.getUint8(place)
    if (code === 0) break
    text += String.fromCharCode(code)
  }
  return text.trim()
}
