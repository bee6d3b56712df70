"""Rules of the house that neither the linter nor the layers can see."""

from __future__ import annotations

import ast
import subprocess
import warnings
from pathlib import Path

from operations.reference import ROOT, calls, sources

WARNED_LINES = 300
MOST_LINES = 400
# Written by a tool, or by Alembic.
GENERATED = ("requirements", "database/migrations/versions/", "web/src/generated/", "web/package-lock.json", "docs/life-cycles")
CODE = (".py", ".ts", ".vue", ".js", ".css", ".sh")


def files() -> list[Path]:
    """What is in the repository, and what is about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_file_of_code_is_longer_than_its_budget() -> None:
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in files()
        if path.suffix in CODE and not path.relative_to(ROOT).as_posix().startswith(GENERATED)
    }
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
    for name, count in sorted(lines.items()):
        if count > WARNED_LINES:
            with warnings.catch_warnings():  # said, and not an error
                warnings.simplefilter("always")
                warnings.warn(f"{name} has {count} lines, {WARNED_LINES} are the budget", stacklevel=1)


def test_nothing_but_the_unit_of_work_commits_or_rolls_back() -> None:
    found = [
        f"{path}:{call.lineno} {name}()"
        for path, name, call in calls()
        if name in ("commit", "rollback", "begin_nested", "autocommit")
        and path != "database/session.py"
        and isinstance(call.func, ast.Attribute)
    ]
    assert found == []


def test_only_the_unit_of_work_asks_the_real_clock() -> None:
    """`now(session)` is the only clock; durations may be measured with `time.monotonic`."""
    found = []
    for path, _, call in calls():
        text = ast.unparse(call.func)
        if text.endswith(("datetime.now", "datetime.utcnow", "date.today", "datetime.today")) or text in (
            "time.time",
            "time.time_ns",
        ):
            found.append(f"{path}:{call.lineno} {text}()")
    assert [entry for entry in found if not entry.startswith("database/session.py")] == []


def test_nobody_sleeps_in_tests() -> None:
    sleeping = []
    for path in files():
        if path.suffix == ".py" and "tests" in path.relative_to(ROOT).parts and "deep" not in path.parts:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            sleeping += [
                f"{path.relative_to(ROOT)}:{node.lineno}"
                for node in ast.walk(tree)
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("time.sleep", "sleep")
            ]
    assert sleeping == []


def test_no_name_says_nothing() -> None:
    drawers = ("utils", "helpers", "helper", "manager", "managers", "service", "services", "misc", "common")
    named = [path.relative_to(ROOT).as_posix() for path in files() if path.suffix == ".py" and path.stem in drawers]
    assert named == []


def test_the_environment_is_read_in_one_place() -> None:
    reading = [
        f"{path}:{node.lineno}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv")
    ]
    # The decoder of photos is a process of its own: what it may know of the environment is picked out there.
    assert [place for place in reading if not place.startswith(("settings.py", "media/pool.py"))] == []
