"""Keeps the parts of the product running: starts them, writes their pids, starts again what ended, stops them in order.

One thread, and no pipes: the parts write to their own log files, so they go on when this process is stopped or slow.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from operations.processes import CannotStart, die_with_parent, last_words, started_ticks

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 30.0
CALM_SECONDS = 20.0  # who ran that long has recovered: the next pause is short again
STEP_SECONDS = 0.1
ECHO_SECONDS = 1.0  # a signal so soon after the first is the same one, passed on by `make`
MAX_LOG_BYTES = 20 * 2**20

Say = Callable[[str, str], None]  # (part, line) to the console


class Service(Protocol):
    """What can be supervised; `Postgres`, `Valkey` and `Program` are."""

    process: subprocess.Popen[bytes] | None
    log_path: Path

    def launch(self) -> None:
        """Start without waiting. Raises CannotStart."""

    def stop(self) -> None:
        """End in order, by force where order takes too long."""


class Program:
    """A part that is a command line: its own process group, its output in one log file."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], log_path: Path, stop_seconds: float
    ) -> None:
        self.log_path = log_path
        self.process: subprocess.Popen[bytes] | None = None
        self._command = list(command)
        self._cwd = cwd
        self._environment = dict(environment)
        self._stop_seconds = stop_seconds

    def launch(self) -> None:
        """What is left of the earlier group goes first: a web process that lost its parent would keep the port."""
        self._kill_group()
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=self._cwd,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - see there
            )

    def stop(self) -> None:
        """SIGTERM, so that requests and tasks under way end; SIGKILL when that takes too long."""
        if self.process is not None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(self._stop_seconds)
            self._kill_group()
            self.process = None

    def _kill_group(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class _Part:
    name: str
    service: Service
    read_bytes: int = 0
    started_at: float = 0.0  # monotonic
    start_again_at: float | None = None
    pause_seconds: float = FIRST_PAUSE_SECONDS
    ends: int = field(default=0)


class Supervisor:
    """`var/run/NAME.pid` holds the pid and, on a second line, its start in ticks: together they name one process for ever.

    Whoever reads it finds the last part or the next, never half of one: it is replaced whole.
    """

    def __init__(self, run_dir: Path, say: Say, is_worth_showing: Callable[[str], bool]) -> None:
        self._run_dir = run_dir
        self._say = say
        self._is_worth_showing = is_worth_showing
        self._parts: list[_Part] = []

    def kill_left_over(self, names: Sequence[str]) -> None:
        """End what an earlier supervisor, itself killed, may have left behind. Only while we hold the lock on its directory."""
        for name in names:
            pid_path = self._run_dir / f"{name}.pid"
            try:
                pid, ticks = pid_path.read_text(encoding="ascii").split()
            except (OSError, ValueError):
                continue
            if started_ticks(int(pid)) == ticks:
                with suppress(ProcessLookupError):
                    os.killpg(int(pid), signal.SIGKILL)
            pid_path.unlink()

    def launch(self, name: str, service: Service) -> None:
        """Start a part and keep it running from now on. Raises CannotStart when it cannot even be started."""
        if service.log_path.exists() and service.log_path.stat().st_size > MAX_LOG_BYTES:
            service.log_path.replace(service.log_path.with_suffix(".log.1"))
        part = _Part(name, service, read_bytes=service.log_path.stat().st_size if service.log_path.exists() else 0)
        self._parts.append(part)
        self._launch(part)

    def step(self) -> None:
        """Show new lines of the logs, start again what ended, then rest a moment. Call it until it is time to stop."""
        for part in self._parts:
            self._show_log(part)
            if part.start_again_at is None:
                self._notice_end(part)
            elif time.monotonic() >= part.start_again_at:
                self._try_again(part)
        time.sleep(STEP_SECONDS)

    def refuse_if_hopeless(self, name: str, ends: int) -> None:
        """Raises CannotStart when the part has ended that often, with the last thing that it complained about."""
        part = next(part for part in self._parts if part.name == name)
        if part.ends >= ends:
            log_path = part.service.log_path
            raise CannotStart(f"{name} does not stay up: {last_words(log_path)} (more in {log_path})")

    def stop(self) -> None:
        """End the parts, the last started first. A signal meanwhile (a second Ctrl-C) ends the rest at once."""
        began = time.monotonic()

        def hurry(number: int, frame: object) -> None:
            if time.monotonic() - began < ECHO_SECONDS:
                return
            for part in self._parts:
                if part.service.process is not None and part.service.process.poll() is None:
                    part.service.process.kill()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, hurry)
        for part in reversed(self._parts):
            part.service.stop()
            self._show_log(part)
            self._pid_path(part).unlink(missing_ok=True)

    def _launch(self, part: _Part) -> None:
        part.service.launch()
        part.started_at = time.monotonic()
        part.start_again_at = None
        assert part.service.process is not None
        pid = part.service.process.pid
        written = self._pid_path(part).with_suffix(".new")
        written.write_text(f"{pid}\n{started_ticks(pid)}\n", encoding="ascii")
        written.replace(self._pid_path(part))

    def _notice_end(self, part: _Part) -> None:
        process = part.service.process
        if process is None or process.poll() is None:
            return
        if time.monotonic() - part.started_at > CALM_SECONDS:
            part.pause_seconds = FIRST_PAUSE_SECONDS
        part.ends += 1
        code = process.returncode
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        self._pause(part, f"{how}; started again in {part.pause_seconds:g} s")

    def _try_again(self, part: _Part) -> None:
        try:
            self._launch(part)
        except (CannotStart, OSError) as error:
            self._pause(part, f"{error}; tried again in {part.pause_seconds:g} s")
        else:
            self._say(part.name, "started again")

    def _pause(self, part: _Part, why: str) -> None:
        self._say(part.name, why)
        part.start_again_at = time.monotonic() + part.pause_seconds
        part.pause_seconds = min(part.pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    def _show_log(self, part: _Part) -> None:
        try:
            with part.service.log_path.open("rb") as log:
                log.seek(part.read_bytes)
                new = log.read()
        except FileNotFoundError:
            return
        whole = new[: new.rfind(b"\n") + 1]  # the rest of a line that is being written comes next time
        part.read_bytes += len(whole)
        for line in whole.decode("utf-8", "replace").splitlines():
            if self._is_worth_showing(line):
                self._say(part.name, line)

    def _pid_path(self, part: _Part) -> Path:
        return self._run_dir / f"{part.name}.pid"
