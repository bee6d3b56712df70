import type { RouteLocationRaw } from 'vue-router'
import { heldHazard, heldInspection, heldMeasure, heldOrder, heldPermit, heldTasks, inspectionProgressOf, measureProgressOf, pageOf, progressOf, recheckProgressOf, underWay, visitProgressOf, type HeldTask, type Progress } from '@/app/held'
import type { Point } from '@/app/positions'
import type { Device } from '@/offline'

/** One task as it stands on a card. */
export interface TaskCardFacts {
  readonly task: HeldTask
  readonly at: Point | null
  readonly place: string
  readonly progress: Progress
  readonly isSaved: boolean // something of it waits on this device
  readonly photoIds: readonly string[] // of the report, as far as they may be seen
  readonly to: RouteLocationRaw
}

/** The hazard of a task, or the one that it came of; an application has none. */
async function hazardOf(device: Device, task: HeldTask): ReturnType<typeof heldHazard> {
  const id = task.subject_type === 'hazard' ? task.subject_id : task.title.hazard_id
  return id ? heldHazard(device, id) : null
}

/** The person's tasks, the most pressing first, with the places of their cases. */
export async function cardsOf(device: Device, personId: string): Promise<TaskCardFacts[]> {
  const lines = await device.outbox()
  const cards: TaskCardFacts[] = []
  for (const task of await heldTasks(device)) {
    const hazard = await hazardOf(device, task)
    const order = task.subject_type === 'rectification' ? await heldOrder(device, task.subject_id) : null
    const permit = task.subject_type === 'permit' ? await heldPermit(device, task.subject_id) : null
    const inspection = task.subject_type === 'inspection' ? await heldInspection(device, task.subject_id) : null
    const measure = task.subject_type === 'measure' ? await heldMeasure(device, task.subject_id) : null
    const record = order ?? permit ?? inspection ?? measure ?? hazard
    const placed = hazard ?? inspection
    const acts = record ? underWay(lines, record) : []
    const at = placed && placed.lon !== null && placed.lat !== null ? { lon: placed.lon, lat: placed.lat } : null
    cards.push({
      task,
      at,
      place: hazard?.place_name || task.title.place,
      progress: order ? recheckProgressOf(order, lines, personId) : permit ? visitProgressOf(permit, lines, personId) : inspection ? inspectionProgressOf(inspection, lines, personId) : hazard ? progressOf(hazard, lines, personId) : task.subject_type === 'assistance' ? 'help' : measure ? measureProgressOf(measure, lines, personId) : 'over',
      isSaved: acts.some((line) => line.outcome === null),
      photoIds: hazard?.photo_ids ?? [],
      to: wayTo(task),
    })
  }
  return cards
}

/** What is worked on without a network has a page for that; a letter is read on its case page. */
function wayTo({ subject_type: type, subject_id: id }: HeldTask): RouteLocationRaw {
  return type === 'handover' || type === 'assistance' || type === 'major' || type === 'transfer' ? { name: 'case', params: { kind: type, id } } : pageOf({ type, id })
}
