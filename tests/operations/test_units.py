"""An operator takes a file of the regional data platform in, and reads what could not be taken."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest

from api.context import Parts
from operations.units import main
from tests.lists.test_units import CODE

HEAD = "数据编号,单位名称,统一社会信用代码,旗县(市、区),地址,单位类别"


@pytest.mark.usefixtures("fresh_database")
def test_a_file_of_the_platform_is_taken_in_and_what_was_refused_is_told_by_its_line(parts: Parts, tmp_path: Path) -> None:
    file = tmp_path / "units.csv"
    rows = [f"P1,草原宾馆,{CODE},新城区,成吉思汗大街1号,一般单位", "P2,外地单位,,北京市东城区,,一般单位"]
    file.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()) as told:
        assert main(parts.settings, file) == {"CREATED": 1, "REFUSED": 1}
    said = told.getvalue()
    assert "2 of 2 rows" in said
    assert "line 3: 外地单位: 应为自治区内旗县" in said
    assert main(parts.settings, file) == {"UNCHANGED": 1, "REFUSED": 1}
