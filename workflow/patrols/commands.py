"""Every command on a patrol, by name. HTTP and push are two doors to this list."""

from __future__ import annotations

from sync.mutations import Mutation
from workflow.patrols import schemas, walking

MUTATIONS = [
    Mutation("patrol.record", schemas.RecordPatrolSchema, walking.record_patrol, creates=True, summary="登记巡查"),
    Mutation("patrol.put_right", schemas.PutRightSchema, walking.put_right, summary="整改完成"),
]
