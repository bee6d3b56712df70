"""What `make run` says before it starts, and the whole product once."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest

from operations.logins import table
from operations.processes import CannotStart, started_ticks, wait_until
from operations.refusals import in_one_line
from operations.run import answers, is_worth_showing, main
from tests.operations.product import READY_SECONDS, free_port, run, running


def refusal(var: Path, **environment: str) -> str:
    """Its whole output; it must be one line, and the exit code 1."""
    output = var.with_name(f"{var.name}.refusal")
    started = run(var, output, **environment)
    try:
        assert started.wait(timeout=30) == 1
    finally:
        started.kill()
        started.wait()
    said = output.read_text()
    assert said.count("\n") == 1
    return said.strip()


def test_a_busy_port_is_named_with_a_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refusal(tmp_path, PORT=str(port))
    assert said == f"cannot start: port {port} is in use: stop the program there, or choose another: PORT={port + 1}"


@pytest.mark.parametrize("port", ["", "web", "0", "65536", "-1", "８０00"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    assert "is not a port: give a number from 1 to 65535" in refusal(tmp_path, PORT=port)


def test_a_database_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://fire:top-secret@127.0.0.1:{free_port()}/fire"
    said = refusal(tmp_path, PORT=str(free_port()), DATABASE_URL=url, BROKER_URL="redis://127.0.0.1:1/0")
    assert "DATABASE_URL" in said
    assert "Connection refused" in said
    assert "top-secret" not in said


def test_a_lost_key_file_is_not_replaced_while_there_are_data_sealed_with_it(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    assert "keys.json is missing" in refusal(tmp_path, PORT=str(free_port()))
    assert not (tmp_path / "keys.json").exists()


def test_demo_mode_is_refused_in_production(tmp_path: Path) -> None:
    environment = {"DATABASE_URL": "postgresql://127.0.0.1:1/x", "BROKER_URL": "redis://127.0.0.1:1/0"}
    said = refusal(tmp_path, PORT=str(free_port()), DEMO="1", PRODUCTION="1", **environment)
    assert "DEMO=1 is refused in production" in said


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "mysql://root:top-secret@127.0.0.1/fire", "DATABASE_URL is no address that can be used"),
        ("BROKER_URL", "127.0.0.1:6379", "BROKER_URL is no address that can be used"),
        ("PUBLIC_URL", "fire.example", "PUBLIC_URL is no address that can be used"),
        ("DEMO", "yes", "DEMO=yes: it is 1 or 0"),
        ("SEAL_URL", "https://seal.example", "half configured: set SEAL_URL and SEAL_KEY, or neither"),
        ("IDENTITY_NAME", "mengsuban", "half configured: set IDENTITY_LABEL, IDENTITY_AUTHORIZE_URL"),
    ],
)
def test_a_wrong_setting_is_named_before_anything_is_started(tmp_path: Path, name: str, value: str, said: str) -> None:
    refused = refusal(tmp_path, PORT=str(free_port()), **{name: value})
    assert said in refused
    assert "top-secret" not in refused
    assert not (tmp_path / "postgres").exists()


def test_a_full_disk_is_named_before_anything_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5 * 2**20))
    with pytest.raises(CannotStart, match="is full: 5 MB are free, 300 MB are needed"):
        main({"VAR_DIR": str(tmp_path), "PORT": str(free_port())})
    assert not (tmp_path / "postgres").exists()


def test_a_disk_that_fills_up_later_is_named_too() -> None:
    with pytest.raises(SystemExit, match="cannot start: the disk is full \\(/srv/var/log\\)"), in_one_line():
        raise OSError(errno.ENOSPC, "No space left on device", "/srv/var/log")


def test_a_broken_database_is_named_with_its_own_reason(tmp_path: Path) -> None:
    (tmp_path / "keys.json").touch(0o600)
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n")
    output = tmp_path / "said"
    assert run(tmp_path, output, PORT=str(free_port())).wait(60) == 1
    assert output.read_text().splitlines()[-1].startswith(f"cannot start: {tmp_path / 'postgres'} was made by PostgreSQL 16")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('{"level": "warning", "event": "delivery gave up"}', True),
        ("2026-07-20T08:00:00Z [error    ] storage away", True),
        ("[2026-07-20 08:00:00: WARNING/MainProcess] lost the broker", True),
        ("短信 138****0000: 验证码 000000", True),
        ('{"level": "info", "event": "request"}', False),
        ("# WARNING Memory overcommit must be enabled!", False),
    ],
)
def test_the_console_shows_what_a_person_must_see_and_no_more(line: str, *, shown: bool) -> None:
    assert is_worth_showing(line) is shown


def test_logins_stand_in_columns_though_chinese_letters_are_twice_as_wide() -> None:
    accounts = [
        {"id": "7", "role": "消防监督员", "sign_in": {"username": "bater"}},
        {"id": "8", "role": "公众", "sign_in": {"phone": "13800000000"}},
    ]
    assert table({"items": accounts}).splitlines() == [
        "  role        username  phone",
        "  消防监督员  bater",
        "  公众                  13800000000",
    ]


def counted_by_all_processes(var: Path, port: int) -> bool:
    """Whether whoever asks any of the web processes hears of the requests of all: of those killed too."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        told = answer.read().decode()
    counting = {path.stem for path in (var / "run" / "metrics").glob("histogram_*.db")}
    return 'fire_request_seconds_count{method="GET",route="/readyz",status="200"}' in told and len(counting) >= 2


def niceness(var: Path, part: str) -> set[int]:
    """Of the processes in which a part does its work."""
    pid = (var / "run" / f"{part}.pid").read_text().split()[0]
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {os.getpriority(os.PRIO_PROCESS, int(child)) for child in children}


def worker_gives_way(var: Path) -> bool:
    """Whether the machine serves those who wait for an answer before what nobody waits for."""
    web, worker = niceness(var, "web"), niceness(var, "worker")
    return len(web) == len(worker) == 1 and min(worker) > max(web)


def test_the_product_starts_heals_itself_refuses_a_second_one_and_ends_without_a_trace(tmp_path: Path) -> None:
    port = free_port()
    asked = time.monotonic()
    with running(tmp_path, port) as supervisor:
        assert time.monotonic() - asked < READY_SECONDS
        pids = {name: int((tmp_path / "run" / f"{name}.pid").read_text().split()[0]) for name in ("web", "worker", "broker")}
        for pid in pids.values():
            os.kill(pid, signal.SIGKILL)
        for name, pid in pids.items():
            path = tmp_path / "run" / f"{name}.pid"
            assert wait_until(lambda path=path, pid=pid: int(path.read_text().split()[0]) != pid, seconds=15)  # type: ignore[misc]
        assert wait_until(lambda: answers(port, "/readyz"), seconds=READY_SECONDS)
        assert counted_by_all_processes(tmp_path, port)
        assert wait_until(lambda: worker_gives_way(tmp_path), seconds=READY_SECONDS)
        second = refusal(tmp_path, PORT=str(free_port()))
        assert f"another `make run` (process {supervisor.pid})" in second
        last = [int(path.read_text().split()[0]) for path in (tmp_path / "run").glob("*.pid")]
    assert supervisor.returncode == 0
    assert len(last) == 5
    assert all(started_ticks(pid) is None for pid in last)
    assert not answers(port, "/livez")
