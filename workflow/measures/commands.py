"""Every command on a sealing or an order to stop, by name. HTTP and push are two doors to this list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from database.base import Json
from sync.mutations import Mutation
from workflow.measures import beginning, ending, schemas, signing
from workflow.schemas import CosignSchema, ReasonSchema

OPEN = Mutation("measure.open", schemas.OpenSealingSchema, beginning.open_sealing, creates=True, summary="拟临时查封")
SUSPEND = Mutation("measure.suspend", schemas.SuspendSchema, beginning.suspend, creates=True, summary="登记停产停业决定")


def _unserved(args: Mapping[str, Any], changes: Mapping[str, Any]) -> tuple[Json, Json]:
    """`measure.seal_at_once` 1 to 2: every record was made by the server."""
    return {**args, "served": None}, {**changes}


MUTATIONS = [
    OPEN,
    SUSPEND,
    Mutation("measure.propose", schemas.ProposeSchema, signing.propose, summary="提请集体研究"),
    Mutation("measure.seal_at_once", schemas.SealAtOnceSchema, signing.seal_at_once, summary="当场先行查封", lifts=(_unserved,)),
    Mutation("measure.withdraw", ReasonSchema, beginning.withdraw, summary="不再查封"),
    Mutation("measure.decide", schemas.DecideSchema, beginning.decide, summary="集体研究决定查封"),
    Mutation("measure.refuse", ReasonSchema, beginning.refuse, summary="不予查封"),
    Mutation("measure.revoke", ReasonSchema, ending.revoke, summary="撤销"),
    Mutation("measure.serve", schemas.ServeSchema, signing.serve, summary="送达决定书"),
    Mutation("measure.extend", schemas.ExtendSealingSchema, ending.extend, summary="延长查封期限"),
    Mutation("measure.apply_unseal", schemas.ApplySchema, ending.apply_unseal, summary="申请解除查封"),
    Mutation("measure.apply_resume", schemas.ApplySchema, ending.apply_resume, summary="申请恢复"),
    Mutation("measure.check", schemas.CheckedSchema, signing.check, summary="检查整改情况"),
    Mutation("measure.confirm_stopped", schemas.StoppedSchema, signing.confirm_stopped, summary="核实已停止"),
    Mutation("measure.cosign", CosignSchema, signing.cosign, summary="第二名监督员签名"),
    Mutation("measure.assign", schemas.AssignMeasureSchema, beginning.assign, summary="指派监督员"),
    Mutation("measure.keep", ReasonSchema, ending.keep, summary="不予解除、不同意恢复"),
    Mutation("measure.lift", ReasonSchema, ending.lift, summary="解除查封"),
    Mutation("measure.resume", ReasonSchema, ending.resume, summary="同意恢复"),
    Mutation("measure.urge", ReasonSchema, ending.urge, summary="催告"),
]
