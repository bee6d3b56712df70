"""A pool of limited, recycled processes that decode photos, so that a hostile one can end or slow down nothing but its process.

The parent never decodes: it does not even import the decoder.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import LifoQueue
from typing import IO, Any, cast

MEMORY_BYTES = 640 * 2**20  # address space, of which the interpreter and its libraries map 130 MB
CPU_SECONDS = 10
WALL_SECONDS = 60
PHOTOS_PER_PROCESS = 50
REASONS = ("broken", "too_many_pixels", "too_costly")

_LENGTH = struct.Struct(">I")
_MAX_ANSWER_BYTES = 65_536
_DECODER = Path(__file__).with_name("images.py")
# A decoder of strangers' bytes gets no address or secret of ours.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")


class CannotRender(Exception):
    """The photo cannot be shown; `reason` is one of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Died(Exception):
    """The process ended before it answered: a crash, or a limit of the kernel or of ours."""


@dataclass(frozen=True)
class Picture:
    """One rendition, as JPEG."""

    name: str
    width: int
    height: int
    file: bytes


@dataclass(frozen=True)
class Rendered:
    """What a photo shows and what its camera wrote. Width and height are those of the upright original, in px."""

    width: int
    height: int
    taken_at: datetime | None
    position: Mapping[str, float] | None
    look: int  # the difference hash (media/likeness.py), unsigned
    pictures: tuple[Picture, ...]


class RenderPool:
    """At most `size` processes, started when needed and replaced after fifty photos. Threads may share a pool."""

    def __init__(
        self,
        max_pixels: int,
        *,
        size: int = 1,
        memory_bytes: int = MEMORY_BYTES,
        cpu_seconds: int = CPU_SECONDS,
        wall_seconds: float = WALL_SECONDS,
        photos_per_process: int = PHOTOS_PER_PROCESS,
    ) -> None:
        self._arguments = (memory_bytes, cpu_seconds, max_pixels)
        self._wall_seconds = wall_seconds
        self._photos_per_process = photos_per_process
        # The last one used is the next one used: the others need not even exist.
        self._idle: LifoQueue[_Decoder | None] = LifoQueue()
        for _ in range(size):
            self._idle.put(None)

    def render(self, photo: bytes) -> Rendered:
        """Decode in a limited process. Raises CannotRender.

        A process that dies may have died of the machine's troubles: a second one gets the same photo before it is refused.
        """
        try:
            return self._once(photo)
        except _Died:
            try:
                return self._once(photo)
            except _Died as error:
                raise CannotRender("too_costly") from error

    def close(self) -> None:
        """End the processes; a later photo would start new ones."""
        for _ in range(self._idle.qsize()):
            decoder = self._idle.get()
            if decoder is not None:
                decoder.end()
            self._idle.put(None)

    def _once(self, photo: bytes) -> Rendered:
        decoder = self._idle.get()
        kept: _Decoder | None = None
        try:
            decoder = decoder or _Decoder(self._arguments)
            told, files = decoder.ask(photo, self._wall_seconds)
            if decoder.photos < self._photos_per_process:
                kept = decoder
        finally:
            if kept is None and decoder is not None:
                decoder.end()
            self._idle.put(kept)
        if "refused" in told:
            raise CannotRender(told["refused"])
        return _rendered(told, files)


class _Decoder:
    """One process of `media/images.py`."""

    def __init__(self, arguments: tuple[int, ...]) -> None:
        self.photos = 0
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(_DECODER), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"MALLOC_ARENA_MAX": "1"},
        )

    def ask(self, photo: bytes, wall_seconds: float) -> tuple[dict[str, Any], list[bytes]]:
        """The answer to one photo. Raises _Died."""
        self.photos += 1
        timer = threading.Timer(wall_seconds, self._process.kill)
        timer.start()
        stdin, stdout = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        try:
            stdin.write(_LENGTH.pack(len(photo)) + photo)
            stdin.flush()
            length = _LENGTH.unpack(_exactly(stdout, _LENGTH.size))[0]
            if length > _MAX_ANSWER_BYTES:
                raise _Died
            told = json.loads(_exactly(stdout, length))
            return told, [_exactly(stdout, entry["length_bytes"]) for entry in told.get("renditions", [])]
        except (OSError, ValueError) as error:
            raise _Died from error
        finally:
            timer.cancel()

    def end(self) -> None:
        """Kill it and wait for it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                _close(pipe)


def _close(pipe: IO[bytes]) -> None:
    with contextlib.suppress(BrokenPipeError):  # bytes that the process did not live to read
        pipe.close()


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    found = pipe.read(count)
    if len(found) != count:
        raise _Died
    return found


def _rendered(told: dict[str, Any], files: list[bytes]) -> Rendered:
    return Rendered(
        width=told["width"],
        height=told["height"],
        taken_at=datetime.fromisoformat(told["taken_at"]) if told["taken_at"] else None,
        position=told["position"],
        look=told["look"],
        pictures=tuple(
            Picture(entry["name"], entry["width"], entry["height"], file)
            for entry, file in zip(told["renditions"], files, strict=True)
        ),
    )
