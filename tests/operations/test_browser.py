"""Which browser the journeys are told in, and what is said where there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from operations import browser
from operations.processes import CannotStart


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One without a browser, and without a package manager of the system."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    return tmp_path


def put(directory: Path, name: str, script: str = "exit 0") -> Path:
    program = directory / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_the_one_that_is_named_goes_before_the_machines_own(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, named = put(machine, "chromium"), put(machine, "another")
    assert browser.ensure_chromium() == own
    monkeypatch.setenv("CHROMIUM", str(named))
    assert browser.ensure_chromium() == named


def test_a_name_that_leads_nowhere_is_refused(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(machine, "chromium")
    monkeypatch.setenv("CHROMIUM", str(machine))
    with pytest.raises(CannotStart, match=r"^CHROMIUM=.* is no program: name a Chromium"):
        browser.ensure_chromium()


def test_root_gets_one_from_the_systems_package_manager(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    said = machine / "said"
    put(
        machine,
        "apt-get",
        f'echo "$@" >> {said}; case "$*" in *chromium*) : > {machine}/chromium; /bin/chmod 755 {machine}/chromium;; esac',
    )
    assert browser.ensure_chromium() == machine / "chromium"
    assert said.read_text().splitlines() == [
        "update --quiet", "install --quiet --yes --no-install-recommends chromium fonts-noto-cjk",
    ]  # fmt: skip


def test_whoever_is_not_root_is_told_what_to_install(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    put(machine, "apt-get")
    with pytest.raises(
        CannotStart, match=r"^no Chromium: install it \(apt-get install chromium fonts-noto-cjk\) or name one, CHROMIUM="
    ):
        browser.ensure_chromium()


def test_a_package_manager_that_fails_is_heard(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    put(machine, "apt-get", "echo 'E: no network' >&2; exit 100")
    with pytest.raises(CannotStart, match=r"^apt-get update failed \(E: no network\): "):
        browser.ensure_chromium()
