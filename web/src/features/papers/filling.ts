/** A paper is made from the template that came with its number. The server makes the same from the same words and compares, byte by byte. */

export type PaperName = 'order' | 'seal_record'

/** A paper that two officers may make here, as what they write has it. `words` lack what its number stands for, and the day it is served. */
export interface SpotPaper {
  readonly paper: PaperName
  readonly words: Readonly<Record<string, string>>
}

export interface OrderWords {
  readonly kind: 'IMMEDIATE' | 'DEADLINE'
  readonly dueOn: string | null // 2026-12-10
  readonly unitName: string
  readonly items: readonly { readonly description: string; readonly clause: string }[]
}

/** What is sealed and how, as 《临时查封现场笔录》 says it. */
export interface RecordWords {
  readonly unitName: string
  readonly place: string
  readonly danger: string
  readonly record: string
  readonly officers: string
  readonly attendedBy: string
  readonly witnessName: string
  readonly sealedAt: Date | null
}

const TITLES = { IMMEDIATE: '责令立即改正通知书', DEADLINE: '责令限期改正通知书' } as const
const NOBODY = '被检查单位(场所)'

/** An order, as workflow/papers/templates.py has it. */
export function orderPaper(order: OrderWords): SpotPaper {
  const requirement = order.kind === 'IMMEDIATE' ? '立即改正' : `于${saidDay(order.dueOn ?? '')}前改正`
  return { paper: 'order', words: { title: TITLES[order.kind], unit: order.unitName || NOBODY, items: itemised(order.items), requirement } }
}

/** The record of a sealing, in the same way; its day is that of the sealing. */
export function recordPaper({ unitName, place, danger, record, officers, attendedBy, witnessName, sealedAt }: RecordWords): SpotPaper {
  const said = { unit: unitName, place, danger, record, officers, attended: attendedBy || '(当事人不在场)', witness: witnessName || '(无)' }
  return { paper: 'seal_record', words: { title: '临时查封现场笔录', ...said, day: sealedAt ? dayOf(sealedAt) : '' } }
}

/** The text of a paper under its number. */
export function textOf({ words }: SpotPaper, template: string, office: string, number: string, servedAt: Date): string {
  return filledIn(template, { day: dayOf(servedAt), ...words, number, office })
}

function filledIn(template: string, words: Readonly<Record<string, string>>): string {
  return template.replace(/\{([a-z_]+)\}/g, (_, name: string) => words[name] ?? '')
}

function itemised(items: OrderWords['items']): string {
  return `${items.map((item, place) => `${place + 1}. ${item.description}${item.clause ? `(${item.clause})` : ''}`).join(';\n')}。`
}

/** The day of a moment, by the region's calendar. */
const dayOf = (moment: Date): string => saidDay(new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(moment))

/** 2026年12月4日 */
function saidDay(day: string): string {
  const [year, month, date] = day.split('-').map(Number)
  return `${year}年${month}月${date}日`
}
