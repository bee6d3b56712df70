"""A paper as a PDF, from its archived text.

What waits for its official seal reads 样本 无效 on each page (docs/sources.md, authority); only what a seal service is given does
not. What never has a seal is a copy, and says of what.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from workflow.papers.models import Paper

# One of the fonts that every reader of PDF has for Chinese: the file names it and stays small.
_FONT = "STSong-Light"
_WIDTH, _HEIGHT = A4
_LEFT, _RIGHT, _TOP, _BOTTOM = 28 * mm, _WIDTH - 26 * mm, _HEIGHT - 37 * mm, 35 * mm  # GB/T 9704-2012
_TITLE, _BODY, _SMALL = 20, 14, 8  # points
_LEADING = 24
_NO_BREAK_BEFORE = ",。;:、!?)》」』”’,.;:!?)"


@dataclass(frozen=True)
class Mark:
    """What every page says of its worth: across it, and below."""

    across: str
    below: str


SAMPLE = Mark("样本 无效", "")
FOR_SEAL = Mark("", "以加盖的电子印章为准,未加盖电子印章的无效")
COPY = Mark("副本", "此类文书不加盖印章,以签名的原件为准")


def as_pdf(paper: Paper, mark: Mark) -> bytes:
    """The text page by page: title and number in the middle, the rest justified to the left; below, the digest of the text."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    out = BytesIO()
    # `invariant`: the same text is the same file, whenever it is asked for.
    page = Canvas(out, pagesize=A4, invariant=True)
    page.setTitle(f"{paper.title} {paper.number}")
    page.setSubject(f"SHA-256 {paper.sha256.hex()}")  # readable in the file's bytes, which those of a page are not
    title, number, *body = paper.content.decode().splitlines()
    _begin(page, paper, mark)
    page.setFont(_FONT, _TITLE)
    y = _TOP
    for line in _broken(title, _TITLE):
        page.drawCentredString(_WIDTH / 2, y, line)
        y -= 1.5 * _LEADING
    page.setFont(_FONT, _BODY)
    page.drawCentredString(_WIDTH / 2, y, number)
    y -= 2 * _LEADING
    for line in (part for paragraph in body for part in _broken(paragraph, _BODY)):
        if y < _BOTTOM:
            page.showPage()
            _begin(page, paper, mark)
            page.setFont(_FONT, _BODY)
            y = _TOP
        page.drawString(_LEFT, y, line)
        y -= _LEADING
    page.showPage()
    page.save()
    return out.getvalue()


def _begin(page: Canvas, paper: Paper, mark: Mark) -> None:
    """What every page has: what it is worth, and the digest by which its text is known."""
    if mark.across:
        page.saveState()
        page.setFont(_FONT, 60)
        page.setFillGray(0.88)
        page.translate(_WIDTH / 2, _HEIGHT / 2)
        page.rotate(45)
        page.drawCentredString(0, 0, mark.across)
        page.restoreState()
    page.setFont(_FONT, _SMALL)
    page.drawString(_LEFT, _BOTTOM - 3.5 * _SMALL, mark.below)
    page.drawString(_LEFT, _BOTTOM - 2 * _LEADING, f"文本SHA-256:{paper.sha256.hex()}")
    page.drawRightString(_RIGHT, _BOTTOM - 2 * _LEADING, f"第{page.getPageNumber()}页")


def _broken(paragraph: str, size: int) -> list[str]:
    """A paragraph in lines that fit. No line begins with a mark that closes something."""
    lines, line = [], ""
    for char in paragraph:
        too_wide = pdfmetrics.stringWidth(line + char, _FONT, size) > _RIGHT - _LEFT
        if too_wide and char not in _NO_BREAK_BEFORE:
            lines.append(line)
            line = ""
        line += char
    return [*lines, line]
