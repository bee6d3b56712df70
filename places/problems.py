"""What the register of places refuses."""

from __future__ import annotations

from problems import Invalid, Kind, Problem


class OutsideRegion(Invalid):
    """The position lies outside the region: this service cannot act there. `errors` names the field."""

    code, title = "outside_region", "该位置不在内蒙古自治区范围内,请拨打当地12345热线反映"


class UnitAlreadyRegistered(Problem):
    """Another unit carries this credit code. Whoever speaks for it claims that one."""

    kind, code, title = Kind.CONFLICT, "unit_already_registered", "该统一社会信用代码已登记"


class UnitMerged(Problem):
    """The entry has given way to another one of the same place. Data: `merged_into`, and the `name` of the one that stays."""

    kind, code, title = Kind.CONFLICT, "unit_merged", "该登记已并入其他单位,请到保留的单位办理"


class UnitKeepsOthers(Problem):
    """Others were merged into this one: it stays, or their merging is undone first."""

    kind, code, title = Kind.CONFLICT, "unit_keeps_others", "已有登记并入该单位,请保留该单位,或者先撤销并入"


class CreditCodesDiffer(Problem):
    """Two credit codes are two legal persons, whatever else is alike."""

    kind, code, title = Kind.CONFLICT, "credit_codes_differ", "统一社会信用代码不同,不是同一单位,不能合并"


class CodedUnitStays(Problem):
    """Of two entries the one with the credit code stays: merge them the other way round."""

    kind, code, title = Kind.CONFLICT, "coded_unit_stays", "应当保留有统一社会信用代码的登记,请对调后再合并"
