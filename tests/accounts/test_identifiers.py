from __future__ import annotations

from datetime import date

import pytest

from accounts.identifiers import (
    is_credit_code,
    is_identity_number,
    is_phone,
    masked_identity_number,
    masked_name,
    masked_phone,
)

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("number", ["11010519491231002X", "150102199001010019"])  # the standard's example; docs/sources.md
def test_a_right_identity_number_passes(number: str) -> None:
    assert is_identity_number(number, TODAY)


@pytest.mark.parametrize(
    "number",
    [
        "110105194912310021",  # check digit
        "11010519491231002x",
        "11010519490231002X",  # 31 February
        "150102203001010016",  # not born yet
        "000105194912310029",
        "150102900101001",  # fifteen digits, before 1999
        "１５０１０２199001010019",
        "150102199001010019\n",
        "",
    ],
)
def test_a_wrong_identity_number_does_not(number: str) -> None:
    assert not is_identity_number(number, TODAY)


def test_every_other_check_digit_is_wrong() -> None:
    for digit in "0123456789X":
        assert is_identity_number("15010219900101001" + digit, TODAY) is (digit == "9")


@pytest.mark.parametrize("code", ["91350100M000100Y43", "911101080000000000"[:17] + "0"])
def test_the_credit_code_of_the_standard_passes_and_a_made_up_one_does_not(code: str) -> None:
    assert is_credit_code(code) is (code == "91350100M000100Y43")


def test_a_rural_cooperatives_code_begins_with_a_letter() -> None:
    from stdnum.cn import uscc

    body = "N2150102MF0001000"
    assert is_credit_code(body + uscc.calc_check_digit(body))


@pytest.mark.parametrize("code", ["91350100M000100Y44", "91350100M000100I43", "91350100m000100y43", "91350100M000100Y43\n", ""])
def test_a_wrong_credit_code_does_not_pass(code: str) -> None:
    assert not is_credit_code(code)


@pytest.mark.parametrize(
    ("number", "right"),
    [("13800000000", True), ("12800000000", False), ("1380000000", False), ("+8613800000000", False), ("1380000000a", False)],
)
def test_a_phone_number_is_a_mainland_mobile(number: str, right: bool) -> None:  # noqa: FBT001
    assert is_phone(number) is right


def test_masks_leave_what_a_person_recognises() -> None:
    assert masked_phone("13812341234") == "138****1234"
    assert masked_identity_number("150102199001010019") == "150102********0019"
    assert masked_name("张三丰") == "张**"
    assert masked_phone(None) is masked_identity_number(None) is masked_name(None) is None
