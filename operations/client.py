"""Builds the web client into `web/dist`: `python -m operations.client [NPM SCRIPT …]` also runs those scripts afterwards.

Each step (packages, what is generated from the server, the build) remembers what it was made from and is skipped while
that is the same.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from operations.install import ROOT, RUNTIME_LOCK
from operations.node import Node, find_node
from operations.processes import CannotStart
from operations.reference import MODULES, PACKAGES
from operations.refusals import in_one_line

WEB = ROOT / "web"
PACKAGES_OF_NODE = WEB / "node_modules"
GENERATED = WEB / "src" / "generated"
DIST = WEB / "dist"
_STAMP = ".made-from"
_NOT_BUILT_FROM = ("node_modules", "dist", "unfinished-dist", "tests")


def main(scripts: Iterable[str] = ()) -> None:
    """Raises CannotStart with a line that a person can act on. A script that fails ends the process with its code."""
    with (WEB / "package.json").open() as turn:  # a second `make` waits here instead of building into the same directory
        fcntl.flock(turn, fcntl.LOCK_EX)
        started = time.monotonic()
        steps = [step for step in (install_packages, generate, build) if step()]
    done = f"done in {time.monotonic() - started:.1f} s" if steps else "up to date"
    print(f"client: {done} ({DIST.relative_to(ROOT)})", flush=True)
    for script in scripts:
        ended = subprocess.run([*_node().npm, "run", "--silent", script], cwd=WEB, env=_environment())
        if ended.returncode != 0:
            sys.exit(f"client: npm run {script} failed (code {ended.returncode})")


def install_packages() -> bool:
    """What package-lock.json names, each package checked against its hash there. True if there was something to do."""
    made_from = _fingerprint([WEB / "package.json", WEB / "package-lock.json"])
    if _is_made(PACKAGES_OF_NODE, made_from):
        return False
    _npm("installing packages", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    (PACKAGES_OF_NODE / _STAMP).write_text(made_from)
    return True


def generate() -> bool:
    """Types of the HTTP API, the tables of the life cycles and the words of forms, from the program that serves them."""
    made_from = _fingerprint([*_sources(), RUNTIME_LOCK, WEB / "package-lock.json"])
    if _is_made(GENERATED, made_from):
        return False
    # Here, not above: it takes two seconds that a start with nothing to build need not pay.
    from operations.interface import MODULES_OF_CLIENT, openapi_document

    GENERATED.mkdir(parents=True, exist_ok=True)
    (GENERATED / "openapi.json").write_bytes(openapi_document())
    for name, module in MODULES_OF_CLIENT.items():
        (GENERATED / name).write_text(module(), encoding="utf-8")
    _npm("generating types", "run", "types")
    (GENERATED / _STAMP).write_text(made_from)
    return True


def build() -> bool:
    """The build goes beside the old one and then takes its place: whoever starts a server meanwhile finds a whole one."""
    made_from = _fingerprint(_inputs())
    if _is_made(DIST, made_from):
        return False
    unfinished, outdated = WEB / "unfinished-dist", WEB / "outdated-dist"
    _npm("building", "run", "build", "--", "--outDir", unfinished.name, "--emptyOutDir")
    (unfinished / _STAMP).write_text(made_from)
    shutil.rmtree(outdated, ignore_errors=True)
    if DIST.exists():
        DIST.rename(outdated)
    unfinished.rename(DIST)
    shutil.rmtree(outdated, ignore_errors=True)
    return True


def _sources() -> list[Path]:
    """Whatever the program is, with its tables, and what reads it."""
    files = [path for package in PACKAGES for pattern in ("*.py", "*.csv") for path in (ROOT / package).rglob(pattern)]
    return [*files, *(ROOT / f"{module}.py" for module in (*MODULES, "operations/interface", "operations/diagrams"))]


def _inputs() -> list[Path]:
    """Whatever the build reads in `web`; of the generated, what is imported."""
    found = []
    for top in WEB.iterdir():
        if top.name not in _NOT_BUILT_FROM:
            found += [top] if top.is_file() else [path for path in top.rglob("*") if path.is_file()]
    return [path for path in found if ".test." not in path.name and path.name not in (_STAMP, "openapi.json")]


def _fingerprint(paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _is_made(directory: Path, made_from: str) -> bool:
    try:
        return (directory / _STAMP).read_text() == made_from
    except FileNotFoundError:
        return False


def _npm(doing: str, *arguments: str) -> None:
    """One command of npm, what it says in a log. Raises CannotStart with its last words."""
    node = _node()
    print(f"client: {doing} …", flush=True)
    log_path = Path(os.environ.get("VAR_DIR") or ROOT / "var") / "log" / "client.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("wb") as log:
        done = subprocess.run(
            [*node.npm, *arguments], cwd=WEB, env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    if done.returncode != 0:
        raise CannotStart(f"{doing} failed: {_complaint(log_path.read_text(errors='replace'))} (more in {log_path})")


def _complaint(said: str) -> str:
    """The first line that complains: npm and Vite print what follows from it, and how they are called, below."""
    lines = [line.strip() for line in re.sub(r"\x1b\[[0-9;]*m", "", said).splitlines() if line.strip()]
    complaints = [line for line in lines if re.search(r"\[[A-Z_]{4,}\]|\w*Error: |^npm error (?!code|A complete)", line)]
    return (complaints or lines[-1:] or ["it printed nothing"])[0][:300]


@cache
def _node() -> Node:
    return find_node()


def _environment() -> dict[str, str]:
    return _node().environment({**os.environ, "NO_COLOR": "1"})


if __name__ == "__main__":
    with in_one_line("the web client cannot be built"):
        main(sys.argv[1:])
