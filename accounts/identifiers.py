"""Identity numbers, credit codes and phone numbers: their check digits, and how they are shown. Pure.

Sources: GB 11643-1999 (identity number), GB 32100-2015 (unified social credit code), docs/sources.md (masks).
"""

from __future__ import annotations

import re
from datetime import date

from stdnum.cn import ric, uscc

PHONE = re.compile(r"1[3-9][0-9]{9}")
_IDENTITY_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_EARLIEST_BIRTH = 1880
# Provinces by the first two digits. The full county codes changed often, and old numbers stay valid for life.
_PROVINCES = frozenset(
    str(number)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for number in range(first, last + 1)
)


def is_phone(value: str) -> bool:
    """A mobile number of mainland China, eleven digits."""
    return PHONE.fullmatch(value) is not None


def is_identity_number(value: str, today: date) -> bool:
    """Eighteen characters with a province, a birthday that has been, and the right check digit."""
    if _IDENTITY_NUMBER.fullmatch(value) is None or value[:2] not in _PROVINCES:
        return False
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    return _EARLIEST_BIRTH <= born.year <= today.year and born <= today and ric.calc_check_digit(value) == value[-1]


def is_credit_code(value: str) -> bool:
    """Eighteen characters of the reduced alphabet with the right check digit.

    The library's own `validate` wants digits in the first two places, but rural cooperatives' codes begin with N.
    """
    return _CREDIT_CODE.fullmatch(value) is not None and uscc.calc_check_digit(value[:-1]) == value[-1]


def masked_phone(value: str | None) -> str | None:
    """138****1234."""
    return value and f"{value[:3]}****{value[-4:]}"


def masked_identity_number(value: str | None) -> str | None:
    """150102********0019."""
    return value and f"{value[:6]}{'*' * (len(value) - 10)}{value[-4:]}"


def masked_name(value: str | None) -> str | None:
    """张*."""
    return value and value[0] + "*" * (len(value) - 1)
