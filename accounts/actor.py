"""Who acts: a value that every command, query and scope decision receives. It is built from the session row on every request."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """The roles of docs/sources.md that the main job knows."""

    GUEST = "GUEST"
    CITIZEN = "CITIZEN"
    REPORTER = "REPORTER"  # a role in context: whoever made the report
    UNIT_RESPONSIBLE = "UNIT_RESPONSIBLE"
    UNIT_MANAGER = "UNIT_MANAGER"
    UNIT_STAFF = "UNIT_STAFF"
    CONTROL_ROOM_OPERATOR = "CONTROL_ROOM_OPERATOR"
    AGENT = "AGENT"
    GRID_WORKER = "GRID_WORKER"
    TOWN_OFFICER = "TOWN_OFFICER"
    HOTLINE_CLERK = "HOTLINE_CLERK"
    INTAKE_CLERK = "INTAKE_CLERK"
    DISPATCHER = "DISPATCHER"
    FIRE_OFFICER = "FIRE_OFFICER"
    FIREFIGHTER = "FIREFIGHTER"
    UNIT_LEADER = "UNIT_LEADER"
    LEGAL_REVIEWER = "LEGAL_REVIEWER"
    PERMIT_CLERK = "PERMIT_CLERK"
    PERMIT_APPROVER = "PERMIT_APPROVER"
    RECEIVER_CLERK = "RECEIVER_CLERK"
    DEPT_HANDLER = "DEPT_HANDLER"
    SUPERVISOR = "SUPERVISOR"
    EXPERT = "EXPERT"
    CONTENT_EDITOR = "CONTENT_EDITOR"
    ANALYST = "ANALYST"
    COMMANDER = "COMMANDER"
    SYS_ADMIN = "SYS_ADMIN"
    SEC_ADMIN = "SEC_ADMIN"
    AUDITOR = "AUDITOR"
    DATA_PARTNER = "DATA_PARTNER"  # no person: a system of others, by its key (accounts/partners)
    FINANCE_CLERK = "FINANCE_CLERK"
    SYSTEM = "SYSTEM"  # timers and reactions


# Staff of the fire brigade who work on the cases of their jurisdiction.
BRIGADE_ROLES = frozenset(
    {Role.INTAKE_CLERK, Role.HOTLINE_CLERK, Role.DISPATCHER, Role.FIRE_OFFICER, Role.UNIT_LEADER, Role.LEGAL_REVIEWER}
)
# Staff who read and decide applications for a permit. The clerk at the window sees no hazards, the officer no applications but
# those that he is sent to.
PERMIT_ROLES = frozenset({Role.PERMIT_CLERK, Role.PERMIT_APPROVER, Role.UNIT_LEADER, Role.LEGAL_REVIEWER})
# Staff who decide on a suspected crime that goes to the police (涉罪移送), or examine the decision. Nobody else reads of one but
# its two officers.
TRANSFER_ROLES = frozenset({Role.UNIT_LEADER, Role.LEGAL_REVIEWER})
# Staff who keep the firefighters' pack (water sources, sheets of key units) and carry it off-line. Nobody else sees it.
PACK_ROLES = frozenset({Role.FIREFIGHTER, Role.FIRE_OFFICER, Role.UNIT_LEADER})
# Staff who take requests for technical assistance in and arrange who helps.
ASSISTANCE_ROLES = frozenset({Role.INTAKE_CLERK, Role.UNIT_LEADER})
# Staff who belong to an organisation and act for it on what it sent or received.
OFFICE_ROLES = BRIGADE_ROLES | {Role.RECEIVER_CLERK, Role.DEPT_HANDLER, Role.SUPERVISOR, Role.TOWN_OFFICER}
UNIT_ROLES = frozenset({Role.UNIT_RESPONSIBLE, Role.UNIT_MANAGER, Role.UNIT_STAFF, Role.CONTROL_ROOM_OPERATOR, Role.AGENT})

REGION_CODE = "150000"  # the whole region (GB/T 2260)


@dataclass(frozen=True)
class Grant:
    """One role, held in one organisation for one division. `region_prefix` is its code without trailing zero pairs."""

    role: Role
    org_id: UUID
    region_code: str  # 150000, 150100 or 150102

    @property
    def region_prefix(self) -> str:
        """15, 1501 or 150102: a division is inside if its code starts with this."""
        code = self.region_code
        while len(code) > 2 and code.endswith("00"):
            code = code[:-2]
        return code


@dataclass(frozen=True)
class UnitPower:
    """What a person may do for an enterprise or place: as its legal person, manager, or agent with a scope."""

    unit_id: UUID
    role: Role
    scope: tuple[str, ...] = ()  # empty, for others than agents: everything the role allows

    def covers(self, matter: str) -> bool:
        """True if the power reaches this matter (`accounts.roles.AGENT_SCOPES`)."""
        return not self.scope or matter in self.scope


@dataclass(frozen=True)
class Actor:
    """A signed-in person (or guest, or the system), with the powers that hold at this moment."""

    id: UUID
    name: str  # shown to colleagues; empty for guests
    session_id: UUID | None = None
    device_id: UUID | None = None
    is_guest: bool = False
    auth_level: int = 0  # 0 guest, 1 phone, 2 name and number, 3 face, 4 certificate (docs/sources.md)
    draining: bool = False
    must_change: bool = False  # he signed in with a password that an administrator knows: he may change it, no more
    grants: tuple[Grant, ...] = ()
    units: tuple[UnitPower, ...] = ()
    roles: frozenset[Role] = field(default_factory=frozenset)
    interfaces: frozenset[str] = frozenset()  # what a partner's key opens (accounts/partners/rules.py)

    def has(self, *wanted: Role) -> bool:
        """True if the actor holds one of these roles anywhere."""
        return not self.roles.isdisjoint(wanted)

    def may_in(self, region_code: str, *wanted: Role) -> bool:
        """True if one of these roles is held for a division that contains `region_code`."""
        return any(grant.role in wanted and region_code.startswith(grant.region_prefix) for grant in self.grants)

    def is_regional(self, *wanted: Role) -> bool:
        """True if one of these roles is held for the whole region, not for a league or a banner of it."""
        return any(grant.role in wanted and len(grant.region_prefix) == 2 for grant in self.grants)

    def org_ids(self, *wanted: Role) -> frozenset[UUID]:
        """The organisations for which one of these roles (any, if none is named) is held."""
        return frozenset(grant.org_id for grant in self.grants if not wanted or grant.role in wanted)


SYSTEM = Actor(id=UUID(int=0), name="系统", roles=frozenset({Role.SYSTEM}))
