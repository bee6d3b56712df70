"""What stands in a PDF that the product made."""

from __future__ import annotations

import base64
import re
import zlib

_ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)


def lines_of(file: bytes) -> list[str]:
    """What stands on the pages of a PDF of ours, line by line as it is drawn."""
    pages = re.findall(rb"stream\r?\n(.*?)~>endstream", file, re.DOTALL)
    words = b"".join(zlib.decompress(base64.a85decode(page)) for page in pages)
    shown = re.findall(rb"\(((?:[^\\)]|\\.)*)\) Tj", words, re.DOTALL)
    plain = [_ESCAPED.sub(lambda it: bytes([int(it[1], 8)]) if len(it[1]) == 3 else it[1], text) for text in shown]
    return [text.decode("utf-16-be") for text in plain]
