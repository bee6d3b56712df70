import { useI18n } from 'vue-i18n'
import type { TrayItem } from './tray'

/** Codes of the server in the words of a person. */
export function useSyncWords() {
  const { t, te } = useI18n()

  const known = (key: string, otherwise: string): string => (te(key) ? t(key) : t(otherwise))

  const act = (name: string): string => known(`act.${name}`, 'act.other')
  const record = (type: string | null): string => (type !== null && te(`record.${type}`) ? t(`record.${type}`) : (type ?? ''))
  const field = (name: string | null): string => (name !== null && te(`field.${name}`) ? t(`field.${name}`) : (name ?? ''))
  const code = (name: string): string => known(`why.${name}`, 'why.other')

  const refusal = (of: string, reason: string | null): string =>
    reason !== null && te(`guard.${reason}`) ? t(`guard.${reason}`) : code(of)

  function why(item: TrayItem): string {
    const said = item.fields.map((one) => one.message).join(';')
    return said ? `${code(item.code)}${said}` : refusal(item.code, item.reason)
  }

  function todo(item: TrayItem): string {
    if (te(`todo.${item.code}`)) return t(`todo.${item.code}`)
    return t(item.kind === 'parked' || item.kind === 'fault' ? 'todo.parked' : 'todo.other')
  }

  return { act, record, field, code, refusal, why, todo }
}
