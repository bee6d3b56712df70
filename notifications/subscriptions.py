"""The one table from event to message: who of the people that an event concerns is told, and with which text.

An event carries the ids of its people by what they are to the case (`journal.record(..., concerns=...)`); `audience` is
the name of such a part. The first row that fits a person wins: nobody is told twice of one event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from database.base import Json

Condition = Callable[[Json], bool]


@dataclass(frozen=True)
class Subscription:
    """One row. `channels` are those beyond the inbox; `when` looks at the event's data. The class is the template's."""

    event: str
    audience: str
    template: str
    channels: tuple[str, ...] = ("host_app", "sms")
    when: Condition | None = None

    def fits(self, data: Json) -> bool:
        """True if this row speaks about an event with these data."""
        return self.when is None or self.when(data)


def _is(key: str, *values: object) -> Condition:
    return lambda data: data.get(key) in values


def _other_clock(data: Json) -> bool:
    """Rows 17 and 18 of docs/wording.md speak of 法定核查时限: of these two clocks alone (消防监督检查规定 18)."""
    return data.get("rule_id", "HZ-24H") not in ("HZ-24H", "HZ-3WD")


# Audiences whose people may have a record of their own in which they read what became of another.
HAVE_THEIR_OWN = frozenset({"reporter", "merged_reporters", "master_reporter"})

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription("hazard.submitted", "reporter", "report_received"),
    Subscription("hazard.submitted", "leaders", "new_case"),
    Subscription("hazard.registered", "reporter", "report_accepted"),
    Subscription("hazard.rejected", "reporter", "report_not_accepted"),
    Subscription("hazard.diverted_119", "reporter", "report_diverted"),
    Subscription("hazard.diverted_119", "dispatchers", "fire_reported"),
    Subscription("hazard.merged", "reporter", "report_merged"),
    Subscription("hazard.merged", "master_reporter", "report_joined"),
    Subscription("hazard.unmerged", "reporter", "report_unmerged"),
    Subscription("hazard.unmerged", "master_reporter", "report_left"),
    Subscription("hazard.unmerged", "officers", "case_unmerged", ()),
    Subscription("hazard.unmerged", "leaders", "case_unmerged", ()),
    Subscription("hazard.reuse_flagged", "leaders", "photo_reused", ()),
    Subscription("hazard.assigned", "officers", "assigned"),
    Subscription("hazard.assigned", "removed_officers", "released"),
    Subscription("hazard.officers_released", "leaders", "officers_left"),
    Subscription("hazard.officers_released", "removed_officers", "released"),
    Subscription("hazard.act_drafted", "second_officer", "sign_as_second"),
    Subscription("hazard.handed_over", "reporter", "report_handed_over"),
    Subscription("hazard.reporter_told", "reporter", "found_true", when=_is("result", "true")),
    Subscription("hazard.reporter_told", "reporter", "found_false", when=_is("result", "false")),
    Subscription("hazard.reporter_told", "reporter", "found_fixed", when=_is("result", "fixed")),
    Subscription("hazard.reporter_told", "reporter", "told_rectified", when=_is("result", "rectified")),
    Subscription("hazard.lateness_explained", "leaders", "lateness_explained"),
    Subscription("hazard.reporter_told", "reporter", "told_handed_over", when=_is("result", "handed_over")),
    Subscription("hazard.closed", "reporter", "closed_rectified", when=_is("after", "RECTIFIED", None)),
    Subscription("hazard.closed", "reporter", "closed_case_filed", when=_is("after", "case_filed")),
    Subscription("hazard.closed", "reporter", "closed_otherwise"),
    Subscription("hazard.reporter_told", "merged_reporters", "found_true", when=_is("result", "true")),
    Subscription("hazard.reporter_told", "merged_reporters", "merged_found_false", when=_is("result", "false")),
    Subscription("hazard.reporter_told", "merged_reporters", "found_fixed", when=_is("result", "fixed")),
    Subscription("hazard.reporter_told", "merged_reporters", "told_rectified", when=_is("result", "rectified")),
    Subscription("hazard.reporter_told", "merged_reporters", "told_handed_over", when=_is("result", "handed_over")),
    Subscription("hazard.closed", "merged_reporters", "merged_closed"),
    Subscription("hazard.force_closed", "reporter", "closed_by_order"),
    Subscription("hazard.disputed", "leaders", "disputed"),
    Subscription("hazard.disputed", "committee", "disputed"),
    Subscription("hazard.disputed", "reporter", "dispute_received"),
    Subscription("hazard.upheld", "reporter", "dispute_upheld"),
    Subscription("hazard.reopened", "reporter", "check_again"),
    Subscription("hazard.reopened", "leaders", "reopened"),
    Subscription("hazard.reopened", "removed_officers", "released"),
    Subscription("hazard.reporter_asked", "reporter", "reporter_asked"),
    Subscription("hazard.reporter_answered", "asker", "reporter_answered"),
    Subscription("hazard.reporter_answered", "officers", "reporter_answered"),
    Subscription("hazard.reward_opened", "first_reporter", "reward_opened"),
    Subscription("reward_claim.submitted", "claimant", "reward_received"),
    Subscription("reward_claim.submitted", "clerks", "reward_to_propose"),
    Subscription("reward_claim.proposed", "leaders", "reward_to_approve"),
    Subscription("reward_claim.returned", "clerks", "reward_returned"),
    Subscription("reward_claim.approved", "claimant", "reward_approved"),
    Subscription("reward_claim.approved", "payers", "reward_to_pay"),
    Subscription("reward_claim.refused", "claimant", "reward_refused"),
    Subscription("reward_claim.paid", "claimant", "reward_paid"),
    Subscription("unsealing.requested", "leaders", "unsealing_to_decide"),
    Subscription("unsealing.approved", "requester", "unsealing_approved"),
    Subscription("unsealing.approved", "reporter", "identity_unsealed"),
    Subscription("unsealing.refused", "requester", "unsealing_refused"),
    Subscription("media.refused", "sender", "photo_refused"),
    Subscription("handover.drafted", "leaders", "letter_to_sign"),
    Subscription("handover.sent", "receivers", "letter_delivered"),
    Subscription("handover.decided", "receivers", "letter_delivered"),
    Subscription("handover.accepted", "senders", "letter_accepted"),
    Subscription("handover.returned", "senders", "letter_returned"),
    Subscription("handover.disputed", "committee", "letter_disputed", when=_is("because", "returned_twice")),
    Subscription("handover.disputed", "senders", "letter_disputed", when=_is("because", "returned_twice")),
    Subscription("handover.disputed", "committee", "letter_referred"),
    Subscription("handover.disputed", "senders", "letter_referred"),
    Subscription("handover.extended", "senders", "letter_extended"),
    Subscription("handover.fed_back", "senders", "letter_fed_back"),
    Subscription("handover.feedback_rejected", "receivers", "feedback_insufficient"),
    Subscription("handover.feedback_rejected", "committee", "feedback_insufficient_again"),
    Subscription("handover.supervised", "receivers", "letter_supervised"),
    Subscription("handover.withdrawn", "senders", "letter_kept"),
    Subscription("handover.withdrawn", "receivers", "letter_withdrawn"),
    Subscription("clock.due_soon", "holders", "step_due_soon", when=_other_clock),
    Subscription("clock.due_soon", "holders", "due_soon"),
    Subscription("clock.due_soon", "unit", "order_due_soon", when=_is("rule_id", "IN-TERM")),
    Subscription("clock.breached", "leaders", "done_late", when=_is("is_done", True)),
    Subscription("clock.breached", "senders", "letter_unsigned"),
    Subscription("clock.breached", "committee", "letter_unsigned"),
    Subscription("clock.breached", "holders", "step_breached", when=_other_clock),
    Subscription("clock.breached", "leaders", "step_breached", when=_other_clock),
    Subscription("clock.breached", "holders", "breached"),
    Subscription("clock.breached", "leaders", "breached"),
    Subscription("organisation.summed_up", "leaders", "daily_digest"),
    Subscription("task.escalated", "superiors", "case_untouched"),
    Subscription("rectification.ordered", "unit", "order_served"),
    Subscription("rectification.reordered", "unit", "order_served"),
    Subscription("rectification.extended", "unit", "order_extended"),
    Subscription("rectification.extension_asked", "leaders", "extension_asked"),
    Subscription("rectification.extension_refused", "unit", "extension_refused"),
    Subscription("rectification.expired", "unit", "extension_lapsed", when=_is("extension_lapsed", True)),
    Subscription("rectification.assigned", "officers", "recheck_assigned"),
    Subscription("rectification.officers_released", "leaders", "officers_left"),
    Subscription("rectification.officers_released", "removed_officers", "released"),
    Subscription("rectification.act_drafted", "second_officer", "recheck_to_sign"),
    Subscription("rectification.recheck_passed", "unit", "recheck_passed"),
    Subscription("rectification.recheck_failed", "unit", "recheck_failed"),
    Subscription("permit.submitted", "applicant", "permit_received"),
    Subscription("permit.submitted", "clerks", "permit_to_accept"),
    Subscription("permit.supplemented", "applicant", "permit_received"),
    Subscription("permit.supplemented", "clerks", "permit_to_accept"),
    Subscription("permit.accepted", "applicant", "permit_accepted"),
    Subscription("permit.accepted", "approvers", "permit_to_decide"),
    Subscription("permit.accepted", "leaders", "permit_to_assign"),
    Subscription("permit.deemed_accepted", "applicant", "permit_deemed_accepted"),
    Subscription("permit.deemed_accepted", "approvers", "permit_to_decide"),
    Subscription("permit.deemed_accepted", "leaders", "permit_to_assign"),
    Subscription("permit.correction_required", "applicant", "permit_correction"),
    Subscription("permit.declined", "applicant", "permit_not_needed", when=_is("to", "NOT_NEEDED")),
    Subscription("permit.declined", "applicant", "permit_not_competent"),
    Subscription("permit.abandoned", "applicant", "permit_abandoned"),
    Subscription("permit.granted", "applicant", "permit_granted"),
    Subscription("permit.granted", "leaders", "permit_to_assign"),
    Subscription("permit.granted_after_inspection", "applicant", "permit_granted_inspected"),
    Subscription("permit.refused", "applicant", "permit_refused"),
    Subscription("permit.paused", "applicant", "permit_paused"),
    Subscription("permit.resumed", "applicant", "permit_resumed"),
    Subscription("permit.assigned", "officers", "permit_assigned"),
    Subscription("permit.assigned", "removed_officers", "released"),
    Subscription("permit.officers_released", "leaders", "officers_left"),
    Subscription("permit.officers_released", "removed_officers", "released"),
    Subscription("permit.act_drafted", "second_officer", "permit_to_sign"),
    Subscription("permit.inspected", "approvers", "permit_to_decide_inspected"),
    Subscription("permit.verified", "applicant", "permit_verified"),
    Subscription("permit.verify_failed", "applicant", "permit_verify_failed"),
    Subscription("permit.deferred", "leaders", "permit_deferred"),
    Subscription("permit.recheck_applied", "officers", "permit_recheck_due"),
    Subscription("permit.expired", "officers", "permit_recheck_due"),
    Subscription("permit.recheck_passed", "applicant", "permit_recheck_passed"),
    Subscription("permit.recheck_failed", "applicant", "permit_recheck_failed"),
    Subscription("permit.revocation_told", "applicant", "permit_revocation_told"),
    Subscription("permit.revocation_answered", "approvers", "permit_answered"),
    Subscription("permit.hearing_ended", "approvers", "permit_hearing_over"),
    Subscription("permit.revoked", "applicant", "permit_revoked"),
    Subscription("permit.upheld", "applicant", "permit_upheld"),
    Subscription("permit.ended", "applicant", "permit_ended"),
    Subscription("inspection.planned", "officers", "inspection_assigned"),
    Subscription("inspection.planned", "unit", "inspection_noticed"),
    Subscription("inspection.assigned", "officers", "inspection_assigned"),
    Subscription("inspection.assigned", "removed_officers", "released"),
    Subscription("inspection.officers_released", "leaders", "officers_left"),
    Subscription("inspection.officers_released", "removed_officers", "released"),
    Subscription("inspection.recused", "leaders", "inspection_recused"),
    Subscription("inspection.deferred", "leaders", "inspection_deferred"),
    Subscription("inspection.act_drafted", "second_officer", "inspection_to_sign"),
    Subscription("inspection.recorded", "unit", "inspection_recorded"),
    Subscription("inspection.cancelled", "officers", "inspection_called_off"),
    Subscription("inspection.cancelled", "unit", "inspection_cancelled"),
    Subscription("measure.opened", "officers", "measure_assigned"),
    Subscription("measure.suspended", "officers", "measure_assigned"),
    Subscription("measure.suspended", "unit", "measure_suspended"),
    Subscription("measure.assigned", "officers", "measure_assigned"),
    Subscription("measure.assigned", "removed_officers", "released"),
    Subscription("measure.officers_released", "leaders", "officers_left"),
    Subscription("measure.officers_released", "removed_officers", "released"),
    Subscription("measure.act_drafted", "second_officer", "measure_to_sign"),
    Subscription("measure.proposed", "leaders", "measure_to_decide"),
    Subscription("measure.sealed_at_once", "leaders", "measure_to_complete"),
    Subscription("measure.sealed_at_once", "unit", "measure_sealed"),
    Subscription("measure.decided", "officers", "measure_to_serve"),
    Subscription("measure.refused", "officers", "measure_refused"),
    Subscription("measure.withdrawn", "leaders", "measure_withdrawn"),
    Subscription("measure.revoked", "officers", "measure_revoked"),
    Subscription("measure.revoked", "unit", "measure_annulled"),
    Subscription("measure.served", "unit", "measure_sealed"),
    Subscription("measure.extended", "unit", "measure_extended"),
    Subscription("measure.applied", "officers", "measure_applied"),
    Subscription("measure.checked", "leaders", "measure_to_answer"),
    Subscription("measure.lifted", "unit", "measure_lifted"),
    Subscription("measure.resumed", "unit", "measure_resumed"),
    Subscription("measure.upheld", "unit", "measure_kept"),
    Subscription("measure.urged", "unit", "measure_urged"),
    Subscription("measure.expired", "leaders", "measure_expired"),
    Subscription("measure.expired", "officers", "measure_expired"),
    Subscription("measure.expired", "unit", "measure_term_over", when=_is("was_sealed", True)),
    Subscription("external_order.held", "clerks", "order_held", channels=()),
    Subscription("external_order.answered", "clerks", "order_to_answer", channels=()),
    Subscription("external_order.returned", "clerks", "order_to_return", channels=()),
    Subscription("webhook.paused", "administrators", "webhook_paused", channels=()),
    Subscription("unit_import.finished", "author", "units_tried", channels=(), when=_is("is_trial", True)),
    Subscription("unit_import.finished", "author", "units_taken_in", channels=()),
    Subscription("unit.merged", "managers", "unit_merged", channels=()),
    Subscription("unit.unmerged", "managers", "unit_unmerged", channels=()),
    Subscription("assistance.submitted", "applicant", "assistance_received"),
    Subscription("assistance.submitted", "desk", "assistance_to_accept"),
    Subscription("assistance.accepted", "applicant", "assistance_accepted"),
    Subscription("assistance.declined", "applicant", "assistance_declined"),
    Subscription("assistance.redirected", "applicant", "assistance_redirected"),
    Subscription("assistance.scheduled", "applicant", "assistance_scheduled"),
    Subscription("assistance.scheduled", "expert", "assistance_assigned"),
    Subscription("assistance.agreed", "expert", "assistance_agreed"),
    Subscription("assistance.appointment_moved", "applicant", "assistance_moved"),
    Subscription("assistance.appointment_moved", "expert", "assistance_task_moved"),
    Subscription("assistance.appointment_moved", "removed_expert", "assistance_released"),
    Subscription("assistance.missed", "applicant", "assistance_missed"),
    Subscription("assistance.missed", "desk", "assistance_to_arrange"),
    Subscription("assistance.expert_released", "applicant", "assistance_arranged_anew"),
    Subscription("assistance.expert_released", "desk", "assistance_to_arrange"),
    Subscription("assistance.cancelled", "expert", "assistance_cancelled"),
    Subscription("assistance.danger_warned", "applicant", "assistance_danger"),
    Subscription("assistance.advice_issued", "applicant", "assistance_advised"),
    Subscription("assistance.confirmed", "expert", "assistance_signed"),
    Subscription("assistance.progress_reported", "expert", "assistance_progress"),
    Subscription("assistance.rated", "desk", "assistance_rated_poorly", when=_is("is_poor", True)),
    Subscription("assistance.follow_up_ended", "applicant", "assistance_closed"),
)


def by_event(rows: Iterable[Subscription]) -> dict[str, tuple[Subscription, ...]]:
    """The rows of each event, in the order of the table."""
    found: dict[str, tuple[Subscription, ...]] = {}
    for row in rows:
        found[row.event] = (*found.get(row.event, ()), row)
    return found
