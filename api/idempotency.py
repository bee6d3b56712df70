"""`Idempotency-Key` on HTTP writes: the same ledger as pushed mutations, in the same transaction as the effect."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import orjson
from flask import Response, request
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import Actor
from api.auth import PUBLIC
from api.context import parts
from database.session import now
from problems import Invalid, field_error
from sync.models import Receipt
from sync.problems import KeyReused

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_RESULT_BYTES = 4096


class Ledger:
    """One write under one key. A refused write leaves no receipt, because its transaction is rolled back."""

    def __init__(self, session: Session, actor: Actor, key: UUID, body: bytes) -> None:
        self._session = session
        self._actor = actor
        self._key = key
        digest = hashlib.sha256(f"{request.method} {request.full_path}\0".encode() + body).hexdigest()
        # Keyed: a plain hash, kept for ever, would tell the phone number or password of a body to whoever tries them all.
        self._hash = parts().ring.blind_index("receipt", digest)

    def replay(self) -> Response | None:
        """The stored answer if this key was used before; None if it is ours now. A concurrent twin waits here.

        Raises KeyReused if the key was used with another body.
        """
        claimed = self._session.execute(
            insert(Receipt)
            .values(
                owner_id=self._actor.id,
                key=self._key,
                body_sha256=self._hash,
                status="pending",
                result=b"",
                at=now(self._session),
            )
            .on_conflict_do_nothing()
            .returning(Receipt.key)
        ).first()
        if claimed:
            return None
        receipt = self._session.scalars(select(Receipt).where(Receipt.owner_id == self._actor.id, Receipt.key == self._key)).one()
        if receipt.body_sha256 != self._hash:
            raise KeyReused(key=str(self._key))
        response = Response(receipt.result, status=int(receipt.status), content_type="application/json")
        response.headers["Idempotent-Replay"] = "true"
        return response

    def keep(self, response: Response) -> None:
        """Store the answer beside its effect; a long one is cut to what identifies the result."""
        result = response.get_data()
        if len(result) > _RESULT_BYTES:
            document = orjson.loads(result)
            result = orjson.dumps({key: document[key] for key in ("id", "revision", "state") if key in document})
        self._session.execute(
            update(Receipt)
            .where(Receipt.owner_id == self._actor.id, Receipt.key == self._key)
            .values(status=str(response.status_code), result=result)
        )


def takes_key(method: str, endpoint: str, view: Any) -> bool:
    """True for writes that are one transaction of somebody who is signed in.

    The answer of a public one may hold tokens, which no receipt keeps, nor a secret that is told once; views with transactions
    of their own repeat by themselves.
    """
    left_out = getattr(view, "owns_transactions", False) or getattr(view, "tells_a_secret", False)
    return method in _WRITES and endpoint not in PUBLIC and not left_out


def requested_key() -> UUID | None:
    """The `Idempotency-Key` of the request, or None. Raises Invalid if it is not a UUID."""
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return None
    try:
        return UUID(header)
    except ValueError as error:
        raise Invalid(field_error("Idempotency-Key", "type", "应为 UUID")) from error
