"""What is said about signing in, sessions and oneself."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from accounts.identifiers import is_phone
from accounts.passwords import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from accounts.roles import ORGANISATION_KINDS
from places.schemas import Uscc
from wire import Flag, Line, Moment, StrictSchema


class Phone(fields.String):
    """A mobile number of mainland China."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {"example": "13800000000"})
        super().__init__(validate=[validate.Length(equal=11, error="应为11位手机号码")], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        number = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if not is_phone(number):
            raise ValidationError("手机号码不正确")
        return number


class Secret(fields.String):
    """A password or code as it was typed: not trimmed, never answered."""

    def __init__(self, max_length: int, min_length: int = 1, **kwargs: Any) -> None:
        length = validate.Length(min=min_length, max=max_length, error="长度应为{min}到{max}个字符")
        super().__init__(validate=length, load_only=True, **kwargs)


class SmsCodeRequestSchema(StrictSchema):
    """To whom a code is sent."""

    phone = Phone(required=True)


class SmsCodeSentSchema(StrictSchema):
    """The same answer whether the number is known or not."""

    expires_in = fields.Integer(required=True, metadata={"description": "seconds that the code is valid"})
    retry_after_seconds = fields.Integer(required=True, metadata={"description": "how long before another can be asked for"})


# What each way of signing in needs, by the field that names it.
WAYS = {
    "phone": ("phone", "code"),
    "username": ("username", "password", "totp"),
    "guest": ("guest",),
    "provider": ("provider", "code", "state"),
}


class OpenSessionSchema(StrictSchema):
    """One of `{phone, code}`, `{username, password, totp}`, `{guest: true}`, `{provider, code, state}`, each with `install`."""

    install = fields.UUID(required=True, metadata={"description": "the id that this installation of the client made for itself"})
    phone = Phone(load_default=None)
    code = Secret(2000, load_default=None)
    username = Line(max_length=50, load_default=None)
    password = Secret(MAX_PASSWORD_LENGTH, load_default=None)
    totp = fields.String(
        load_default=None,
        load_only=True,
        validate=[validate.Length(equal=6, error="应为6位数字"), validate.Regexp("^[0-9]+$", error="应为6位数字")],
    )
    guest = Flag(load_default=False)
    provider = Line(max_length=50, load_default=None)
    state = Secret(500, load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def is_one_way(self, data: dict[str, Any], **_: Any) -> None:
        """Exactly one way, whole, and nothing of another."""
        ways = [name for name in WAYS if data[name]]
        if len(ways) != 1:
            raise ValidationError("请选择一种登录方式")
        needed = WAYS[ways[0]]
        errors = {name: ["必填"] for name in needed if not data[name]}
        others = {name for names in WAYS.values() for name in names} - set(needed)
        errors |= {name: ["与登录方式不符"] for name in sorted(others) if data[name]}
        if errors:
            raise ValidationError(errors)


class RefreshSchema(StrictSchema):
    """The refresh token and the install that it was given to."""

    refresh_token = Secret(200, required=True)
    install = fields.UUID(required=True)


class HeldRoleSchema(StrictSchema):
    """One role of the caller."""

    role = fields.String(required=True)
    name = fields.String(required=True)
    org_id = fields.UUID(required=True)
    org_name = fields.String(required=True)
    region_code = fields.String(required=True)
    region_name = fields.String(required=True)


class HeldPowerSchema(StrictSchema):
    """What the caller may do for a unit."""

    unit_id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    role_name = fields.String(required=True)
    merged_into = fields.UUID(
        required=True, allow_none=True, metadata={"description": "of a double: the entry that stays, under which new cases begin"}
    )
    scope = fields.List(fields.String(), required=True)


class OrganisationSchema(StrictSchema):
    """An office."""

    id = fields.UUID(required=True)
    revision = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    short_name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(ORGANISATION_KINDS))
    region_code = fields.String(required=True)
    region_name = fields.String(required=True)
    parent_id = fields.UUID(required=True, allow_none=True)
    phone = fields.String(required=True)
    is_active = fields.Boolean(required=True)


class MeSchema(StrictSchema):
    """The caller as he may see himself; numbers are masked."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("guest", "citizen", "staff")))
    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True, metadata={"example": "138****1234"})
    id_number = fields.String(required=True, allow_none=True, metadata={"example": "150102********0019"})
    auth_level = fields.Integer(
        required=True, metadata={"description": "0 guest, 1 phone, 2 name and number, 3 face, 4 certificate"}
    )
    session_id = fields.UUID(required=True)
    session_state = fields.String(required=True, validate=validate.OneOf(("active", "drain")))
    must_change_password = fields.Boolean(
        required=True, metadata={"description": "until he has, everything else answers 403 `password_change_required`"}
    )
    roles = fields.List(fields.Nested(HeldRoleSchema), required=True)
    orgs = fields.List(fields.Nested(OrganisationSchema), required=True)
    units = fields.List(fields.Nested(HeldPowerSchema), required=True)


class OpenedSchema(StrictSchema):
    """Tokens and who they belong to. The refresh token is used once, by the same install."""

    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    expires_in = fields.Integer(required=True, metadata={"description": "seconds that the access token lives"})
    user = fields.Nested(MeSchema, required=True)


class LoginSessionSchema(StrictSchema):
    """One of the caller's sessions."""

    id = fields.UUID(required=True)
    device_id = fields.UUID(required=True, allow_none=True)
    state = fields.String(required=True)
    auth_level = fields.Integer(required=True)
    created_at = Moment(required=True)
    last_used_at = Moment(required=True)
    drain_until = Moment(required=True, allow_none=True)
    is_current = fields.Boolean(required=True)


class LoginSessionsSchema(StrictSchema):
    """The caller's sessions."""

    items = fields.List(fields.Nested(LoginSessionSchema), required=True)


class ChangePasswordSchema(StrictSchema):
    """One's own password."""

    current_password = Secret(MAX_PASSWORD_LENGTH, required=True)
    password = Secret(MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, required=True)


class ProvidersQuerySchema(StrictSchema):
    """For whom the way to the provider is made."""

    install = fields.UUID(load_default=None, metadata={"description": "with it the answer holds an address to go to"})


class ProviderSchema(StrictSchema):
    """An identity provider. Without `install` in the question there is no address."""

    provider = fields.String(required=True)
    name = fields.String(required=True)
    authorize_url = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, allow_none=True)


class ProvidersSchema(StrictSchema):
    """The identity providers of this installation."""

    items = fields.List(fields.Nested(ProviderSchema), required=True)


class DemoAuthorizeSchema(StrictSchema):
    """RFC 6749 4.1.1, and whom the demo's provider should confirm."""

    response_type = fields.String(load_default="code", validate=validate.OneOf(("code",)))
    client_id = Line(max_length=100, load_default=None)
    redirect_uri = Line(max_length=500, load_default=None)
    state = Line(max_length=500, load_default=None)
    identity = Line(max_length=50, load_default=None, metadata={"description": "left out: the answer lists whom one may be"})
    uscc = Uscc(load_default=None)  # for a legal identity: the enterprise that it stands for


class DemoIdentitySchema(StrictSchema):
    """Somebody whom the demo's provider confirms."""

    identity = fields.String(required=True)
    name = fields.String(required=True)
    user_type = fields.String(required=True)
    auth_level = fields.Integer(required=True)
    url = fields.String(
        required=True, allow_none=True, metadata={"description": "follow it to be this person; null where no `state` was given"}
    )


class DemoIdentitiesSchema(StrictSchema):
    """The demo provider's people."""

    items = fields.List(fields.Nested(DemoIdentitySchema), required=True)
