"""The Chromium that tests and screenshots of the web client use: `python -m operations.browser` sees to it that there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from operations.processes import CannotStart
from operations.refusals import in_one_line

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")  # of Debian; without the second, Chinese text is a row of boxes
# Nothing that is not asked for: no look for updates, no other protocol, no window for a first run.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-background-networking",
)


def chromium(environment: Mapping[str, str] = os.environ) -> Path:
    """The one that CHROMIUM names, else the machine's. Raises CannotStart with what to do."""
    named = environment.get("CHROMIUM", "").strip()
    if named:
        if not os.access(named, os.X_OK) or Path(named).is_dir():
            raise CannotStart(
                f"CHROMIUM={named} is no program: name a Chromium or Chrome, for example CHROMIUM=/usr/bin/chromium"
            )
        return Path(named)
    for name in NAMES:
        found = shutil.which(name, path=environment.get("PATH"))
        if found:
            return Path(found)
    raise CannotStart(f"no Chromium: install it (apt-get install {' '.join(PACKAGES)}) or name one, CHROMIUM=/path/to/chromium")


def ensure_chromium() -> Path:
    """The same, installed by the system's package manager where that is missing and we may."""
    try:
        return chromium()
    except CannotStart:
        if os.environ.get("CHROMIUM") or os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise
    print(f"browser: installing {', '.join(PACKAGES)} …", flush=True)
    install = ("install", "--quiet", "--yes", "--no-install-recommends", *PACKAGES)
    for arguments in (("update", "--quiet"), install):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(["apt-get", *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
            raise CannotStart(f"apt-get {arguments[0]} failed ({said}): install Chromium, or name one: CHROMIUM=/path/to/it")
    return chromium()


def main() -> None:
    """Print which one it is."""
    print(f"browser: {ensure_chromium()}")


if __name__ == "__main__":
    with in_one_line("the tests cannot be run"):
        main()
