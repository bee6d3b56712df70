"""Tables that people send and fetch: CSV and XLSX, in and out. What they wrote is text there, never a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from xlsxwriter import Workbook

from problems import Invalid, field_error

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
_BEIJING = ZoneInfo("Asia/Shanghai")
_ZIP = b"PK\x03\x04"
_MOST_UNPACKED = 64 * 1024 * 1024  # an XLSX is a zip: what it says of its size is looked at before anything is unpacked
_MOST_COLUMNS = 100
_MOST_CHARACTERS = 4000  # of a cell
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


def read(body: bytes, titles: Mapping[str, str], *, needed: Iterable[str], most_rows: int) -> list[Row]:
    """The rows of a CSV (UTF-8 or GB 18030) or of the first sheet of an XLSX. `titles`: head of a column -> our name for it.

    Columns in any order; a head may also be our name itself. Raises Invalid, for `file`, if it is neither, has a column twice,
    lacks one of `needed`, has one that we do not know, or more rows than may come at once.
    """
    lines = _sheet(body) if body.startswith(_ZIP) else _lines(body)
    head = next(lines, [])
    names = [titles.get(title, title if title in titles.values() else "") for title in head]
    while names and not head[len(names) - 1]:
        names.pop()
    unknown = [title for title, name in zip(head, names, strict=False) if not name]
    missing = [title for title, name in titles.items() if name in set(needed) - set(names)]
    if not names or missing:
        raise _wrong("columns_missing", f"第一行应为列名,缺少:{'、'.join(missing)}")
    if unknown:
        raise _wrong("columns_unknown", f"不认识的列:{'、'.join(unknown[:5])}")
    if len(set(names)) < len(names):
        raise _wrong("columns_doubled", "有重复的列")
    rows: list[Row] = []
    for line, values in enumerate(lines, start=2):
        cells = {name: value for name, value in zip(names, values, strict=False) if value}
        if not cells:
            continue
        if len(rows) == most_rows:
            raise _wrong("too_many_rows", f"一次最多{most_rows}行,请分成几个文件")
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
            yield [_trimmed(value) for value in values[:_MOST_COLUMNS]]
    except csv.Error as error:
        raise _wrong("not_a_sheet", "CSV 文件的引号或者分隔符有误") from error


def _sheet(body: bytes) -> Iterator[list[str]]:
    """The lines of the first sheet of a workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            if sum(member.file_size for member in packed.infolist()) > _MOST_UNPACKED:
                raise _wrong("too_large", "文件展开后过大")
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
        for values in book.worksheets[0].iter_rows(values_only=True, max_col=_MOST_COLUMNS):
            yield [_said(value) for value in values]
    except Invalid:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, TypeError, SyntaxError, OSError) as error:
        raise _wrong("not_a_sheet", "XLSX 文件已损坏,无法打开") from error


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
    return _trimmed(str(value))


def _trimmed(value: str) -> str:
    return value.strip().removeprefix("'")[:_MOST_CHARACTERS]


def moment_of(text: str) -> str:
    """A moment as people write it in a sheet, in Beijing time, as RFC 3339; anything else comes back as it is, to be refused."""
    try:
        moment = datetime.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=_BEIJING)).isoformat()


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
        writer.writerow([_plain(row[column.name]) for column in columns])
    return file.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M")
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
