"""What is said about staff, offices, rosters, and who acts for an enterprise."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

from accounts.actor import Role
from accounts.passwords import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, is_totp_secret
from accounts.roles import AGENT_SCOPES, OPENED_KINDS, ORGANISATION_KINDS, REMOVAL_REASONS, STAFF_ROLES
from accounts.schemas import OrganisationSchema, Phone, Secret
from places.schemas import RegionCode, Uscc
from wire import AnswerSchema, Line, Moment, NewId, PageSchema, StrictSchema

_USERNAME = "^[A-Za-z][A-Za-z0-9._-]{2,49}$"
_BASE32 = "^[A-Z2-7]{32,64}$"


class RoleGrantSchema(StrictSchema):
    """A role, held in an office for a division."""

    id = fields.UUID(required=True)
    role = fields.String(required=True)
    name = fields.String(required=True)
    org_id = fields.UUID(required=True)
    org_name = fields.String(required=True)
    region_code = fields.String(required=True)
    valid_from = Moment(required=True)
    valid_until = Moment(required=True, allow_none=True)
    granted_by = fields.UUID(required=True)
    granted_at = Moment(required=True)


class StaffSchema(StrictSchema):
    """A member of staff as administrators see him."""

    id = fields.UUID(required=True)
    revision = fields.Integer(required=True)
    name = fields.String(required=True)
    username = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    org_id = fields.UUID(required=True)
    org_name = fields.String(required=True)
    region_code = fields.String(required=True)
    created_at = Moment(required=True)
    removed_at = Moment(required=True, allow_none=True)
    grants = fields.List(fields.Nested(RoleGrantSchema), required=True)


class StaffPageSchema(StrictSchema):
    """A page of staff."""

    items = fields.List(fields.Nested(StaffSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ColleagueSchema(StrictSchema):
    """Somebody who works in an office, as its colleagues know him."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    roles = fields.List(fields.String(), required=True, metadata={"description": "in this office, by name"})


class ColleaguesSchema(StrictSchema):
    """Everybody who works in an office now."""

    items = fields.List(fields.Nested(ColleagueSchema), required=True)


class StaffQuerySchema(PageSchema):
    """Filters of the list."""

    region_code = RegionCode(load_default=None)
    org_id = fields.UUID(load_default=None)
    role = fields.String(load_default=None, validate=validate.OneOf(sorted(STAFF_ROLES)))
    is_removed = fields.Boolean(load_default=None)
    q = Line(load_default=None, max_length=50, metadata={"description": "words of the name"})


class TotpSecret(Line):
    """The second factor's secret, one that the generator of codes can read."""

    def __init__(self) -> None:
        limits = [validate.Length(max=64), validate.Regexp(_BASE32, error="应为32到64位 base32 密钥")]
        description = {"description": "base32 (RFC 4648) of whole bytes, 160 bits or more"}
        super().__init__(required=True, load_only=True, validate=limits, metadata=description)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        secret = super()._deserialize(value, attr, data, **kwargs)
        if re.match(_BASE32, secret) and not is_totp_secret(secret):
            raise ValidationError("不是完整的 base32 密钥")
        return secret


class CredentialSchema(StrictSchema):
    """How somebody will sign in. Both secrets are made on the administrator's screen and handed over there."""

    password = Secret(MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, required=True)
    totp_secret = TotpSecret()


class CreateStaffSchema(CredentialSchema):
    """A new member of staff."""

    id = NewId()
    name = Line(max_length=50, required=True)
    username = Line(
        required=True,
        validate=[validate.Length(max=50), validate.Regexp(_USERNAME, error="应为3到50位字母、数字、点、横线,字母开头")],
    )
    phone = Phone(load_default=None, allow_none=True)
    org_id = fields.UUID(required=True)


class GrantRoleSchema(StrictSchema):
    """A role to give; office and division are the person's own where left out."""

    role = fields.String(required=True, validate=validate.OneOf(sorted(STAFF_ROLES), error="该角色不能授予"))
    org_id = fields.UUID(load_default=None)
    region_code = RegionCode(load_default=None)
    valid_from = Moment(load_default=None)
    valid_until = Moment(load_default=None, allow_none=True)


class TransferSchema(StrictSchema):
    """Where somebody goes; the division is the office's own where left out."""

    org_id = fields.UUID(required=True)
    region_code = RegionCode(load_default=None)


class RemovalSchema(StrictSchema):
    """Why, by a code: the journal keeps it."""

    reason = fields.String(
        load_default="LEFT",
        validate=validate.OneOf(REMOVAL_REASONS, list(REMOVAL_REASONS.values()), error="请从列表中选择离岗原因"),
    )


class DeviceSchema(StrictSchema):
    """A device that was reported lost."""

    install = fields.UUID(required=True)
    status = fields.String(required=True)
    pending = fields.Integer(required=True, metadata={"description": "how much it had not handed in when last seen"})
    oldest_pending_at = Moment(required=True, allow_none=True)
    last_seen_at = Moment(required=True, allow_none=True)


