import { beforeEach, describe, expect, test, vi } from 'vitest'
import { nextTick } from 'vue'
import { useDraft, useEdits } from '@/app/draft'
import { forgetDrafts } from '@/app/drafts'
import { changesOf } from '@/features/pack/pack'
import { draftOf, fieldsOf, newDraft } from '@/features/pack/sheetForm'

vi.mock('@/app/session', () => ({ ownDevice: () => ({ partition: 'user:one' }) }))

/** As a browser keeps it: its keys are its own properties. */
class Storage {
  [key: string]: unknown
  getItem(key: string): string | null {
    return (this[key] as string | undefined) ?? null
  }
  setItem(key: string, value: string): void {
    this[key] = value
  }
  removeItem(key: string): void {
    delete this[key]
  }
}

beforeEach(() => void vi.stubGlobal('localStorage', new Storage()))

const sheet = (fields: object) => ({ ...fieldsOf(newDraft()), keyholders: [{ name: '王经理', phone: '13900001234' }], dangerous_goods: '油漆20桶', notes: '后院有狗', ...fields }) as never

/** The form of a unit's sheet, opened over what the device holds. */
function opened(fields: object = {}) {
  const form = useEdits('sheet u', newDraft)
  form.follow(draftOf(sheet(fields)))
  return { ...form, sent: () => changesOf(fieldsOf(form.was), fieldsOf(form.draft)) }
}

describe('what somebody changes of a record', () => {
  test('is all that he sends, whatever colleagues wrote since he first opened it', async () => {
    opened()
    await nextTick()
    const later = opened({ dangerous_goods: '油漆已清空', keyholders: [] })
    later.draft.approach = '从东门进'
    expect(later.draft.dangerous_goods).toBe('油漆已清空')
    expect(later.sent()).toEqual({ approach: ['', '从东门进'] })
  })

  test('is all that he sends where a colleague writes while the form is open', () => {
    const form = opened()
    form.draft.approach = '从东门进'
    form.follow(draftOf(sheet({ dangerous_goods: '油漆已清空' })))
    expect(form.draft).toMatchObject({ approach: '从东门进', dangerous_goods: '油漆已清空' })
    expect(form.sent()).toEqual({ approach: ['', '从东门进'] })
  })

  test('outlives a reload with what he saw then, so that two who wrote one field are told', async () => {
    opened().draft.notes = '后院有两条狗'
    await nextTick()
    const form = useEdits('sheet u', newDraft)
    expect(form.follow(draftOf(sheet({ notes: '狗已送走' })))).toEqual(['notes'])
    expect(changesOf(fieldsOf(form.was), fieldsOf(form.draft))).toEqual({ notes: ['后院有狗', '后院有两条狗'] })
  })

  test('is nothing where a colleague wrote the same', () => {
    const form = opened()
    form.draft.notes = '狗已送走'
    expect(form.follow(draftOf(sheet({ notes: '狗已送走' })))).toEqual([])
    expect(form.sent()).toEqual({})
  })

  test('is all that is kept on the device: no telephone number of the sealed base', async () => {
    const form = opened()
    await nextTick()
    expect(Object.keys(localStorage)).toEqual([])
    form.draft.approach = '从东门进'
    await nextTick()
    expect(JSON.stringify(localStorage)).toContain('从东门进')
    expect(JSON.stringify(localStorage)).not.toContain('13900001234')
    form.draft.approach = ''
    await nextTick()
    expect(Object.keys(localStorage)).toEqual([])
  })

  test('goes with him who signs out, and nobody else’s does', async () => {
    localStorage.setItem('draft user:onemore report', '{}')
    useDraft('visit v', () => ({ note: '' })).draft.note = '消防控制室'
    await nextTick()
    forgetDrafts('user:one')
    expect(Object.keys(localStorage)).toEqual(['draft user:onemore report'])
  })
})
