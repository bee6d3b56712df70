"""Tables that people send and fetch: CSV and XLSX, in and out. What they wrote is text there, never a formula."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import load_workbook
from xlsxwriter import Workbook

from problems import Invalid, field_error

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
_BEIJING = ZoneInfo("Asia/Shanghai")
_ZIP = b"PK\x03\x04"
_MOST_UNPACKED = 64 * 1024 * 1024  # an XLSX is a zip: what it says of its size is looked at before anything is unpacked
_MOST_COLUMNS = 100
_MOST_CHARACTERS = 4000  # of a cell
_LINES_TO_A_ROW, _MOST_EMPTY = 2, 1000  # a sheet of gaps is no list
_MOMENT = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2})[:时](\d{1,2})分?(?::(\d{1,2}))?)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute, in a CSV where nothing else tells text
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


@dataclass(frozen=True)
class Row:
    """A line of a sheet, by the names that we know its columns under; what is empty is left out."""

    line: int  # as a person counts them in his program: the head is line 1
    cells: dict[str, str]


@dataclass(frozen=True)
class Column:
    """A column that goes out: its head, its width in characters, and the member of a row that it shows."""

    name: str
    title: str
    width: int = 14


def read(
    body: bytes, titles: Mapping[str, str], *, needed: Iterable[str], most_rows: int, passed_over: Container[str] = ()
) -> list[Row]:
    """The rows of a CSV (UTF-8 or GB 18030) or of the first sheet of an XLSX. `titles`: head of a column -> our name for it.

    Columns in any order; a head may also be our name itself; those of `passed_over` are ours, and nobody's word. Raises Invalid,
    for `file`, if it is neither, has a column twice, lacks one of `needed`, has one that we do not know, or more rows than may
    come at once.
    """
    lines = _sheet(body) if body.startswith(_ZIP) else _lines(body)
    head = next(lines, [])
    while head and not head[-1]:
        head.pop()
    names = [titles.get(title, title if title in titles.values() else "") for title in head]
    unknown = [title for title, name in zip(head, names, strict=True) if not name and title not in passed_over]
    missing = [title for title, name in titles.items() if name in set(needed) - set(names)]
    if not names or missing:
        raise _wrong("columns_missing", f"第一行应为列名,缺少:{'、'.join(missing)}")
    if unknown:
        raise _wrong("columns_unknown", f"不认识的列:{'、'.join(unknown[:5])}")
    known = [name for name in names if name]
    if len(set(known)) < len(known):
        raise _wrong("columns_doubled", "有重复的列")
    rows: list[Row] = []
    for line, values in enumerate(lines, start=2):
        cells = {name: value for name, value in zip(names, values, strict=False) if name and value}
        if (cells and len(rows) == most_rows) or line > _LINES_TO_A_ROW * most_rows + _MOST_EMPTY:
            raise _wrong("too_many_rows", f"一次最多{most_rows}行,请分成几个文件,并删去空行")
        if cells:
            rows.append(Row(line, cells))
    if not rows:
        raise _wrong("no_rows", "文件里没有内容")
    return rows


def _wrong(code: str, message: str) -> Invalid:
    return Invalid(field_error("file", code, message))


def _lines(body: bytes) -> Iterator[list[str]]:
    """The lines of a CSV, as Excel in Chinese or anything else writes it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = body.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _wrong("not_a_sheet", "文件应为 CSV(UTF-8 或者 GB 18030 编码)或者 XLSX")
    if "\0" in text:
        raise _wrong("not_a_sheet", "文件应为 CSV 或者 XLSX")
    try:
        for values in csv.reader(io.StringIO(text, newline=""), strict=True):
            yield [plain(value) for value in values[:_MOST_COLUMNS]]
    except csv.Error as error:
        raise _wrong("not_a_sheet", "CSV 文件的引号或者分隔符有误") from error


def _sheet(body: bytes) -> Iterator[list[str]]:
    """The lines of the first sheet of a workbook, as they are there: what it says of its own size is not believed."""
    try:
        _require_small(body)
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
        page: Any = book.worksheets[0]
        page.reset_dimensions()
        for values in page.iter_rows(values_only=True):
            yield [_said(value) for value in values[:_MOST_COLUMNS]]
    except Invalid:
        raise
    except Exception as error:  # whatever the libraries make of a file that anybody may have made
        raise _wrong("not_a_sheet", "XLSX 文件已损坏或者加密,无法打开") from error


def _require_small(body: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        if sum(member.file_size for member in packed.infolist()) > _MOST_UNPACKED:
            raise _wrong("too_large", "文件展开后过大")


def _said(value: Any) -> str:
    """A cell as a person sees it: whole numbers without a point, days and moments as in ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return plain(str(value))


def plain(value: str) -> str:
    """A cell without what no database keeps and nobody sees: control characters and halves of characters."""
    kept = "".join(char for char in value if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    return kept.strip().removeprefix("'")[:_MOST_CHARACTERS]


def moment_of(text: str, *, is_end: bool = False) -> datetime | None:
    """A moment as people write it in a sheet (2026/11/27 9:30, 2026年11月27日, RFC 3339), in Beijing time; else None.

    A day alone is its beginning, or its last second where it is the end of something.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment
    except ValueError:
        pass
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    parts = [int(part) if part else 0 for part in found.groups()]
    if found.group(4) is None and is_end:
        parts[3:] = [23, 59, 59]
    try:
        year, month, day, hour, minute, second = parts
        return datetime(year, month, day, hour, minute, second, tzinfo=_BEIJING)
    except ValueError:
        return None


def book(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any]],
    choices: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """An XLSX of one sheet, its head fixed and filtered. Moments are shown in Beijing time.

    `choices`: head of a column -> what may be written into it, listed on a second sheet.
    """
    file = io.BytesIO()
    with Workbook(file, _SAFE) as made:
        page = made.add_worksheet(title)
        head = made.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        moment = made.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for place, column in enumerate(columns):
            page.set_column(place, place, column.width)
            page.write_string(0, place, column.title, head)
        page.freeze_panes(1, 1)
        last = 0
        for last, row in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                value = row[column.name]
                if isinstance(value, datetime):
                    page.write_datetime(last, place, value.astimezone(_BEIJING).replace(tzinfo=None), moment)
                elif value is not None:
                    page.write_string(last, place, str(value))
        page.autofilter(0, 0, max(1, last), len(columns) - 1)
        if choices:
            _list(made.add_worksheet("可选内容"), head, choices)
    return file.getvalue()


def _list(page: Any, head: Any, choices: Mapping[str, Sequence[str]]) -> None:
    for place, (title, words) in enumerate(choices.items()):
        page.set_column(place, place, 30)
        page.write_string(0, place, title, head)
        page.write_column(1, place, words)


def lines(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The same as CSV in UTF-8, with the mark by which Excel knows it."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([column.title for column in columns])
    for row in rows:
        writer.writerow([_cell(row[column.name]) for column in columns])
    return file.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M")
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
