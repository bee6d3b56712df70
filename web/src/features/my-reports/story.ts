import type { Schemas } from '@/app/http'

type Event = Schemas['Event']

const DATED = ['hazard.registered', 'hazard.handed_over', 'hazard.disputed'] // they name until when, if that is known

/** The message of one line of the timeline. */
export function storyKey(event: Event): string {
  const result = typeof event.data.result === 'string' ? `.${event.data.result}` : ''
  const undated = DATED.includes(event.name) && !event.data.due ? '.undated' : ''
  return `my-reports.event.${event.name}${event.name === 'hazard.reporter_told' ? result : undated}`
}
