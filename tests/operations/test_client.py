"""Building the web client: which Node does it, what is skipped, what is said when it cannot be done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from operations import client, node
from operations.processes import CannotStart


def put_node(directory: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """A machine whose PATH has this Node and an npm, and nothing else."""
    for name, prints in (("node", said), ("npm", "11.0.0")):
        program = directory / name
        program.write_text(f"#!/bin/sh\necho {prints}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(directory))


@pytest.mark.parametrize("said", ["v20.19.0", "v22.1.5", "v100.0.0"])
def test_a_node_of_the_machine_that_is_new_enough_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    put_node(tmp_path, monkeypatch, said)
    assert node.find_node() == node.Node(tmp_path / "node", (str(tmp_path / "npm"),))


@pytest.mark.parametrize("said", ["v20.18.9", "v18.20.4", "", "no"])
def test_an_old_node_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    put_node(tmp_path, monkeypatch, said)
    assert node.of_machine() is None


def test_a_node_without_npm_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_node(tmp_path, monkeypatch, "v24.1.0")
    (tmp_path / "npm").unlink()
    assert node.of_machine() is None


def test_a_machine_without_node_and_without_a_registry_is_told_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(node, "VENV", tmp_path)
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CannotStart, match=r"put Node 20\.19 or newer with npm into PATH") as refusal:
        node.find_node()
    assert "\n" not in str(refusal.value)
    assert [path for path in tmp_path.iterdir() if path.name.startswith("node-")] == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "npm error code E404\nnpm error 404 Not Found - GET x\nnpm error A complete log of this run",
            "npm error 404 Not Found - GET x",
        ),
        ("vite v8\n\x1b[31m[MISSING_EXPORT] \x1b[0mno 'x'\n  at y\n}", "[MISSING_EXPORT] no 'x'"),
        ("error during build:\nError: the first load is 300.0 KB\n at z", "Error: the first load is 300.0 KB"),
        ("Killed", "Killed"),
        ("", "it printed nothing"),
    ],
)
def test_of_what_npm_says_the_complaint_is_passed_on(said: str, shown: str) -> None:
    assert client._complaint(said) == shown


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A client of one file, with a build that copies it and counts how often it is asked."""
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (web / "src" / "main.ts").write_text("1")
    copy = "mkdir -p unfinished-dist && cp src/main.ts unfinished-dist && echo built >> ../count && test ! -e broken #"
    (web / "package.json").write_text(json.dumps({"scripts": {"build": copy}}))
    monkeypatch.setattr(client, "ROOT", tmp_path)
    monkeypatch.setattr(client, "WEB", web)
    monkeypatch.setattr(client, "DIST", web / "dist")
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    return web


def test_what_was_built_from_the_same_files_is_not_built_again(web: Path) -> None:
    assert client.build()
    assert not client.build()
    (web / "tests").mkdir()
    (web / "tests" / "main.test.ts").write_text("no part of it")
    assert not client.build()
    (web / "src" / "main.ts").write_text("2")
    assert client.build()
    assert (web / "dist" / "main.ts").read_text() == "2"
    assert (web.parent / "count").read_text().split() == ["built", "built"]
    assert sorted(path.name for path in web.iterdir()) == ["dist", "package.json", "src", "tests"]


def test_a_build_that_fails_leaves_the_last_one_in_its_place(web: Path) -> None:
    client.build()
    (web / "src" / "main.ts").write_text("2")
    (web / "broken").touch()
    with pytest.raises(CannotStart, match=r"^building failed: .*client\.log\)$"):
        client.build()
    assert (web / "dist" / "main.ts").read_text() == "1"
