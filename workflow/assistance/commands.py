"""Every command on a request for assistance, by name. HTTP and push are two doors to this list."""

from __future__ import annotations

from sync.mutations import Mutation
from wire import NothingSchema
from workflow.assistance import applying, arranging, helping, schemas
from workflow.schemas import NoteSchema, ReasonSchema

_CONTACT = frozenset({"contact_name", "contact_phone"})

MUTATIONS = [
    Mutation("assistance.submit", schemas.SubmitSchema, applying.submit, creates=True, summary="申请技术帮扶", private=_CONTACT),
    Mutation("assistance.accept", NoteSchema, arranging.accept, summary="受理"),
    Mutation("assistance.decline", ReasonSchema, arranging.decline, summary="不予受理"),
    Mutation("assistance.redirect", schemas.RedirectSchema, arranging.redirect, summary="告知其他途径"),
    Mutation("assistance.schedule", schemas.ScheduleSchema, arranging.schedule, summary="安排专家"),
    Mutation("assistance.reschedule", schemas.RescheduleSchema, arranging.reschedule, summary="改约"),
    Mutation("assistance.agree", NothingSchema, applying.agree, summary="确认预约"),
    Mutation("assistance.cancel", NoteSchema, applying.cancel, summary="取消申请"),
    Mutation("assistance.miss", NoteSchema, helping.miss, summary="申请人未到场"),
    Mutation("assistance.start", NothingSchema, helping.start, summary="开始帮扶"),
    Mutation("assistance.advise", schemas.AdviseSchema, helping.advise, summary="出具帮扶意见书"),
    Mutation("assistance.warn_of_danger", schemas.WarnSchema, helping.warn_of_danger, summary="提示紧迫危险"),
    Mutation("assistance.confirm", NothingSchema, applying.confirm, summary="签收意见书"),
    Mutation("assistance.report_progress", schemas.ReportProgressSchema, applying.report_progress, summary="反馈整改情况"),
    Mutation("assistance.rate", schemas.RateAssistanceSchema, applying.rate, summary="评价"),
]
