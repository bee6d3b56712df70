/** A paper is made from the template that came with its number. The server makes the same from the same words and compares, byte by byte. */

export interface OrderWords {
  readonly kind: 'IMMEDIATE' | 'DEADLINE'
  readonly dueOn: string | null // 2026-12-10
  readonly unitName: string
  readonly items: readonly { readonly description: string; readonly clause: string }[]
}

const TITLES = { IMMEDIATE: '责令立即改正通知书', DEADLINE: '责令限期改正通知书' } as const
const NOBODY = '被检查单位(场所)'

/** The text of an order, as workflow/papers/templates.py makes it. */
export function orderText(template: string, office: string, number: string, order: OrderWords, servedAt: Date): string {
  return filledIn(template, {
    title: TITLES[order.kind],
    number,
    unit: order.unitName || NOBODY,
    items: itemised(order.items),
    requirement: order.kind === 'IMMEDIATE' ? '立即改正' : `于${saidDay(order.dueOn ?? '')}前改正`,
    office,
    day: saidDay(new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(servedAt)),
  })
}

function filledIn(template: string, words: Readonly<Record<string, string>>): string {
  return template.replace(/\{([a-z_]+)\}/g, (_, name: string) => words[name] ?? '')
}

function itemised(items: OrderWords['items']): string {
  return `${items.map((item, place) => `${place + 1}. ${item.description}${item.clause ? `(${item.clause})` : ''}`).join(';\n')}。`
}

/** 2026年12月4日 */
function saidDay(day: string): string {
  const [year, month, date] = day.split('-').map(Number)
  return `${year}年${month}月${date}日`
}
