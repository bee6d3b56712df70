"""Every command on an inspection, by name. HTTP and push are two doors to this list."""

from __future__ import annotations

from sync.mutations import Mutation
from wire import NothingSchema
from workflow.inspections import planning, publishing, schemas, visiting
from workflow.schemas import CosignSchema, ReasonSchema

MUTATIONS = [
    Mutation("inspection.plan", schemas.PlanSchema, planning.plan, creates=True, summary="派检查任务"),
    Mutation("inspection.assign", schemas.AssignInspectorsSchema, planning.assign, summary="改派监督员"),
    Mutation("inspection.cancel", ReasonSchema, planning.cancel, summary="取消任务"),
    Mutation("inspection.recuse", ReasonSchema, visiting.recuse, summary="申请回避"),
    Mutation("inspection.start", schemas.ArriveSchema, visiting.start, summary="到场检查"),
    Mutation("inspection.defer", ReasonSchema, visiting.defer, summary="检查未能进行"),
    Mutation("inspection.find_none", schemas.InspectedSchema, visiting.find_none, summary="未发现问题"),
    Mutation("inspection.fix_on_site", schemas.InspectedSchema, visiting.fix_on_site, summary="当场改正"),
    Mutation("inspection.order", schemas.InspectedWithOrderSchema, visiting.order, summary="责令改正"),
    Mutation("inspection.cosign", CosignSchema, visiting.cosign, summary="第二名监督员签名"),
    Mutation("inspection.publish", NothingSchema, publishing.publish, summary="公开检查结果"),
    Mutation("inspection.keep_private", schemas.KeepPrivateSchema, publishing.keep_private, summary="不予公开"),
    Mutation("inspection.withdraw_publication", ReasonSchema, publishing.withdraw, summary="更正,撤回公开"),
]
