"""The demo's invented people, as data: who they are, where they work, how they sign in. Never seeded in production."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid5

from stdnum.cn import ric, uscc

from accounts.actor import Role
from accounts.offices import Office
from accounts.passwords import DEMO_TOTP
from accounts.sign_in import DEMO_SMS_CODE
from database.base import Json
from places.regions import full_name

DEMO_PASSWORD = "Demo-119-fire"  # noqa: S105 - printed at every start of the demo
_PEOPLE = UUID("b1f2a3d4-77c5-4f0e-8a63-1f0c8b5d2e90")  # the namespace that makes a demo person's id

FULL_BANNERS = ("150102", "150203")  # every role
FIELD_BANNERS = ("152502", "150702")  # what the main job needs

# role, first part of the username, first letters of the office's code
_STAFF: tuple[tuple[Role, str, str], ...] = (
    (Role.INTAKE_CLERK, "clerk", "XF"),
    (Role.HOTLINE_CLERK, "hotline", "XF"),
    (Role.DISPATCHER, "dispatcher", "XF"),
    (Role.UNIT_LEADER, "leader", "XF"),
    (Role.FIRE_OFFICER, "officer", "XF"),
    (Role.FIRE_OFFICER, "officer2", "XF"),
    (Role.FIRE_OFFICER, "officer3", "XF"),
    (Role.FIREFIGHTER, "firefighter", "XF"),
    (Role.LEGAL_REVIEWER, "legal", "XF"),
    (Role.PERMIT_CLERK, "permits", "XF"),
    (Role.PERMIT_APPROVER, "approver", "XF"),
    (Role.RECEIVER_CLERK, "receiver", "ZJ"),
    (Role.RECEIVER_CLERK, "receiver.sj", "SJ"),
    (Role.DEPT_HANDLER, "handler", "ZJ"),
    (Role.SUPERVISOR, "supervisor", "XA"),
    (Role.GRID_WORKER, "grid", "XZ"),
    (Role.TOWN_OFFICER, "town", "XZ"),
    (Role.EXPERT, "expert", "XF"),
    (Role.CONTENT_EDITOR, "editor", "XF"),
    (Role.ANALYST, "analyst", "XF"),
    (Role.COMMANDER, "commander", "XF"),
    (Role.SYS_ADMIN, "sysadmin", "XF"),
    (Role.SEC_ADMIN, "secadmin", "XF"),
    (Role.AUDITOR, "auditor", "XF"),
    (Role.FINANCE_CLERK, "finance", "XF"),
)
_FIELD_ROLES = frozenset({Role.FIRE_OFFICER, Role.UNIT_LEADER, Role.INTAKE_CLERK, Role.RECEIVER_CLERK, Role.GRID_WORKER})
_LEAGUE_ROLES = frozenset({Role.INTAKE_CLERK, Role.UNIT_LEADER, Role.SUPERVISOR})
_REGION_STAFF: tuple[tuple[Role, str], ...] = (
    (Role.UNIT_LEADER, "leader"),
    (Role.CONTENT_EDITOR, "editor"),
    (Role.ANALYST, "analyst"),
    (Role.SYS_ADMIN, "sysadmin"),
    (Role.SYS_ADMIN, "sysadmin2"),
    (Role.SEC_ADMIN, "secadmin"),
    (Role.SEC_ADMIN, "secadmin2"),
    (Role.AUDITOR, "auditor"),
    (Role.AUDITOR, "auditor2"),
)
# role, the two digits that begin the demo phone after 139, key
_CITIZENS: tuple[tuple[Role, str, str], ...] = (
    (Role.CITIZEN, "00", "citizen"),
    (Role.UNIT_RESPONSIBLE, "01", "responsible"),
    (Role.UNIT_MANAGER, "02", "manager"),
    (Role.UNIT_STAFF, "03", "employee"),
    (Role.AGENT, "04", "agent"),
    (Role.CONTROL_ROOM_OPERATOR, "05", "operator"),
)
_CONFIRMED = frozenset({Role.CITIZEN, Role.UNIT_RESPONSIBLE, Role.UNIT_MANAGER})
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = ("志强", "丽华", "建国", "晓梅", "文斌", "海燕", "永胜", "雅琴", "国栋", "慧敏", "立新")
_MONGOLIAN = ("巴特尔", "其其格", "那日苏", "苏日娜", "阿古拉", "斯琴", "朝鲁", "图雅", "布和", "萨仁", "宝音", "娜仁", "高娃")


@dataclass(frozen=True)
class DemoAccount:
    """One invented person."""

    key: str  # leader.150102: for staff the username
    role: Role
    region_code: str
    name: str
    office_code: str | None = None  # staff
    phone: str | None = None  # citizens

    @property
    def id(self) -> UUID:
        """The same in every demo, so that scripts and tests find the person."""
        return demo_person_id(self.key)

    @property
    def is_staff(self) -> bool:
        """Signs in with password and second factor."""
        return self.office_code is not None

    def way_in(self) -> Json:
        """What `POST /auth/sessions` wants, but for `install`."""
        if self.is_staff:
            return {"username": self.key, "password": DEMO_PASSWORD, "totp": DEMO_TOTP}
        if self.phone is not None:
            return {"phone": self.phone, "code": DEMO_SMS_CODE}
        return {"guest": True}


@dataclass(frozen=True)
class DemoUnit:
    """An invented enterprise, which the demo's responsible person answers for."""

    region_code: str
    name: str
    category: str
    place_type: str

    @property
    def id(self) -> UUID:
        """The same in every demo."""
        return demo_person_id(f"unit.{self.region_code}")

    @property
    def uscc(self) -> str:
        """A credit code with right check digits, of a body that nobody has."""
        return demo_credit_code(self.region_code, "MA0DEM01")