class OfficePhone(Line):
    """A telephone number of an office; empty: not known."""

    def __init__(self) -> None:
        form = validate.Regexp("^[0-9 +()-]{0,30}$", error="应为电话号码")
        super().__init__(load_default="", validate=[validate.Length(max=30), form], metadata={"example": "0471-119"})


class OrganisationQuerySchema(PageSchema):
    """Filters of the list."""

    region_code = RegionCode(load_default=None)
    kind = fields.String(load_default=None, validate=validate.OneOf(ORGANISATION_KINDS))
    parent_id = fields.UUID(load_default=None)
    q = Line(max_length=50, load_default=None)


class OpenOrganisationSchema(StrictSchema):
    """A new office below another one, to which its cases rise while it has nobody."""

    id = NewId()
    kind = fields.String(required=True, validate=validate.OneOf(OPENED_KINDS, error="该类单位不能新建"))
    name = Line(max_length=100, required=True)
    short_name = Line(max_length=50, required=True)
    region_code = RegionCode(required=True)
    parent_id = fields.UUID(required=True)
    phone = OfficePhone()


class EditOrganisationSchema(StrictSchema):
    """What an office is called and how it is reached; its place in the tree stays."""

    name = Line(max_length=100, required=True)
    short_name = Line(max_length=50, required=True)
    phone = OfficePhone()


class OrganisationPageSchema(StrictSchema):
    """A page of offices."""

    items = fields.List(fields.Nested(OrganisationSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ShiftSchema(StrictSchema):
    """Who leads from when to when."""

    person_id = fields.UUID(required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


class SetRosterSchema(StrictSchema):
    """The shifts from now on; they replace all that have not ended."""

    shifts = fields.List(fields.Nested(ShiftSchema), required=True, validate=validate.Length(max=200, error="最多{max}个班次"))


class NameDeputySchema(StrictSchema):
    """Who stands in for whom, in one office. Left out, `person_id` is the caller."""

    org_id = fields.UUID(required=True)
    person_id = fields.UUID(load_default=None)
    deputy_id = fields.UUID(required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


class DeputySchema(StrictSchema):
    """A deputyship (AB 角)."""

    id = fields.UUID(required=True)
    org_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    deputy_id = fields.UUID(required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


class RosterPersonSchema(ColleagueSchema):
    """Somebody whom the roster names, or whom it may name."""

    office = fields.String(required=True, metadata={"description": "where he holds these roles; empty if he has left"})


class RosterSchema(StrictSchema):
    """The shifts and deputyships of an office that are not over, and who is on duty now."""

    org_id = fields.UUID(required=True)
    revision = fields.Integer(required=True)
    on_duty_id = fields.UUID(required=True, allow_none=True)
    shifts = fields.List(fields.Nested(ShiftSchema), required=True)
    deputies = fields.List(fields.Nested(DeputySchema), required=True)
    people = fields.List(
        fields.Nested(RosterPersonSchema),
        required=True,
        metadata={"description": "who is named or works here; for who may set the roster, those above too"},
    )
    may_set = fields.Boolean(required=True, metadata={"description": "whether the caller leads the office or one above it"})


_NAMED = ("AGENT", "UNIT_MANAGER", "UNIT_STAFF", "CONTROL_ROOM_OPERATOR")


class ClaimableUnitSchema(AnswerSchema):
    """What the legal person sees of his enterprise before he has claimed it."""

    id = fields.UUID()
    name = fields.String()
    region_code = fields.String()
    address = fields.String()
    responsible = fields.String(
        validate=validate.OneOf(("nobody", "caller", "other")), metadata={"description": "who claimed it before"}
    )


class ClaimableSchema(AnswerSchema):
    """The enterprise whose legal person the caller is; `unit` is null while the register does not have it."""

    uscc = fields.String()
    unit = fields.Nested(ClaimableUnitSchema, allow_none=True)


class ClaimUnitSchema(StrictSchema):
    """The credit code of the enterprise whose legal person the caller is."""

    uscc = Uscc(required=True)


class NameAgentSchema(StrictSchema):
    """Whom to charge with acting for the unit; an agent with what, and until when."""

    phone = Phone(required=True)
    role = fields.String(load_default=Role.AGENT.value, validate=validate.OneOf(_NAMED))
    scope = fields.List(
        fields.String(validate=validate.OneOf(sorted(AGENT_SCOPES))),
        load_default=list,
        validate=validate.Length(max=len(AGENT_SCOPES)),
    )
    valid_until = Moment(load_default=None, allow_none=True)


class UnitPowerSchema(StrictSchema):
    """What somebody may do for a unit."""

    id = fields.UUID(required=True)
    unit_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    role = fields.String(required=True)
    role_name = fields.String(required=True)
    name = fields.String(required=True, allow_none=True, metadata={"description": "masked: 张*"})
    phone = fields.String(required=True, allow_none=True, metadata={"description": "masked"})
    scope = fields.List(fields.String(), required=True)
    valid_from = Moment(required=True)
    valid_until = Moment(required=True, allow_none=True)


class UnitPowersSchema(StrictSchema):
    """Who may act for a unit."""

    items = fields.List(fields.Nested(UnitPowerSchema), required=True)
