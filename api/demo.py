"""The demo's accounts, in the demo only."""

from __future__ import annotations

from marshmallow import fields
from sqlalchemy import select

from accounts.demo import listed_accounts
from accounts.models import Organisation
from api.context import parts, session
from api.routes import Routes
from database.base import Json
from problems import NotFound
from wire import AnswerSchema, StrictSchema

routes = Routes("demo", "/demo", "What only the demo has")


class WayInSchema(AnswerSchema):
    """How somebody signs in: by password, by phone, or as a guest."""

    username = fields.String()
    password = fields.String()
    totp = fields.String()
    phone = fields.String()
    code = fields.String()
    guest = fields.Boolean()
    optional = frozenset({"username", "password", "totp", "phone", "code", "guest"})


class DemoAccountSchema(StrictSchema):
    """An invented person and how to sign in as him: add `install` and post it to `/auth/sessions`."""

    role = fields.String(required=True)
    region_code = fields.String(required=True)
    region_name = fields.String(required=True)
    org_name = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    sign_in = fields.Nested(WayInSchema, required=True)


class DemoAccountsSchema(StrictSchema):
    """Everybody."""

    accounts = fields.List(fields.Nested(DemoAccountSchema), required=True)


@routes.route("/accounts", methods=["GET"])
@routes.response(200, DemoAccountsSchema)
def accounts() -> Json:
    """List the demo's accounts.

    Public, demo only (404 otherwise). Every role in two banners, what the main job needs in two more, and leaders above them.
    """
    if not parts().settings.demo:
        raise NotFound
    names: dict[str, str] = dict(session().execute(select(Organisation.code, Organisation.name)).all())
    return {"accounts": listed_accounts(names)}
