import { describe, expect, test } from 'vitest'
import { NoNetwork, type Device } from '@/offline'
import { lost, refusing } from './fakeServer'
import { citizen, paths, photo, reopened, server, snap } from './world'

async function snapWithPhoto(device: Device, text = 'a photo', size = 1000): Promise<[string, string]> {
  const photoId = await device.addPhoto(photo(text, size), 'report')
  const [hazardId] = await snap(device, 1, { photos: [photoId] })
  return [hazardId!, photoId]
}

/** The next requests to the photo channel do not get through. */
function noUploads(): void {
  server.before = Array(10).fill((request: { path: string }) => {
    if (request.path.includes('/uploads')) throw new NoNetwork('too large for this line')
    return request
  })
}

describe('photos', () => {
  test('photos go up after the record and before the pull', async () => {
    const device = await citizen()
    const [hazardId, photoId] = await snapWithPhoto(device)
    await device.sync()
    const order = paths()
    expect(order[0]).toBe('/sync/push')
    expect(order[order.length - 1]).toBe('/sync/pull')
    expect(order.slice(1, -1).every((path) => path.startsWith('/uploads'))).toBe(true)
    expect(await device.photos()).toEqual([])
    expect(server.media.get(photoId)!.length).toBe(1000)
    expect((await device.shown('hazard', hazardId))!.photo_ids).toEqual([photoId])
  })

  test('a photo that cannot be sent holds up neither records nor the pull', async () => {
    const device = await citizen()
    const [hazardId] = await snapWithPhoto(device)
    noUploads()
    const [result] = await device.sync()
    expect(result!.outcome).toBe('applied')
    expect(await device.store.overlay()).toEqual([])
    expect(await device.photos()).toHaveLength(1)
    expect(await device.shown('hazard', hazardId)).not.toBeNull()
    expect(await device.waiting()).toMatchObject({ acts: 0, photos: 1, why: 'server_away' })
  })

  test('an upload goes on where the server stands', async () => {
    const device = await citizen()
    const [, photoId] = await snapWithPhoto(device, 'a large photo', 5000)
    await device.pushing.push()
    device.uploading.pieceBytes = 1000
    server.tampers = [(answer) => answer, (answer) => answer, (answer) => answer, lost] // POST, two pieces, and one whose answer is lost
    await expect(device.uploading.sendPhotos()).rejects.toThrow(NoNetwork)
    const again = await reopened(device)
    again.uploading.pieceBytes = 1000
    expect((await again.photos())[0]!.url).toMatch(/^\/uploads\//)
    server.sent.length = 0
    expect(await again.uploading.sendPhotos()).toEqual([])
    expect(await again.photos()).toEqual([])
    expect(paths()).not.toContain('/uploads') // it is not announced again
    expect(paths()).toHaveLength(1 + 2)
    expect(server.media.get(photoId)!.toString().trimEnd()).toMatch(/^a large photo\.+$/)
  })

  test('an upload that the server forgot is announced again', async () => {
    const device = await citizen()
    const [, photoId] = await snapWithPhoto(device)
    await device.store.photos.place(photoId, '/uploads/of-long-ago')
    await device.sync()
    expect(await device.photos()).toEqual([])
    expect(server.media.has(photoId)).toBe(true)
  })

  test('a file that is no photo is told and does not hold up the next', async () => {
    const device = await citizen()
    const bad = await device.addPhoto(photo('no photo at all'))
    await snapWithPhoto(device)
    await device.pushing.push()
    expect(await device.uploading.sendPhotos()).toEqual([bad])
    expect((await device.photos()).map(({ id, refused }) => [id, refused])).toEqual([[bad, 'not_an_image']])
    expect(await device.unsent()).toBe(0) // nothing that waiting longer would help
    server.sent.length = 0
    expect(await device.uploading.sendPhotos()).toEqual([bad])
    expect(server.sent).toEqual([])
    await device.dropPhoto(bad)
    expect(await device.waiting()).toMatchObject({ photos: 0, refusedPhotos: 0 })
  })

  test('a photo that the server has already is not sent again', async () => {
    const device = await citizen()
    const [, photoId] = await snapWithPhoto(device)
    server.media.set(photoId, Buffer.from('stored'))
    await device.sync()
    expect(await device.photos()).toEqual([])
  })

  test('too many photos wait as long as the server says', async () => {
    const device = await citizen()
    await snapWithPhoto(device)
    server.tampers = [(answer) => answer, refusing(429, 'upload_allowance_used', { retry_after_seconds: 3600 })]
    expect((await device.sync())[0]!.outcome).toBe('applied')
    expect(await device.waiting()).toMatchObject({ photos: 1, why: 'busy', code: 'upload_allowance_used', retryAt: '2026-11-26T09:00:00.000Z' })
  })

  test('a photo is kept as bytes and can be looked at while it waits', async () => {
    const device = await citizen()
    const id = await device.addPhoto(photo('seen'), 'evidence', { capturedAt: '2026-11-26T07:59:00Z' })
    const again = await reopened(device)
    const seen = (await again.photo(id))!
    expect([seen.type, (await seen.text()).slice(0, 5)]).toEqual(['image/jpeg', 'seen.'])
    expect((await again.photos())[0]).toMatchObject({ role: 'evidence', sizeBytes: 1000, capturedAt: '2026-11-26T07:59:00Z' })
  })
})
