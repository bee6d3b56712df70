"""The client as the server gives it out: which address leads to what, how long it is kept, what the page may do."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.context import Parts
from api.web import content_security_policy

PAGE = b"<!doctype html><title>the page</title>" + b"." * 200
SCRIPT = b"console.log(1)" + b";" * 200


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """What a build leaves: compressed files beside the plain ones, and things that are nobody's business."""
    files = {
        "index.html": PAGE,
        "index.html.gz": gzip.compress(PAGE),
        "index.html.br": b"(brotli)",
        "assets/index-abc.js": SCRIPT,
        "service-worker.js": b"self",
        "manifest.webmanifest": b"{}",
        "icon-192.png": b"\x89PNG",
        ".made-from": b"secret",
        ".vite/manifest.json": b"{}",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.fixture
def browser(build: Path, parts: Parts) -> FlaskClient:
    return create_app(replace(parts.settings, client_dir=build), parts).test_client()


def get(browser: FlaskClient, path: str, accept_encoding: str = "", **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return browser.get(path, headers={"Accept-Encoding": accept_encoding, **named})


@pytest.mark.parametrize("path", ["/", "/index.html", "/hazards/0190a1b2", "/sign-in?next=/a.b", "/a/b/c/", "/apix", "/隐患"])
def test_every_address_of_the_client_leads_to_its_page(browser: FlaskClient, path: str) -> None:
    answer = get(browser, path)
    assert (answer.status_code, answer.data, answer.content_type) == (200, PAGE, "text/html; charset=utf-8")
    assert answer.headers["Cache-Control"] == "no-cache"
    again = get(browser, path, If_None_Match=answer.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "content_type", "cache_control"),
    [
        ("/assets/index-abc.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/service-worker.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/icon-192.png", "image/png", "no-cache"),
    ],
)
def test_files_have_their_type_and_only_those_with_a_digest_in_the_name_are_kept(
    browser: FlaskClient, path: str, content_type: str, cache_control: str
) -> None:
    answer = get(browser, path)
    assert (answer.status_code, answer.content_type, answer.headers["Cache-Control"]) == (200, content_type, cache_control)


def test_the_service_worker_may_answer_for_the_whole_site(browser: FlaskClient) -> None:
    assert get(browser, "/service-worker.js").headers["Service-Worker-Allowed"] == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/index-old.js", "/assets/", "/favicon.ico", "/.made-from", "/.vite/manifest.json", "/index.html.gz",
        "/../settings.py", "/%2e%2e/settings.py", "/assets/..%2f..%2fsettings.py",
    ],
)  # fmt: skip
def test_a_file_that_is_not_of_the_build_is_not_there(browser: FlaskClient, path: str) -> None:
    answer = get(browser, path)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/hazard", "/api/v2/hazards", "/livez/x"])
def test_an_unknown_path_of_the_api_stays_a_problem(browser: FlaskClient, method: str, path: str) -> None:
    answer = browser.open(path, method=method)
    assert (answer.status_code, answer.content_type, answer.get_json()["type"]) == (
        404, "application/problem+json", "/problems/not_found",
    )  # fmt: skip


def test_the_documentation_of_the_api_keeps_its_address(browser: FlaskClient) -> None:
    assert b"swagger" in browser.get("/api/v1/docs", follow_redirects=True).data


@pytest.mark.parametrize(
    ("accepts", "coding", "body"),
    [
        ("gzip, deflate, br", "br", b"(brotli)"),
        ("gzip, deflate", "gzip", PAGE),
        ("br;q=0, gzip", "gzip", PAGE),
        ("identity", None, PAGE),
        ("", None, PAGE),
    ],
)
def test_what_was_compressed_at_the_build_is_sent_to_whoever_takes_it(
    browser: FlaskClient, accepts: str, coding: str | None, body: bytes
) -> None:
    answer = get(browser, "/", accepts)
    assert answer.headers.get("Content-Encoding") == coding
    assert (gzip.decompress(answer.data) if coding == "gzip" else answer.data) == body
    assert answer.headers["Vary"] == "Accept-Encoding"
    tags = {get(browser, "/", each).headers["ETag"] for each in ("br", "gzip", "")}
    assert len(tags) == 3


def test_the_page_may_run_nothing_but_its_own_files(browser: FlaskClient) -> None:
    headers = get(browser, "/").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "connect-src", "worker-src", "manifest-src")} == {"'self'"}
    assert policy["img-src"] == "'self' blob: data:"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert re.match(r"camera=\(self\), geolocation=\(self\), microphone=\(self\), ", headers["Permissions-Policy"])
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/api/v1/regions", "/api/v1/me", "/api/v1/docs/", "/livez"])
def test_no_answer_is_taken_for_another_type_than_it_says(browser: FlaskClient, path: str) -> None:
    assert browser.get(path).headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("template", "host"),
    [
        ("https://tiles.example/{z}/{x}/{y}.png", "https://tiles.example"),
        ("https://t{s}.tiles.example:8443/{z}/{x}/{y}?key=1", "https://*.tiles.example:8443"),
        ("https://{s}.tiles.example/{z}", "https://*.tiles.example"),
    ],
)
def test_pictures_of_the_configured_map_may_be_shown(template: str, host: str) -> None:
    assert f"img-src 'self' blob: data: {host};" in content_security_policy(template)


def test_without_a_build_the_server_says_how_to_make_one(parts: Parts, tmp_path: Path) -> None:
    server = create_app(replace(parts.settings, client_dir=tmp_path / "none"), parts).test_client()
    answer = server.get("/")
    assert answer.status_code == 503
    assert b"make client" in answer.data
    assert server.get("/api/v1/openapi.json").status_code == 200
    assert server.get("/assets/index.js").status_code == 404
