import { useI18n } from 'vue-i18n'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const SOON = 24 * HOUR

export type Urgency = 'overdue' | 'soon' | 'calm'

/** How pressing a moment is. */
export function urgencyOf(due: string | null | undefined, now: number): Urgency {
  if (!due) return 'calm'
  const left = Date.parse(due) - now
  return left < 0 ? 'overdue' : left < SOON ? 'soon' : 'calm'
}

/** Times as people read them, in the region's own time. */
export function useTimes() {
  const { t, locale } = useI18n()
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale.value, { timeZone: 'Asia/Shanghai', ...options })

  /** 11月26日 14:05 */
  function moment(value: string | null | undefined): string {
    if (!value) return ''
    return format({ month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(value))
  }

  /** 2026年11月26日 */
  function day(value: string | null | undefined): string {
    return value ? format({ year: 'numeric', month: 'long', day: 'numeric' }).format(new Date(value)) : ''
  }

  /** 11月26日 */
  function dayOfMonth(value: string): string {
    return format({ month: 'long', day: 'numeric' }).format(new Date(value))
  }

  /** The largest whole unit of a span in milliseconds: 3小时. */
  function span(milliseconds: number): string {
    const length = Math.abs(milliseconds)
    if (length >= 2 * DAY) return t('span.days', { n: Math.floor(length / DAY) })
    if (length >= HOUR) return t('span.hours', { n: Math.floor(length / HOUR) })
    return t('span.minutes', { n: Math.max(1, Math.floor(length / MINUTE)) })
  }

  /** 还剩3小时, 已超期2天 */
  function left(due: string | null | undefined, now = Date.now()): string {
    if (!due) return t('due.none')
    const rest = Date.parse(due) - now
    return t(rest < 0 ? 'due.overdue' : 'due.left', { span: span(rest) })
  }

  return { moment, day, dayOfMonth, span, left }
}
