"""People, organisations, who may do what where, and the sessions in which they do it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, func, literal_column
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accounts.actor import Role
from accounts.roles import ADMIN_ROLES, ORGANISATION_KINDS, STAFF_ROLES, UNIT_POWER_ROLES
from database.base import Base, Identified, Revised
from database.crypto import Sealed

SESSION_STATES = ("active", "drain", "closed")


def _one_of(column: str, values: tuple[str, ...] | frozenset[Role]) -> str:
    """`column IN ('a', 'b')`, in a stable order."""
    listed = ", ".join(f"'{value}'" for value in sorted(str(item) for item in values))
    return f"{column} IN ({listed})"


class Organisation(Revised, Base):
    """An office: a fire brigade, a department that receives handovers, a town, a fire-safety committee's office."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint(_one_of("kind", ORGANISATION_KINDS), name="kind_known"),
        # A division has one fire brigade and one committee office: a case must never have two to choose from.
        Index(
            "uq_organisation_brigade",
            "region_code",
            unique=True,
            postgresql_where="kind IN ('CORPS', 'DETACHMENT', 'BATTALION') AND is_active",
        ),
        Index(
            "uq_organisation_committee",
            "region_code",
            unique=True,
            postgresql_where="kind = 'COMMITTEE_OFFICE' AND is_active",
        ),
        Index("ix_organisation_region", "region_code", "code"),
    )

    code: Mapped[str] = mapped_column(unique=True)  # ours, stable: XF150102, ZJ150102
    name: Mapped[str]
    short_name: Mapped[str]
    kind: Mapped[str]
    region_code: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    phone: Mapped[str] = mapped_column(default="")  # of the office; empty: not known yet
    is_active: Mapped[bool] = mapped_column(default=True)


class Person(Revised, Base):
    """Somebody with an account: a citizen, a guest whom nothing names, or a member of staff."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("kind IN ('natural', 'staff')", name="kind_known"),
        CheckConstraint("(kind = 'staff') = (staff_name IS NOT NULL)", name="staff_have_names"),
        CheckConstraint("kind <> 'staff' OR (org_id IS NOT NULL AND region_code IS NOT NULL)", name="staff_have_offices"),
        CheckConstraint("auth_level BETWEEN 0 AND 4", name="auth_level_known"),
        CheckConstraint(
            "NOT is_guest OR (name IS NULL AND phone IS NULL AND id_number IS NULL AND subject_index IS NULL)",
            name="guests_are_nobody",
        ),
        CheckConstraint("guest_use IS NULL OR (is_guest AND guest_use IN ('ANONYMOUS', 'NAMED'))", name="guest_use_known"),
        # Staff may be citizens too, under another account with the same phone: only citizens sign in by phone.
        Index("uq_person_phone", "phone_index", unique=True, postgresql_where="kind = 'natural'"),
        Index("uq_person_subject", "subject_index", unique=True),
        Index("ix_person_id_number", "id_number_index"),
        Index("ix_person_staff", "region_code", "id", postgresql_where="kind = 'staff'"),
    )

    kind: Mapped[str] = mapped_column(default="natural")
    is_guest: Mapped[bool] = mapped_column(default=False)
    guest_use: Mapped[str | None]  # set once by a guest's first report: ANONYMOUS (that one alone) or NAMED (never anonymous)
    name: Mapped[str | None] = mapped_column(Sealed)  # of citizens
    phone: Mapped[str | None] = mapped_column(Sealed)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number: Mapped[str | None] = mapped_column(Sealed)
    id_number_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    subject_index: Mapped[bytes | None] = mapped_column(LargeBinary)  # who the identity provider says it is
    auth_level: Mapped[int] = mapped_column(SmallInteger, default=0)  # the highest ever reached; a session has its own
    staff_name: Mapped[str | None]  # colleagues and citizens may know who serves them
    org_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    region_code: Mapped[str | None]
    removed_at: Mapped[datetime | None]


class StaffCredential(Base):
    """How a member of staff signs in: password and second factor."""

    __tablename__ = "staff_credential"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)  # lower case
    password_hash: Mapped[str]  # Argon2id
    totp_secret: Mapped[str] = mapped_column(Sealed)  # base32 (RFC 4648)
    totp_step: Mapped[int] = mapped_column(default=0)  # the last one used: a code opens one session (RFC 6238 5.2)
    must_change: Mapped[bool] = mapped_column(default=False)  # an administrator knows the password


class RoleGrant(Identified, Base):
    """One role, held in one organisation for one division, from a moment to a moment. Ended, never deleted."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(_one_of("role", STAFF_ROLES), name="role_known"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="valid_until_after_from"),
        Index(
            "uq_role_grant_live", "person_id", "role", "org_id", "region_code", unique=True, postgresql_where="ended_at IS NULL"
        ),
        # The three administrators are three people (GB/T 22239-2019, docs/sources.md).
        Index(
            "uq_role_grant_administrator",
            "person_id",
            unique=True,
            postgresql_where=f"{_one_of('role', ADMIN_ROLES)} AND ended_at IS NULL",
        ),
        Index("ix_role_grant_org", "org_id", "role", postgresql_where="ended_at IS NULL"),
        Index("ix_role_grant_person", "person_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[str]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    granted_by: Mapped[UUID]
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]


