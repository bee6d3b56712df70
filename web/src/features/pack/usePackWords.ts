import { useI18n } from 'vue-i18n'
import type { HeldSource } from '@/app/held'
import { useTimes } from '@/app/times'
import { isSeason, type WaterState } from './pack'

const TONES = { USABLE: 'green', FROZEN: 'red', OUT_OF_ORDER: 'red' } as const

/** What a water source gives, and how it stands, in words. */
export function usePackWords() {
  const { t } = useI18n()
  const { day } = useTimes()
  const today = new Intl.DateTimeFormat('sv', { timeZone: 'Asia/Shanghai' }).format(new Date())

  const tone = (state: WaterState): 'green' | 'red' => TONES[state]

  /** 15升/秒 · 500立方米 · 65毫米内扣×2 */
  function gives({ flow_lps: flow, volume_m3: volume, outlets }: Pick<HeldSource, 'flow_lps' | 'volume_m3' | 'outlets'>): string {
    return [flow ? t('pack.flow', { n: flow }) : '', volume ? t('pack.volume', { n: volume }) : '', outlets].filter(Boolean).join(' · ')
  }

  /** 11月1日 */
  function monthDay(value: string): string {
    const [month, date] = value.split('-').map(Number)
    return t('pack.month_day', { month, day: date })
  }

  function season({ freezes_from: from, freezes_to: to }: Pick<HeldSource, 'freezes_from' | 'freezes_to'>): string {
    return from && to ? t('pack.freezes', { from: monthDay(from), to: monthDay(to) }) : t('pack.all_year')
  }

  /** It may be frozen now though nobody has said so. */
  const isDoubtful = (source: HeldSource): boolean => source.state === 'USABLE' && isSeason(source, today)

  /** 11月23日,张三 */
  function seen({ seen_at: at, name }: HeldSource['reports'][number]): string {
    return [day(at), name || t('pack.you')].join(t('pack.comma'))
  }

  return { tone, gives, season, isDoubtful, seen }
}
