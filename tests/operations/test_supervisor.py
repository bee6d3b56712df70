"""The supervisor, with real processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from operations.processes import CannotStart, started_ticks, wait_until
from operations.supervisor import Program, Supervisor

SLEEPER = "import time; print('ERROR hello', flush=True); time.sleep(60)"


class Console:
    """What a person would have read."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, part: str, line: str) -> None:
        self.lines.append(f"{part}: {line}")


def program(directory: Path, source: str) -> Program:
    command = [sys.executable, "-c", source]
    return Program(command, cwd=directory, environment=os.environ, log_path=directory / "part.log", stop_seconds=5)


@pytest.fixture
def console() -> Console:
    return Console()


@pytest.fixture
def supervisor(tmp_path: Path, console: Console) -> Supervisor:
    return Supervisor(tmp_path, console.say, lambda line: "ERROR" in line)


@pytest.fixture(autouse=True)
def _signals_as_before() -> object:
    """`Supervisor.stop` takes over the signals of its process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def step_until(supervisor: Supervisor, condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        supervisor.step()


def pid_of(directory: Path, name: str) -> int:
    return int((directory / f"{name}.pid").read_text().split()[0])


def test_a_part_that_was_killed_is_started_again_with_a_word_on_the_console(
    tmp_path: Path, supervisor: Supervisor, console: Console
) -> None:
    supervisor.launch("web", program(tmp_path, SLEEPER))
    first = pid_of(tmp_path, "web")
    os.kill(first, signal.SIGKILL)
    step_until(supervisor, lambda: pid_of(tmp_path, "web") != first)
    supervisor.stop()
    assert console.lines.count("web: was killed by SIGKILL; started again in 0.25 s") == 1
    assert "web: started again" in console.lines
    assert not (tmp_path / "web.pid").exists()


def test_a_part_that_keeps_ending_is_given_longer_and_longer_pauses(
    tmp_path: Path, supervisor: Supervisor, console: Console
) -> None:
    supervisor.launch("worker", program(tmp_path, "raise SystemExit('cannot import name')"))
    step_until(supervisor, lambda: any("in 1 s" in line for line in console.lines))
    assert [line for line in console.lines if "ended" in line] == [
        f"worker: ended with code 1; started again in {pause} s" for pause in ("0.25", "0.5", "1")
    ]
    with pytest.raises(CannotStart, match="worker does not stay up: cannot import name"):
        supervisor.refuse_if_hopeless("worker", ends=3)
    supervisor.stop()


def test_children_of_a_killed_part_do_not_stay_behind(tmp_path: Path, supervisor: Supervisor) -> None:
    source = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {SLEEPER!r}]).pid, flush=True); input()"
    source = source.replace("input()", "import time; time.sleep(60)")
    supervisor.launch("web", program(tmp_path, source))
    log = tmp_path / "part.log"
    step_until(supervisor, lambda: "\n" in log.read_text())
    child, first = int(log.read_text().split()[0]), pid_of(tmp_path, "web")
    os.kill(first, signal.SIGKILL)
    step_until(supervisor, lambda: pid_of(tmp_path, "web") != first)
    assert wait_until(lambda: started_ticks(child) is None, seconds=5)
    supervisor.stop()


def test_lines_worth_showing_reach_the_console_once_and_all_reach_the_log(
    tmp_path: Path, supervisor: Supervisor, console: Console
) -> None:
    supervisor.launch("web", program(tmp_path, "print('quiet'); " + SLEEPER))
    step_until(supervisor, lambda: bool(console.lines))
    supervisor.step()
    supervisor.stop()
    assert console.lines == ["web: ERROR hello"]
    assert (tmp_path / "part.log").read_text() == "quiet\nERROR hello\n"


def test_what_a_killed_supervisor_left_is_ended_but_a_stranger_with_its_number_is_not(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    left = program(tmp_path, SLEEPER)
    left.launch()
    assert left.process is not None
    stranger = program(tmp_path, SLEEPER)
    stranger.launch()
    assert stranger.process is not None
    (tmp_path / "web.pid").write_text(f"{left.process.pid}\n{started_ticks(left.process.pid)}\n")
    (tmp_path / "worker.pid").write_text(f"{stranger.process.pid}\n1\n")
    supervisor.kill_left_over(["web", "worker", "broker"])
    assert left.process.wait(5) == -signal.SIGKILL
    assert stranger.process.poll() is None
    stranger.stop()
