"""Every command on an application, by name. HTTP and push are two doors to this list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from database.base import Json
from sync.mutations import Mutation
from wire import NothingSchema
from workflow.permits import applying, deciding, hearing, schemas, visiting
from workflow.schemas import CosignSchema, NoteSchema, ReasonSchema


def _with_day(args: Mapping[str, Any], changes: Mapping[str, Any]) -> tuple[Json, Json]:
    """`permit.pause` 1 to 2: until when was said in the reason."""
    return {**args, "until_on": None}, {**changes}


# A form is filled in on line: two people at one draft see each other's words, which no merge could do for them.
MUTATIONS = [
    Mutation("permit.prepare", schemas.PrepareSchema, applying.prepare, creates=True, summary="填写申请", devices=False),
    Mutation("permit.fill_in", schemas.FillInSchema, applying.fill_in, summary="修改草稿", devices=False),
    Mutation("permit.sign_commitment", schemas.SignSchema, applying.sign_commitment, summary="签署告知承诺书", devices=False),
    Mutation("permit.submit", NothingSchema, applying.submit, summary="提交申请", devices=False),
    Mutation("permit.supplement", schemas.SupplementSchema, applying.supplement, summary="提交补正材料", devices=False),
    Mutation("permit.discard", NothingSchema, applying.discard, summary="删除草稿"),
    Mutation("permit.withdraw", NoteSchema, applying.withdraw, summary="撤回申请"),
    Mutation("permit.accept", NoteSchema, deciding.accept, summary="受理"),
    Mutation("permit.require_correction", schemas.RequireCorrectionSchema, deciding.require_correction, summary="一次性告知补正"),
    Mutation("permit.find_not_needed", ReasonSchema, deciding.find_not_needed, summary="告知不需要许可"),
    Mutation("permit.find_not_competent", schemas.NotCompetentSchema, deciding.find_not_competent, summary="不予受理"),
    Mutation("permit.pause", schemas.PauseSchema, deciding.pause, summary="暂停计算期限", lifts=(_with_day,)),
    Mutation("permit.resume", NoteSchema, deciding.resume, summary="恢复计算期限"),
    Mutation("permit.assign", schemas.AssignVisitSchema, visiting.assign, summary="指派监督员"),
    Mutation("permit.defer", schemas.DeferSchema, visiting.defer, summary="核查未能进行"),
    Mutation("permit.inspect_pass", schemas.VisitSchema, visiting.inspect_pass, summary="现场检查符合"),
    Mutation("permit.inspect_fail", schemas.VisitSchema, visiting.inspect_fail, summary="现场检查不符合"),
    Mutation("permit.verify_pass", schemas.VisitSchema, visiting.verify_pass, summary="核查符合承诺"),
    Mutation("permit.verify_fail", schemas.VerifyFailSchema, visiting.verify_fail, summary="核查不符合承诺"),
    Mutation("permit.apply_recheck", schemas.ApplyRecheckSchema, applying.apply_recheck, summary="申请复查"),
    Mutation("permit.recheck_pass", schemas.VisitSchema, visiting.recheck_pass, summary="复查符合"),
    Mutation("permit.recheck_fail", schemas.VisitSchema, visiting.recheck_fail, summary="复查不符合"),
    Mutation("permit.cosign", CosignSchema, visiting.cosign, summary="第二名监督员签名"),
    Mutation("permit.grant", NoteSchema, deciding.grant, summary="准予许可"),
    Mutation("permit.refuse", schemas.RefuseSchema, deciding.refuse, summary="不同意投入使用、营业"),
    Mutation("permit.serve", NoteSchema, deciding.serve, summary="登记送达"),
    Mutation("permit.tell_revocation", schemas.RevocationSchema, deciding.tell_revocation, summary="告知拟撤销许可"),
    Mutation("permit.answer_revocation", schemas.AnswerRevocationSchema, applying.answer_revocation, summary="陈述申辩"),
    Mutation("permit.appoint_hearing", schemas.AppointHearingSchema, hearing.appoint, summary="通知听证"),
    Mutation("permit.note_hearing", schemas.NoteHearingSchema, hearing.note, summary="登记听证笔录"),
    Mutation("permit.revoke", ReasonSchema, deciding.revoke, summary="撤销许可"),
    Mutation("permit.uphold", ReasonSchema, deciding.uphold, summary="维持许可"),
    Mutation("permit.cancel", schemas.CancelSchema, deciding.cancel, summary="注销许可"),
    Mutation("permit.retract", ReasonSchema, deciding.retract, summary="撤回许可"),
]
