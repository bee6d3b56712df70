"""Every command on a major fire hazard, by name. HTTP and push are two doors to this list."""

from __future__ import annotations

from sync.mutations import Mutation
from workflow.majors import following, schemas, signing, suspecting
from workflow.schemas import CosignSchema, ReasonSchema

SUSPECT = Mutation("major.suspect", schemas.SuspectSchema, suspecting.suspect, creates=True, summary="报疑似重大火灾隐患")

MUTATIONS = [
    SUSPECT,
    Mutation("major.call_experts", schemas.CallExpertsSchema, suspecting.call_experts, summary="组织专家论证"),
    Mutation("major.note_experts", schemas.ExpertOpinionSchema, suspecting.note_experts, summary="登记专家意见"),
    Mutation("major.review_legally", schemas.LegalOpinionSchema, suspecting.review_legally, summary="提出法制审核意见"),
    Mutation("major.determine", schemas.DetermineSchema, suspecting.determine, summary="集体研究判定"),
    Mutation("major.find_not_major", schemas.FindNotMajorSchema, suspecting.find_not_major, summary="不判定为重大火灾隐患"),
    Mutation("major.withdraw", ReasonSchema, suspecting.withdraw, summary="撤回"),
    Mutation("major.serve", schemas.ServeNoticeSchema, signing.serve, summary="送达整改通知书"),
    Mutation(
        "major.report_to_government", schemas.ReportToGovernmentSchema, following.report_to_government, summary="书面报告政府"
    ),
    Mutation(
        "major.put_under_supervision", schemas.PutUnderSupervisionSchema, following.put_under_supervision, summary="登记挂牌督办"
    ),
    Mutation("major.report_progress", schemas.ReportMajorProgressSchema, following.report_progress, summary="报告整改进展"),
    Mutation("major.apply_cancelling", schemas.ApplyCancellingSchema, following.apply_cancelling, summary="申请销案"),
    Mutation("major.extend", schemas.ExtendTermSchema, following.extend, summary="延长整改期限"),
    Mutation("major.recheck_pass", schemas.RecheckedSchema, signing.recheck_pass, summary="复查合格"),
    Mutation("major.recheck_fail", schemas.RecheckedSchema, signing.recheck_fail, summary="复查不合格"),
    Mutation("major.cosign", CosignSchema, signing.cosign, summary="第二名监督员签名"),
    Mutation("major.assign", schemas.AssignMajorSchema, suspecting.assign, summary="指派监督员"),
    Mutation("major.cancel_record", schemas.CancelRecordSchema, following.cancel_record, summary="销案"),
    Mutation("major.keep_on_record", ReasonSchema, following.keep_on_record, summary="不予销案"),
]
