"""The product on a database of its own, and how much processor time its servers have used."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from operations.databases import APP_ROLE, OWNER_ROLE
from operations.keys import ensure_key_file
from operations.postgres import Postgres
from operations.processes import CannotStart, wait_until
from operations.run import ROOT, answers, run_to_end, web_command, worker_command
from operations.supervisor import Program, Service
from operations.valkey import Valkey

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_READY_SECONDS = 60


@dataclass(frozen=True)
class Product:
    """Servers that run for the bench alone: durable, as in production, and without the timetable."""

    url: str
    database_url: str
    owner_url: str
    superuser_url: str
    environment: Mapping[str, str]  # what its programs are started with
    postgres: Postgres
    web: Program
    worker: Program

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time used so far by each part: its processes, and those of them that have ended."""
        parts: dict[str, Service] = {"web": self.web, "postgres": self.postgres, "worker": self.worker}
        return cpu_of_trees({name: part.process.pid for name, part in parts.items() if part.process is not None})


@contextmanager
def product(var: Path) -> Iterator[Product]:
    """Start database, broker and web in an empty directory; the worker is made and not started. Ends what it started."""
    for directory in (var / "log", var / "media"):
        directory.mkdir(parents=True)
    port = _free_port()
    broker = Valkey(var / "valkey", log_path=var / "log" / "broker.log")
    postgres = Postgres(var / "postgres", log_path=var / "log" / "database.log")
    with broker, postgres:
        ensure_key_file(var / "keys.json")
        environment = {
            **os.environ,
            "DATABASE_URL": postgres.url(APP_ROLE),
            "DATABASE_OWNER_URL": postgres.url(OWNER_ROLE),
            "BROKER_URL": broker.url,
            "MEDIA_DIR": str(var / "media"),
            "KEY_FILE": str(var / "keys.json"),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "DEMO": "1",
        }
        run_to_end("prepare", var, environment)
        web = _program("web", var, environment, web_command(port))
        worker = _program("worker", var, environment, worker_command())
        web.launch()
        try:
            if not wait_until(lambda: answers(port, "/readyz"), _READY_SECONDS):
                raise CannotStart(f"the web server is not ready after {_READY_SECONDS} seconds: see {var / 'log'}")
            superuser = postgres.url("postgres")
            yield Product(
                environment["PUBLIC_URL"],
                postgres.url(APP_ROLE),
                postgres.url(OWNER_ROLE),
                superuser,
                environment,
                postgres,
                web,
                worker,
            )
        finally:
            worker.stop()
            web.stop()


def _program(name: str, var: Path, environment: Mapping[str, str], command: tuple[str, ...]) -> Program:
    log_path = var / "log" / f"{name}.log"
    return Program([sys.executable, "-m", *command], cwd=ROOT, environment=environment, log_path=log_path, stop_seconds=15)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def cpu_of_trees(roots: Mapping[str, int]) -> dict[str, float]:
    """Seconds of user and system time of each process with its descendants (proc(5): stat, fields 14 to 17)."""
    children: dict[int, list[int]] = defaultdict(list)
    seconds: dict[int, float] = {}
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            fields = Path(entry.path, "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended meanwhile; its parent has its time
        pid = int(entry.name)
        children[int(fields[1])].append(pid)
        seconds[pid] = sum(map(int, fields[11:15])) / _TICKS_PER_SECOND

    def total(pid: int) -> float:
        return seconds.get(pid, 0.0) + sum(map(total, children[pid]))

    return {name: total(pid) for name, pid in roots.items()}


def describe() -> str:
    """Processor, cores, memory and commit: a figure without them says nothing."""
    model = next((line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {memory / 2**20:.0f} GiB; commit {commit or '?'}; {time.strftime('%Y-%m-%d %H:%M')}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
