"""`make backup`, `make verify-backup` and `make restore` around the product as `make run` starts it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from device.client import Device
from device.transport import HttpTransport
from operations.run import ROOT
from tests.operations.installation import snap
from tests.operations.product import free_port, running


def command(name: str, var: Path, *arguments: str) -> tuple[int, str]:
    """Exit code, and the one line or more that it says."""
    done = subprocess.run(
        [sys.executable, "-m", f"operations.backups.{name}", *arguments],
        cwd=ROOT, env={"VAR_DIR": str(var), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.deep
def test_the_three_commands_around_the_running_product(tmp_path: Path) -> None:
    var, port = tmp_path / "var", free_port()
    with running(var, port), closing(HttpTransport(f"http://127.0.0.1:{port}")) as line:
        device = Device(line)
        device.sign_in(phone="13700009999", code="000000")
        device.register()
        kept = snap(device)
        device.sync()
        code, said = command("take", var)
        assert (code, said.count("\n")) == (0, 1), said
        stamp = said.split()[1].rstrip(":")
        code, said = command("verify", var)
        assert (code, said) == (0, f"backup {stamp} is whole; devices of 1 queues may let go of what it holds\n")
        lost = snap(device)
        device.sync()
        code, said = command("restore", var, stamp)
        assert (code, said.count("\n")) == (1, 1), said
        assert said.startswith("not restored: another `make run`")
    code, said = command("restore", var)
    assert (code, said.count("\n")) == (1, 1), said
    code, said = command("restore", var, stamp)
    assert code == 0, said
    with running(var, port), closing(HttpTransport(f"http://127.0.0.1:{port}")) as line:
        device.transport = line
        device.sync()
        assert all(device.shown("hazard", hazard_id) for hazard_id in kept + lost)
