"""What the register of places refuses."""

from __future__ import annotations

from problems import Invalid, Kind, Problem


class OutsideRegion(Invalid):
    """The position lies outside the region: this service cannot act there. `errors` names the field."""

    code, title = "outside_region", "该位置不在内蒙古自治区范围内,请拨打当地12345热线反映"


class UnitAlreadyRegistered(Problem):
    """Another unit carries this credit code. Whoever speaks for it claims that one."""

    kind, code, title = Kind.CONFLICT, "unit_already_registered", "该统一社会信用代码已登记"
