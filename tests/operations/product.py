"""`make run` as a process of a test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from operations.processes import wait_until
from operations.run import ROOT

READY_SECONDS = 90  # beside other tests; alone it takes a third (`make run` prints it)


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(var: Path, output: Path, **environment: str) -> subprocess.Popen[bytes]:
    """`python -m operations.run`, what it says in a file: a pipe that nobody reads would stop it in the end."""
    inherited = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "BROKER_URL"}}
    with output.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "operations.run"],
            cwd=ROOT,
            env=inherited | {"VAR_DIR": str(var)} | environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )


@contextmanager
def running(var: Path, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """From the moment at which it says that it is ready; ended with SIGTERM, and then nothing of it may be left."""
    output = var.with_name(f"{var.name}.said")
    started = run(var, output, PORT=str(port), **environment)
    try:
        wait_until(lambda: b" ready after " in output.read_bytes() or started.poll() is not None, READY_SECONDS)
        assert b"cannot start" not in output.read_bytes(), output.read_text()
        assert b" ready after " in output.read_bytes(), output.read_text()
        yield started
    finally:
        started.terminate()
        started.wait(60)
