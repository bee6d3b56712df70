"""Installs a lock file into .venv, every package checked against its hash: `python3.11 operations/install.py requirements.lock`.

Uses the standard library alone. Does nothing when the lock is installed already. uv does the work (a quarter of pip's
time), itself installed by its hash from the lock; where uv cannot run, pip does it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME_LOCK = ROOT / "requirements.lock"
EVERYTHING_LOCK = ROOT / "requirements-dev.lock"  # contains the runtime's packages in the same versions


def main(lock_name: str) -> None:
    """Bring .venv to the state of that lock and print how long it took."""
    started = time.monotonic()
    if sys.version_info[:2] != (3, 11):
        sys.exit(f"Python 3.11 is needed, this is {sys.version.split()[0]}: make PYTHON=/path/to/python3.11 …")
    lock = ROOT / lock_name
    with RUNTIME_LOCK.open() as turn:  # a second `make` waits here instead of installing into the same directory
        fcntl.flock(turn, fcntl.LOCK_EX)
        if _is_installed(lock):
            print(f"installation: up to date ({lock_name})")
            return
        _ensure_venv()
        for outdated in VENV.glob("installed-*"):
            outdated.unlink()
        print(f"installation: {lock_name} …", flush=True)
        if not (_install_uv() and _install_with_uv(lock)):
            _run([str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)])
        for installed in {lock, RUNTIME_LOCK}:
            _stamp(installed).touch()
    print(f"installation: done in {time.monotonic() - started:.1f} s")


def _stamp(lock: Path) -> Path:
    return VENV / f"installed-{lock.stem}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"


def _is_installed(lock: Path) -> bool:
    return PYTHON.exists() and _stamp(lock).exists()


def _ensure_venv() -> None:
    if PYTHON.exists():  # false, too, when the interpreter that it points at is gone
        return
    shutil.rmtree(VENV, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(VENV)])


def _install_uv() -> bool:
    """Uv alone, in the version and with the hashes of the lock."""
    block = re.search(r"^uv==.*?(?=^\S|\Z)", EVERYTHING_LOCK.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    if block is None:
        return False
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as requirement:
        requirement.write(block.group())
        requirement.flush()
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", requirement.name]
        return subprocess.run(command, check=False).returncode == 0


def _install_with_uv(lock: Path) -> bool:
    """Exactly the lock: a package of an earlier one would still plug itself into pytest.

    Bytecode is compiled now: whoever starts the product later may not be allowed to write into the venv.
    """
    command = [str(VENV / "bin" / "uv"), "pip", "sync", "--python", str(PYTHON), "--compile-bytecode", "--quiet"]
    environment = os.environ | {"UV_LINK_MODE": os.environ.get("UV_LINK_MODE", "copy")}
    index = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True, check=False
    ).stdout.strip()
    if index:  # uv does not read pip's configuration
        environment.setdefault("UV_DEFAULT_INDEX", index)
    try:
        return subprocess.run([*command, "--require-hashes", str(lock)], env=environment, check=False).returncode == 0
    except OSError:
        return False


def _run(command: list[str]) -> None:
    """One more line on failure: pip and venv have said why by then."""
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit("installation failed: see above (Python 3.11 with venv and a package registry are needed)")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else RUNTIME_LOCK.name)
