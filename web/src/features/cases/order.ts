import type { Offer } from './types'

/** Which of the offered steps is the one to take next, and which come before others in a list. */
const ORDER = [
  'cosign', 'follow_up', 'note_hearing', 'appoint_hearing', 'deliver', 'note_filed', 'note_declined', 'note_passed_on', 'hand_items', 'object', 'suggest_supervision', 'take_back', 'register', 'assign', 'start', 'verify_true', 'verify_false', 'fix_on_site', 'approve', 'disapprove', 'sign_for', 'accept', 'finish', 'resend', 'decide', 'propose', 'seal_at_once', 'serve', 'check', 'confirm_stopped', 'lift', 'resume', 'apply_unseal', 'apply_resume', 'urge', 'keep', 'refuse',
  'confirm', 'schedule', 'agree', 'advise', 'report_progress', 'grant_extension', 'recheck_pass', 'recheck_fail', 'reorder', 'report_fix', 'apply_recheck', 'tell_reporter', 'ask_reporter', 'close', 'uphold',
  'reopen', 'judge_reuse', 'prompt_unit', 'withdraw_prompt', 'refer', 'hand_over', 'merge', 'unmerge', 'return', 'reject', 'discard', 'revoke', 'refuse_extension', 'leave_with_sender', 'withdraw', 'dispute', 'progress', 'extend',
  'file_case', 'reclassify', 'supervise', 'confirm_timely', 'divert_119', 'precheck', 'ask_extension', 'rate', 'request_force_close', 'force_close',
]
/** Never the one that a thumb lands on, however few others there are. */
const NEVER_FIRST = new Set(['disapprove', 'note_declined', 'note_passed_on', 'suggest_supervision', 'take_back', 'withdraw_prompt', 'seal_at_once', 'extend', 'request_force_close', 'force_close', 'divert_119', 'cancel', 'decline', 'redirect', 'miss', 'warn_of_danger', 'reschedule', 'withdraw', 'discard', 'revoke', 'reclassify', 'reject', 'merge', 'unmerge', 'judge_reuse', 'prompt_unit', 'refer', 'hand_over', 'supervise', 'dispute', 'ask_reporter', 'answer_office'])

const rank = (offer: Offer): number => (ORDER.indexOf(offer.action) + ORDER.length + 1) % (ORDER.length + 1)

/** The steps, likeliest first. */
export function inOrder(offers: readonly Offer[]): Offer[] {
  return [...offers].sort((one, other) => rank(one) - rank(other))
}

/** The step that the case waits for, if it is this reader's to take. */
export function primaryOf(offers: readonly Offer[]): Offer | null {
  return inOrder(offers).find((offer) => !NEVER_FIRST.has(offer.action)) ?? null
}
