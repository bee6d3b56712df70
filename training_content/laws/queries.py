"""Reading the law library."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, cast, false, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from accounts.actor import Actor
from training_content.grams import search_expression
from training_content.laws.models import Law
from training_content.laws.synced import LAW
from training_content.publishing import find


def laws(actor: Actor, query: dict[str, Any]) -> Select[Law]:
    """The laws that this actor may see, found by `q` (LawQuerySchema). Words without a letter or digit find nothing."""
    statement = select(Law).where(LAW.visible_to(actor))
    for name in ("level", "status"):
        if query[name] is not None:
            statement = statement.where(getattr(Law, name) == query[name])
    if query["q"] is not None:
        wanted = search_expression(query["q"])
        matches = Law.grams.op("@@")(cast(wanted, TSQUERY)) if wanted else false()
        statement = statement.where(matches)
    return statement


def law(session: Session, actor: Actor, law_id: UUID) -> Law:
    """One law. Raises NotFound."""
    return find(session, LAW, Law, law_id, actor)
