"""The whole product on this machine, for `make run`: database, broker, web, worker and timetable, with their data in `var/`.

What cannot work is said in one line before anything is started; Ctrl-C ends everything in order.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

import psycopg

from operations.databases import APP_ROLE, OWNER_ROLE
from operations.logins import demo_logins
from operations.postgres import Postgres
from operations.processes import CannotStart, last_words, require_free_space
from operations.refusals import in_one_line
from operations.supervisor import Program, Supervisor
from operations.valkey import Valkey
from settings import Settings

ROOT = Path(__file__).resolve().parent.parent
NEEDED_BYTES = 300 * 2**20
READY_SECONDS = 60
LOCK_SECONDS = 2  # a supervisor that was just told to stop needs a moment
WEB_PROCESSES = 2
WEB_THREADS = 8  # each has its database connection: as many as Settings.database_pool_size
WORKER_PROCESSES = 2
_EMBEDDED = {"DATABASE_URL": "postgresql:///", "BROKER_URL": "redis://"}  # stand for those that are yet to be started
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PROGRAMS = ("timetable", "web", "worker", "broker")
CELERY = ("celery", "--quiet", "-A", "worker:celery")

# Warnings and worse in any of our formats, and the codes that the demo's SMS channel prints.
_WORTH_SHOWING = re.compile(
    r'"level": ?"(warning|error|critical)"|\[(warning|error|critical) *\]|\b(WARNING|ERROR|CRITICAL|FATAL|PANIC)\b'
    r"|短信|验证码|[Ss][Mm][Ss][ _.]code"
)
_NOT_WORTH_SHOWING = re.compile(  # advice and courtesies of every start
    r"overcommit|Configuration allows spawning|superuser privileges|the database system is starting up"
)


def main(environment: Mapping[str, str] = os.environ) -> None:
    """Run until told to stop. Raises CannotStart, BadSetting or OSError with a line that a person can act on."""
    var = Path(environment.get("VAR_DIR") or ROOT / "var").absolute()
    for directory in (var / "log", var / "run", var / "media"):
        directory.mkdir(parents=True, exist_ok=True)
    supervisor = Supervisor(var / "run", say, is_worth_showing)
    with sole_use(var):
        supervisor.kill_left_over(PROGRAMS)
        port = usable_port(environment.get("PORT", "8000"))
        require_free_space(var, NEEDED_BYTES)
        try:
            start(supervisor, port, var, environment)
            while True:
                supervisor.step()
        except KeyboardInterrupt:
            say("run", "stopping")
        finally:
            supervisor.stop()


def start(supervisor: Supervisor, port: int, var: Path, environment: Mapping[str, str]) -> None:
    """Everything up to the line that says that it is ready."""
    started = time.monotonic()
    child_environment = {
        "MEDIA_DIR": str(var / "media"),
        "KEY_FILE": str(var / "keys.json"),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PROMETHEUS_MULTIPROC_DIR": str(var / "run" / "metrics"),
        "DEMO": "1",
        **{name: value for name, value in environment.items() if value.strip()},
        "PYTHONUNBUFFERED": "1",
    }
    key_file = Path(child_environment["KEY_FILE"])
    if "DATABASE_URL" not in child_environment and (var / "postgres").exists() and not key_file.exists():
        raise CannotStart(
            f"{key_file} is missing, and what the database in {var} has sealed cannot be read without it: restore it"
        )
    Settings.from_environment(_EMBEDDED | child_environment)  # refused before anything is started
    metrics_dir = Path(child_environment["PROMETHEUS_MULTIPROC_DIR"])
    metrics_dir.mkdir(parents=True, exist_ok=True)
    for counted in metrics_dir.glob("*.db"):  # by processes that are gone
        counted.unlink()
    child_environment |= start_servers(supervisor, var, child_environment)
    settings = Settings.from_environment(child_environment)
    for url in {settings.database_url, settings.database_owner_url}:
        refuse_unreachable(url)
    say("run", "database: migrating and seeding")
    run_to_end("prepare", var, child_environment)

    def program(name: str, stop_seconds: float, *arguments: str) -> None:
        log_path = var / "log" / f"{name}.log"
        command = [sys.executable, "-m", *arguments]
        service = Program(command, cwd=ROOT, environment=child_environment, log_path=log_path, stop_seconds=stop_seconds)
        supervisor.launch(name, service)

    program("web", 15, *web_command(port))
    while not answers(port, "/readyz"):
        supervisor.step()
        supervisor.refuse_if_hopeless("web", ends=3)
        if time.monotonic() - started > READY_SECONDS:
            raise CannotStart(f"the product is not ready after {READY_SECONDS} seconds: see {var / 'log'}")
    # After the web, which people wait for: five interpreters starting at once on two cores make everybody wait.
    program("worker", 20, *worker_command())
    schedule = ("--schedule", str(var / "run" / "timetable.schedule"), "--pidfile", "")
    program("timetable", 5, *CELERY, "beat", "--loglevel", "WARNING", *schedule)
    say("run", f"ready after {time.monotonic() - started:.1f} s: http://127.0.0.1:{port} (Ctrl-C stops it)")
    if settings.demo:
        print(demo_logins(port), flush=True)


def web_command(port: int) -> tuple[str, ...]:
    """The web server as `python -m …`; processes that die are started again."""
    web = ("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--http", "1", "--no-ws")
    processes = ("--workers", str(WEB_PROCESSES), "--blocking-threads", str(WEB_THREADS), "--workers-kill-timeout", "10")
    return (*web, *processes, "--respawn-failed-workers", "--respawn-interval", "0.5", "wsgi:app")


def worker_command() -> tuple[str, ...]:
    """The worker as `python -m …`."""
    quiet = ("--without-gossip", "--without-mingle")
    return (*CELERY, "worker", "--loglevel", "WARNING", "--concurrency", str(WORKER_PROCESSES), *quiet)


def start_servers(supervisor: Supervisor, var: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The database and the broker that the environment does not name; what their clients must know."""
    found = {}
    broker = Valkey(var / "valkey", log_path=var / "log" / "broker.log") if "BROKER_URL" not in environment else None
    postgres = Postgres(var / "postgres", log_path=var / "log" / "database.log") if "DATABASE_URL" not in environment else None
    if postgres is not None:
        say("run", "database: starting")
        supervisor.launch("database", postgres)
    if broker is not None:
        supervisor.launch("broker", broker)
        broker.become_ready()
        found["BROKER_URL"] = broker.url
    if postgres is not None:
        postgres.become_ready()
        found |= {"DATABASE_URL": postgres.url(APP_ROLE), "DATABASE_OWNER_URL": postgres.url(OWNER_ROLE)}
    return found