# Towns are opened by the system administrators of their banner (`accounts/organisations.py`); these four serve the demo.
TOWNS = (
    Office("XZ150102A", "呼和浩特市新城区成吉思汗大街街道办事处", "成吉思汗大街街道", "TOWN", "150102", "ZF150102"),
    Office("XZ150203A", "包头市昆都仑区少先路街道办事处", "少先路街道", "TOWN", "150203", "ZF150203"),
    Office("XZ150702A", "呼伦贝尔市海拉尔区哈克镇人民政府", "哈克镇", "TOWN", "150702", "ZF150702"),
    Office("XZ152502A", "锡林郭勒盟锡林浩特市宝力根苏木人民政府", "宝力根苏木", "TOWN", "152502", "ZF152502"),
)

UNITS = (
    DemoUnit("150102", "新城区晨光宾馆(演示)", "KEY_UNIT", "HOTEL"),
    DemoUnit("150203", "昆都仑区丰泽购物中心(演示)", "KEY_UNIT", "MALL"),
)


def demo_person_id(key: str) -> UUID:
    """The id of a demo person by his key, such as leader.150102 or citizen.150203."""
    return uuid5(_PEOPLE, key)


def demo_credit_code(region_code: str, body: str) -> str:
    """91 (enterprise), division, organisation code of `body` (8 characters, GB 11714) and its check, check of the whole."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(char, 36) * weight for char, weight in zip(body, weights, strict=True)) % 11
    code = f"91{region_code}{body}{'X' if rest == 10 else rest % 11}"
    return code + uscc.calc_check_digit(code)


def accounts() -> Iterator[DemoAccount]:
    """Everybody, in the order of a list to read: banner by banner, then leagues and the region."""
    turn = 0
    for region_code in (*FULL_BANNERS, *FIELD_BANNERS):
        full = region_code in FULL_BANNERS
        yield DemoAccount(f"guest.{region_code}", Role.GUEST, region_code, "访客")
        for role, digits, key in _CITIZENS:
            if full or role is Role.CITIZEN:
                turn += 1
                yield DemoAccount(f"{key}.{region_code}", role, region_code, _name(turn), phone=f"139{digits}{region_code}")
        for role, prefix, office in _STAFF:
            if full or role in _FIELD_ROLES:
                turn += 1
                code = f"{office}{region_code}{'A' if office == 'XZ' else ''}"
                yield DemoAccount(f"{prefix}.{region_code}", role, region_code, _name(turn), office_code=code)
    for banner in (*FULL_BANNERS, *FIELD_BANNERS):
        region_code = f"{banner[:4]}00"
        for role, prefix, office in _STAFF:
            if role in _LEAGUE_ROLES:
                turn += 1
                yield DemoAccount(f"{prefix}.{region_code}", role, region_code, _name(turn), office_code=f"{office}{region_code}")
    for role, prefix in _REGION_STAFF:
        turn += 1
        yield DemoAccount(f"{prefix}.150000", role, "150000", _name(turn), office_code="XF150000")


def _name(turn: int) -> str:
    """Every third one is Mongolian; the numbers 41, 11 and 13 have no common factor, so names rarely repeat."""
    if turn % 3 == 0:
        return _MONGOLIAN[turn // 3 % len(_MONGOLIAN)]
    return _SURNAMES[turn % len(_SURNAMES)] + _GIVEN[turn % len(_GIVEN)]


def _identities() -> dict[str, Json]:
    """Whom the demo's identity provider confirms: citizens and managers by face, the responsible people as legal persons."""
    units = {unit.region_code: unit for unit in UNITS}
    found: dict[str, Json] = {}
    for turn, account in enumerate(accounts()):
        if account.phone is None or account.role not in _CONFIRMED:
            continue
        claims: Json = {
            "sub": f"demo-{account.key}",
            "user_type": "NATURAL",
            "auth_level": 3,
            "name": account.name,
            "id_type": "111",
            "id_no": _identity_number(account.region_code, turn),
            "mobile": account.phone,
            "region_code": account.region_code,
        }
        if account.role is Role.UNIT_RESPONSIBLE:
            unit = units[account.region_code]
            claims |= {"user_type": "LEGAL", "org_name": unit.name, "uscc": unit.uscc, "legal_rep_name": account.name}
        found[account.key] = claims
    return found


def _identity_number(region_code: str, turn: int) -> str:
    digits = f"{region_code}19900101{turn % 1000:03d}"
    return digits + ric.calc_check_digit(f"{digits}0")


IDENTITIES = _identities()


def listed_accounts(office_names: dict[str, str]) -> list[Json]:
    """What `GET /demo/accounts` answers. `office_names`: name by code."""
    units = {unit.region_code: unit.name for unit in UNITS}
    return [
        {
            "role": account.role.value,
            "region_code": account.region_code,
            "region_name": full_name(account.region_code),
            "org_name": _place(account, office_names, units),
            "name": account.name,
            "sign_in": account.way_in(),
        }
        for account in accounts()
    ]


def _place(account: DemoAccount, office_names: dict[str, str], units: dict[str, str]) -> str | None:
    if account.office_code is not None:
        return office_names.get(account.office_code)
    return None if account.role in (Role.CITIZEN, Role.GUEST) else units[account.region_code]
