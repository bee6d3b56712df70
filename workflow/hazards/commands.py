"""Every command on a hazard, by name. HTTP and push are two doors to this list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from database.base import Json
from sync.mutations import Mutation
from workflow.hazards import closing, merging, passing_on, reporting, reuse, reviewing, schemas, triage, verification
from workflow.hazards.messages import commands as messages
from workflow.hazards.messages.schemas import AnswerOfficeSchema, AskReporterSchema
from workflow.schemas import CosignSchema, FileCaseSchema, NoteSchema, ReasonSchema


def _without_patrol(args: Mapping[str, Any], changes: Mapping[str, Any]) -> tuple[Json, Json]:
    """`hazard.submit` 1 to 2: no round of a grid worker was named."""
    return {**args, "patrol_id": None}, {**changes}


MUTATIONS = [
    Mutation(
        "hazard.submit",
        schemas.SubmitSchema,
        reporting.submit,
        creates=True,
        summary="上报隐患",
        private=frozenset({"reporter", "tracking_code"}),
        forgets=lambda args: bool(args.get("about_staff")),  # 检举控告: its author is told that this platform keeps none of it
        lifts=(_without_patrol,),
        batched=True,
    ),
    Mutation("hazard.register", schemas.RegisterSchema, triage.register, summary="受理登记"),
    Mutation("hazard.reject", schemas.RejectSchema, triage.reject, summary="不予受理"),
    Mutation("hazard.divert_119", NoteSchema, triage.divert_119, summary="分流119"),
    Mutation("hazard.merge", schemas.MergeSchema, merging.merge, summary="并案"),
    Mutation("hazard.unmerge", ReasonSchema, merging.unmerge, summary="拆分并案"),
    Mutation("hazard.reclassify", schemas.ReclassifySchema, triage.reclassify, summary="调整类别"),
    Mutation("hazard.assign", schemas.AssignSchema, triage.assign, summary="派单"),
    Mutation("hazard.precheck", schemas.PrecheckSchema, triage.precheck, summary="网格先行查看"),
    Mutation("hazard.prompt_unit", schemas.PromptUnitSchema, passing_on.prompt_unit, summary="告知单位即改"),
    Mutation("hazard.start", schemas.StartSchema, verification.start, summary="到场核查"),
    Mutation("hazard.verify_true", schemas.VerifyTrueSchema, verification.verify_true, summary="属实,责令改正"),
    Mutation("hazard.verify_false", schemas.FindingSchema, verification.verify_false, summary="核查未发现"),
    Mutation("hazard.fix_on_site", schemas.FindingSchema, verification.fix_on_site, summary="当场改正"),
    Mutation("hazard.cosign", CosignSchema, verification.cosign, summary="第二名监督员签名"),
    Mutation("hazard.ask_reporter", AskReporterSchema, messages.ask_reporter, summary="询问举报人", private=frozenset({"text"})),
    Mutation("hazard.answer_office", AnswerOfficeSchema, messages.answer_office, summary="答复询问", private=frozenset({"text"})),
    Mutation("hazard.hand_over", schemas.HandOverSchema, passing_on.hand_over, summary="移交"),
    Mutation("hazard.refer", schemas.ReferSchema, passing_on.refer, summary="转办"),
    Mutation("hazard.tell_reporter", schemas.TellSchema, closing.tell_reporter, summary="告知举报人"),
    Mutation("hazard.file_case", FileCaseSchema, closing.file_case, summary="立案"),
    Mutation("hazard.close", NoteSchema, closing.close, summary="办结"),
    Mutation("hazard.dispute", schemas.DisputeSchema, reviewing.dispute, summary="提出异议"),
    Mutation("hazard.uphold", ReasonSchema, reviewing.uphold, summary="维持原结论"),
    Mutation("hazard.reopen", ReasonSchema, reviewing.reopen, summary="重新核查"),
    Mutation("hazard.withdraw", NoteSchema, reporting.withdraw, summary="撤回"),
    Mutation("hazard.rate", schemas.RateSchema, reporting.rate, summary="评价"),
    Mutation("hazard.follow_up", schemas.FollowUpSchema, reporting.follow_up, summary="登记回访整改"),
    Mutation("hazard.request_force_close", ReasonSchema, closing.request_force_close, summary="申请强制办结"),
    Mutation("hazard.force_close", NoteSchema, closing.force_close, summary="同意强制办结"),
    Mutation("hazard.confirm_timely", schemas.ConfirmTimelySchema, closing.confirm_timely, summary="确认离线办理时间"),
    Mutation("hazard.judge_reuse", schemas.JudgeReuseSchema, reuse.judge, summary="核对重复照片"),
]
