"""A seal service on this machine: it signs what it is given, once for each paper, or has one of the faults that services have."""

from __future__ import annotations

import base64
import re
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.lists.stands import Stand, standing
from workflow.papers.seals import HttpSeals

KEY = "the key"
SEAL_NO = "15010200000001"
_GAP = 64  # hexadecimal digits of the signature


def signed(pdf: bytes, signature: str = "c0ffee", after: bytes = b"") -> bytes:
    """The PDF with a signature behind it that covers everything else, as an incremental update has it; `after` it is not."""
    template = b"\n9 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /ByteRange [0 %010d %010d %010d] /Contents "
    head = len(pdf) + len(template % (0, 0, 0))
    tail = b" >>\nendobj\n%%EOF\n"
    gap = f"<{signature.ljust(_GAP, '0')}>".encode()
    return pdf + template % (head, head + len(gap), len(tail)) + gap + tail + after


def rewritten(pdf: bytes) -> bytes:
    """Another file of the same paper: what it says of itself is packed away."""
    said = re.search(rb"SHA-256 [0-9a-f]{64}", pdf)
    assert said is not None
    return signed(b"%PDF-1.7\n1 0 obj\n<< /Filter /FlateDecode >>\nstream\n" + zlib.compress(said[0]) + b"\nendstream\nendobj\n")


class SealService(Stand):
    """Each paper is sealed once, under the key of its request; the same request again is answered with the same seal."""

    sealed: dict[str, bytes]
    make: Callable[[bytes], bytes]
    fault: tuple[int, Any] | None = None  # answered instead
    still: threading.Event | None = None  # while it is not set, nothing is answered

    def reply(self, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        if self.headers["Authorization"] != f"Bearer {KEY}" or path != "/seals":
            return 401, {}
        if self.still is not None:
            self.still.wait(30)
        if self.fault is not None:
            return self.fault
        made = type(self).make
        sealed = self.sealed.setdefault(self.headers["Idempotency-Key"], made(base64.b64decode(body["pdf"])))
        return 201, {"seal_no": SEAL_NO, "pdf": base64.b64encode(sealed).decode(), "certificate": "not ours to know"}


@contextmanager
def seal_service() -> Iterator[tuple[type[SealService], str]]:
    """The service with what it is asked and what it sealed, and its address."""
    handler = type("SealServiceOfThisTest", (SealService,), {"sealed": {}, "make": staticmethod(signed)})
    with standing(handler) as address:
        yield handler, address


def over_http(address: str) -> HttpSeals:
    """Our adapter, which waits no longer than a test does."""
    return HttpSeals(address, KEY, patience_seconds=1.0)