def usable_port(value: str) -> int:
    """The number, if a server can listen there now. Raises CannotStart."""
    if not re.fullmatch(r"[0-9]{1,5}", value.strip()) or not 0 < int(value) < 65536:
        raise CannotStart(f"PORT={value or '(empty)'} is not a port: give a number from 1 to 65535, for example PORT=8000")
    port = int(value)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotStart(f"port {port} is in use: stop the program there, or choose another: PORT={port + 1}") from None
            raise CannotStart(f"port {port} cannot be opened: {error.strerror}; choose another, for example PORT=8000") from None
    return port


@contextmanager
def sole_use(var: Path) -> Iterator[None]:
    """Two supervisors on the same data would be two databases on the same files. Raises CannotStart for the second."""
    with (var / "run" / "lock").open("a+", encoding="ascii") as lock:
        deadline = time.monotonic() + LOCK_SECONDS
        while not _locked(lock):
            lock.seek(0)
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"another `make run` (process {lock.read().strip() or 'unknown'}) is using {var}: stop it first"
                )
            time.sleep(0.1)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def refuse_unreachable(url: str) -> None:
    """Raises CannotStart unless a connection can be made. The address is not repeated: it may hold a password."""
    try:
        psycopg.connect(re.sub(r"^postgresql\+\w+:", "postgresql:", url), connect_timeout=5).close()
    except psycopg.Error as error:
        reason = str(error).strip().partition("\n")[0]
        raise CannotStart(f"the database of DATABASE_URL or DATABASE_OWNER_URL cannot be reached: {reason}") from None


def run_to_end(step: str, var: Path, environment: Mapping[str, str]) -> None:
    """`python -m operations.STEP`. Raises CannotStart with its last words."""
    log_path = var / "log" / f"{step}.log"
    with log_path.open("wb") as log:
        command = [sys.executable, "-m", f"operations.{step}"]
        done = subprocess.run(command, cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    if done.returncode != 0:
        raise CannotStart(f"{step} failed: {last_words(log_path).removeprefix('cannot start: ')} (more in {log_path})")


def answers(port: int, path: str) -> bool:
    """Whether our web server says 200 there."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def is_worth_showing(line: str) -> bool:
    """Whether a line of a log belongs on the console too."""
    return _WORTH_SHOWING.search(line) is not None and _NOT_WORTH_SHOWING.search(line) is None


def say(part: str, line: str) -> None:
    """One line on the console: when, which part, what."""
    print(f"{time.strftime('%H:%M:%S')} {part:<9} {line[:400]}", flush=True)


def _interrupt(number: int, frame: object) -> None:
    """Once: a terminal, `make` and `timeout` may all pass the same signal on. `Supervisor.stop` listens again."""
    for each in _STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    for stop_signal in _STOP_SIGNALS:
        signal.signal(stop_signal, _interrupt)
    try:
        with in_one_line():
            main()
    except KeyboardInterrupt:
        sys.exit(130)
