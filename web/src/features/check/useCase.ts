import { computed } from 'vue'
import { heldHazard, heldInspection, heldMeasure, heldOrder, heldPermit, inspectionProgressOf, measureProgressOf, progressOf, recheckProgressOf, stepOf, visitProgressOf } from '@/app/held'
import { useOnDevice } from '@/app/onDevice'
import { hasRole } from '@/app/roles'
import { session } from '@/app/session'
import { freeNumbers } from '../papers/numbers'

/** A hazard as this device has it, and where its check stands with what waits here. */
export function useHazard(id: string) {
  const { value, isRead, reload } = useOnDevice(async (device) => {
    const hazard = await heldHazard(device, id)
    const lines = await device.outbox()
    const free = await freeNumbers(device, 'order')
    return { hazard, free, progress: hazard ? progressOf(hazard, lines, session.user?.id ?? '') : ('over' as const) }
  })
  const hazard = computed(() => value.value?.hazard ?? null)
  const progress = computed(() => value.value?.progress ?? 'over')
  const isOfficer = computed(() => isOfThePair(hazard.value?.officer_ids))
  const isHelper = computed(() => {
    const helpers = hazard.value?.officer_ids.slice(2) ?? []
    return hasRole(session.user, 'GRID_WORKER', 'TOWN_OFFICER') && helpers.includes(session.user?.id ?? '')
  })
  const free = computed(() => value.value?.free ?? [])
  return { hazard, free, progress, isOfficer, isHelper, isRead, reload }
}

/** An order whose recheck is due, in the same way. */
export function useOrder(id: string) {
  const { value, isRead } = useOnDevice(async (device) => {
    const order = await heldOrder(device, id)
    const lines = await device.outbox()
    const hazard = order?.hazard_id ? await heldHazard(device, order.hazard_id) : null
    return { order, hazard, progress: order ? recheckProgressOf(order, lines, session.user?.id ?? '') : ('over' as const) }
  })
  const order = computed(() => value.value?.order ?? null)
  const isOfficer = computed(() => isOfThePair(order.value?.officer_ids))
  return { order, hazard: computed(() => value.value?.hazard ?? null), progress: computed(() => value.value?.progress ?? 'over'), isOfficer, isRead }
}

/** An application that is to be looked at, in the same way. */
export function usePermit(id: string) {
  const { value, isRead } = useOnDevice(async (device) => {
    const permit = await heldPermit(device, id)
    const lines = await device.outbox()
    return { permit, progress: permit ? visitProgressOf(permit, lines, session.user?.id ?? '') : ('over' as const) }
  })
  const permit = computed(() => value.value?.permit ?? null)
  const isOfficer = computed(() => isOfThePair(permit.value?.officer_ids))
  return { permit, progress: computed(() => value.value?.progress ?? 'over'), isOfficer, isRead }
}

/** An inspection of a unit, in the same way, with the numbers that are left for an order. */
export function useInspection(id: string) {
  const { value, isRead } = useOnDevice(async (device) => {
    const inspection = await heldInspection(device, id)
    const [lines, free] = await Promise.all([device.outbox(), freeNumbers(device, 'order')])
    return { inspection, free, progress: inspection ? inspectionProgressOf(inspection, lines, session.user?.id ?? '') : ('over' as const) }
  })
  const inspection = computed(() => value.value?.inspection ?? null)
  const isOfficer = computed(() => isOfThePair(inspection.value?.officer_ids))
  return { inspection, free: computed(() => value.value?.free ?? []), progress: computed(() => value.value?.progress ?? 'over'), isOfficer, isRead }
}

/** A sealing or an order to stop, in the same way, and what is to be done there. */
export function useMeasure(id: string) {
  const { value, isRead } = useOnDevice(async (device) => {
    const [measure, lines] = await Promise.all([heldMeasure(device, id), device.outbox()])
    const isBegunHere = measure === null && lines.some((line) => line.name === 'measure.open' && line.entityId === id)
    return { measure, isBegunHere, progress: measure ? measureProgressOf(measure, lines, session.user?.id ?? '') : ('over' as const) }
  })
  const measure = computed(() => value.value?.measure ?? null)
  const step = computed(() => (measure.value ? stepOf(measure.value) : null))
  const isOfficer = computed(() => isOfThePair(measure.value?.officer_ids))
  return { measure, isBegunHere: computed(() => value.value?.isBegunHere ?? false), step, progress: computed(() => value.value?.progress ?? 'over'), isOfficer, isRead }
}

/** Whether the person is one of the two officers who were sent. */
function isOfThePair(officerIds: readonly string[] = []): boolean {
  return hasRole(session.user, 'FIRE_OFFICER') && officerIds.slice(0, 2).includes(session.user?.id ?? '')
}
