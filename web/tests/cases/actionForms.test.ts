import { describe, expect, test } from 'vitest'
import { argumentsOf, formOf, isComplete, startOf } from '@/features/cases/actionForms'
import { inOrder, primaryOf } from '@/features/cases/order'
import type { Offer, Subject } from '@/features/cases/types'

const RETURNED: Subject = { kind: 'handover', id: 'h', regionCode: '150102', suggestedOrgId: 'office' }
const offer = (action: string): Offer => ({ action, label: action, officers: 1 })
const started = (subject: Subject, action: string) =>
  Object.fromEntries(formOf(subject.kind, action).map((field) => [field.name, startOf(field, subject)]))

describe('the form of a step', () => {
  test('of a signature needs nothing but the tap, and sends nothing that is empty', () => {
    const values = started(RETURNED, 'approve')
    expect(isComplete(formOf('handover', 'approve'), values)).toBe(true)
    expect(argumentsOf(formOf('handover', 'approve'), values)).toEqual({})
  })

  test('of a returned letter starts with the office that was suggested', () => {
    const values = started(RETURNED, 'resend')
    expect(isComplete(formOf('handover', 'resend'), values)).toBe(true)
    expect(argumentsOf(formOf('handover', 'resend'), values)).toEqual({ to_org_id: 'office' })
  })

  test('of an assignment is complete with two officers, not with one', () => {
    const fields = formOf('hazard', 'assign')
    expect(isComplete(fields, { officer_ids: ['one'] })).toBe(false)
    expect(isComplete(fields, { officer_ids: ['one', 'two'] })).toBe(true)
  })
})

describe('the offered steps', () => {
  test('put the step that the case waits for first', () => {
    expect(inOrder(['request_force_close', 'merge', 'assign'].map(offer)).map((one) => one.action)).toEqual(['assign', 'merge', 'request_force_close'])
    expect(primaryOf(['hand_over', 'assign'].map(offer))?.action).toBe('assign')
  })

  test('never put the end of a case under the thumb', () => {
    expect(primaryOf(['reject', 'force_close', 'withdraw'].map(offer))).toBeNull()
  })
})
