/**
 * The offline engine: acts and photos are saved on the device, handed in when there is a network, and what the server shows
 * is kept for the days without one. Mirrors the Python library `device/`; docs/sync-protocol.md is the contract of both.
 *
 * ```ts
 * const device = (await Device.current()) ?? (await Device.signIn({ phone, code })) // a person: one partition each
const guest = await Device.openGuest() // one report by nobody: a fresh guest each, never `mutate` two in one
 * const photoId = await device.addPhoto(blob, 'report')
 * await device.mutate('hazard.submit', newId(), { photos: [photoId], … }) // saved: it is on the disk
 * device.subscribe((change) => …)                                         // in every tab
 * new Syncing({ devices: devicesHere }).start()                           // one tab hands everything in, guests' reports too
 * ```
 */
export { Device, type FetchOptions, type SignedIn } from './device'
export { devicesHere } from './devices'
export { Locked, NoNetwork, OtherPerson, Refused, StorageFull, TooLong, Unsent, WrongPin } from './errors'
export { newId, newTrackingCode } from './ids'
export type { DeviceOptions, MutateOptions } from './localDevice'
export type { LockState } from './pin'
export { isGuestPartition, newInstall, partitions, personPartition } from './registry'
export { Syncing, type SyncingOptions } from './syncing'
export { FetchTransport, type Answer, type Sent, type Transport } from './transport'
export type {
  Change, Credentials, FieldError, Json, JsonObject, Listener, OpenedSession, Outcome, Photo, Result, Row, Sealed, SessionUser,
  Shown, StorageState, Trouble, Waiting,
} from './types'
