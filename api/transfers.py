"""/transfers: what is suspected to be a crime goes to the police (涉嫌犯罪案件移送)."""

from __future__ import annotations

from typing import Any

from accounts.actor import Actor
from api.actions import done
from api.cases import add_case_routes
from api.context import actor, session
from api.papers import add_papers_of_case
from api.routes import Routes
from database.base import Json, new_id
from database.session import now
from sync.mutations import Origin
from wire import NewId
from workflow.schemas import DoneSchema
from workflow.state_machine import Transition
from workflow.transfers.commands import MUTATIONS, PROPOSE
from workflow.transfers.models import Transfer
from workflow.transfers.records import CriminalTransferPageSchema, CriminalTransferSchema
from workflow.transfers.rules import LIFE
from workflow.transfers.schemas import ProposeTransferSchema
from workflow.transfers.synced import TRANSFER, offered, officer_line

routes = Routes("transfers", "/transfers", "Suspected crimes that go to the police (涉嫌犯罪案件移送)")


class CreateTransferSchema(ProposeTransferSchema):
    """A report over HTTP: its id may be made by the client, so that repeating the request makes no second one."""

    id = NewId()


@routes.route("", methods=["POST"])
@routes.arguments(CreateTransferSchema)
@routes.response(201, DoneSchema, location="/transfers/{id}")
def propose_transfer(data: dict[str, Any]) -> Json:
    """Report what is suspected to be a crime. The same command as the mutation `transfer.propose`."""
    transfer_id = data.pop("id") or new_id()
    return done(PROPOSE.run(session(), actor(), transfer_id, data, Origin()))


def _sight(transfer: Transfer, _: Actor) -> Json:
    return officer_line(transfer)


def _listed(transfer: Transfer, _: Actor) -> Json:
    return {name: getattr(transfer, name) for name in ("number", "party", "offence")}


def _offered(transfer: Transfer, who: Actor) -> list[Transition]:
    return offered(transfer, who, now(session()))


_SHAPES = (CriminalTransferPageSchema, CriminalTransferSchema)
add_case_routes(routes, TRANSFER, LIFE.labels, MUTATIONS, _sight, _offered, "transfer", _SHAPES, _listed)
add_papers_of_case(routes, "transfer")