class UnitPower(Identified, Base):
    """What a person may do for an enterprise: as its legal person, its safety manager, or an agent (经办人) with a scope."""

    __tablename__ = "unit_power"
    __table_args__ = (
        CheckConstraint(_one_of("role", UNIT_POWER_ROLES), name="role_known"),
        CheckConstraint("role <> 'AGENT' OR valid_until IS NOT NULL", name="agents_expire"),
        CheckConstraint("role <> 'AGENT' OR jsonb_array_length(scope) > 0", name="agents_have_scope"),
        Index("ix_unit_power_ending", "valid_until", postgresql_where="ended_at IS NULL"),
        Index("uq_unit_power_live", "unit_id", "person_id", "role", unique=True, postgresql_where="ended_at IS NULL"),
        Index(
            "uq_unit_power_responsible",
            "unit_id",
            unique=True,
            postgresql_where="role = 'UNIT_RESPONSIBLE' AND ended_at IS NULL",
        ),
        Index("ix_unit_power_person", "person_id"),
    )

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    scope: Mapped[list[str]] = mapped_column(default=list)  # empty, for others than agents: everything
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    granted_by: Mapped[UUID]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]


class LoginSession(Identified, Base):
    """One person signed in on one device, or a guest. Every request reads this row, so that changes act at once."""

    __tablename__ = "login_session"
    __table_args__ = (
        CheckConstraint(_one_of("state", SESSION_STATES), name="state_known"),
        CheckConstraint("(state = 'drain') = (drain_until IS NOT NULL)", name="drain_ends"),
        Index("ix_login_session_person", "person_id", "state"),
        Index("ix_login_session_device", "device_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    # The install id; none for guests, so that no table can join an anonymous report to whoever signs in on that phone.
    device_id: Mapped[UUID | None]
    install_seal: Mapped[bytes] = mapped_column(LargeBinary)  # keyed hash over session and install: binds the refresh token
    state: Mapped[str] = mapped_column(default="active")
    drain_until: Mapped[datetime | None]
    auth_level: Mapped[int] = mapped_column(SmallInteger)
    must_change: Mapped[bool] = mapped_column(default=False)  # it may change the password and nothing else, until it has
    legal_uscc: Mapped[str | None]  # the enterprise whose legal person the identity provider says this is
    # Of the token that was used last: it gives successors until the first of them is used.
    refresh_hash: Mapped[bytes] = mapped_column(LargeBinary)
    refresh_generation: Mapped[int] = mapped_column(default=0)  # that token's
    refresh_until: Mapped[datetime]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]  # the last refresh
    closed_at: Mapped[datetime | None]


class SmsCode(Base):
    """The one code that is valid for a phone number now."""

    __tablename__ = "sms_code"

    phone_index: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)


class Throttle(Base):
    """How often something was tried for one subject; works without the broker."""

    __tablename__ = "throttle"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)  # keyed hash of purpose and subject
    count: Mapped[int]
    since: Mapped[datetime]  # when counting began
    blocked_until: Mapped[datetime | None]


class DutyShift(Identified, Base):
    """Who leads an organisation in an interval; shifts of one organisation never overlap."""

    __tablename__ = "duty_shift"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        ExcludeConstraint(
            ("org_id", "="),
            (func.tstzrange(literal_column("starts_at"), literal_column("ends_at")), "&&"),
            using="gist",
            name="ex_duty_shift_overlap",
        ),
    )

    org_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Deputy(Identified, Base):
    """AB 角: who acts for whom in one organisation, for a time."""

    __tablename__ = "deputy"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("person_id <> deputy_id", name="somebody_else"),
        Index("ix_deputy_person", "person_id", "org_id"),
        Index("ix_deputy_deputy", "deputy_id"),
    )

    org_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    deputy_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    named_by: Mapped[UUID]
    ended_at: Mapped[datetime | None]
