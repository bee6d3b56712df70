"""What the embedded servers and the supervisor share: children that cannot outlive us, free space, short socket paths."""

from __future__ import annotations

import ctypes
import os
import pwd
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_SOCKET_PATH_BYTES = 107  # sockaddr_un.sun_path holds 108 with its NUL
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class CannotStart(Exception):
    """Something outside the program must change first. The message is one line that a person can act on."""


@dataclass(frozen=True)
class Account:
    """The system account under which a server runs: PostgreSQL refuses to be root."""

    uid: int
    gid: int

    @classmethod
    def for_data_in(cls, data_dir: Path) -> Account:
        """Ourselves; for root, whoever owns the data already, and `nobody` for new data."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        if data_dir.exists() and data_dir.stat().st_uid != 0:
            return cls(data_dir.stat().st_uid, data_dir.stat().st_gid)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise CannotStart(
                "PostgreSQL does not run as root and this machine has no account 'nobody': start as an ordinary user"
            ) from None
        return cls(nobody.pw_uid, nobody.pw_gid)

    @property
    def is_another(self) -> bool:
        return self.uid != os.geteuid()

    def for_popen(self) -> dict[str, Any]:
        """Arguments of subprocess.Popen that make the child run under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_another else {}


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn`: the child gets the signal when we end, even by `kill -9`, so nothing is left running.

    Linux only; elsewhere it does nothing. The signal is sent when the *thread* that started the child ends: start
    children from the main thread. What runs in the child takes no lock, so threads of the parent do no harm.
    """
    parent_pid = os.getpid()

    def in_child() -> None:
        if _libc is None:
            return
        _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent_pid:  # the parent ended before the line above
            os._exit(1)

    return in_child


def socket_directory(wanted: Path, socket_name: str) -> tuple[Path, bool]:
    """Where a unix socket of that name fits: `wanted`, or else a new short directory (then True: remove it afterwards)."""
    if len(os.fsencode(wanted.absolute() / socket_name)) <= MAX_SOCKET_PATH_BYTES:
        return wanted.absolute(), False
    short = Path(tempfile.mkdtemp(prefix="fire-"))
    if len(os.fsencode(short / socket_name)) > MAX_SOCKET_PATH_BYTES:
        short.rmdir()
        raise CannotStart(f"the path of the temporary directory is too long for a socket: set TMPDIR shorter than {short.parent}")
    return short, True


def require_free_space(directory: Path, needed_bytes: int) -> None:
    """Raises CannotStart when the disk that holds the directory (or its nearest existing parent) is nearly full."""
    place = directory.absolute()
    while not place.exists():
        place = place.parent
    free_bytes = shutil.disk_usage(place).free
    if free_bytes < needed_bytes:
        raise CannotStart(
            f"the disk that holds {directory} is full: {free_bytes // 2**20} MB are free, {needed_bytes // 2**20} MB are needed"
        )


def started_ticks(pid: int) -> str | None:
    """When the process started, in clock ticks since boot; None when there is no such process (a zombie is none).

    Together with the pid it names one process for ever: pids are used again, in containers quickly.
    """
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if after_name[0] == "Z" else after_name[19]


def processes_in(directory: Path) -> list[int]:
    """The processes that have this as their working directory; those of other accounts only as root."""
    wanted = directory.stat()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            cwd = (entry / "cwd").stat()
        except OSError:  # it ended meanwhile, or is none of ours
            continue
        if (cwd.st_dev, cwd.st_ino) == (wanted.st_dev, wanted.st_ino):
            found.append(int(entry.name))
    return found


def wait_until(condition: Callable[[], bool], seconds: float, step_seconds: float = 0.02) -> bool:
    """True as soon as the condition holds, False when it did not within that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(step_seconds)
    return True


def last_words(log_path: Path, from_byte: int = 0) -> str:
    """The line of a log that tells best why its program ended: the last one that complains, else the last."""
    with log_path.open("rb") as log:
        log.seek(from_byte)
        lines = [line.strip() for line in log.read()[-20_000:].decode("utf-8", "replace").splitlines() if line.strip()]
    complaints = [
        line for line in lines if any(word in line for word in ("FATAL", "PANIC", "ERROR", "rror:", "No space left", "Bad file"))
    ]
    said = (complaints or lines or ["it printed nothing"])[-1]
    return re.sub(r"^.*?\b(FATAL|PANIC|ERROR):\s+", "", said)
