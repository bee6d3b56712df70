"""Requests that must be refused, and where each answer has to point."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from database.base import new_id
from tests.makers import report
from tests.photos import a_photo

MEGABYTE = 1_048_576
WRONG_USCC = "91350100M000100Y44"
WRONG_IDENTITY = "15010219900101001X"


@dataclass(frozen=True)
class Bad:
    """One request, what is wrong with it, and where the answer has to point."""

    name: str
    method: str
    path: str
    where: str | None = None  # the dotted path in `errors`; None: the body has an `offset`, or the status says it all
    status: int = 422
    body: Any = None  # JSON
    raw: bytes | None = None  # what no JSON encoder would write
    headers: dict[str, str] = field(default_factory=dict)
    who: str = "citizen"

    def __str__(self) -> str:
        return self.name


def _with(**changes: Any) -> dict[str, Any]:
    """The report of a citizen with these members changed."""
    return {**report(None), **changes}  # type: ignore[arg-type]


def _at(**position: Any) -> dict[str, Any]:
    return {"place": {"position": {"lon": 111.7519, "lat": 40.8414, **position}}}


def reports() -> Iterator[Bad]:
    """POST /hazards, member by member."""
    wrong: list[tuple[str, str, dict[str, Any]]] = [
        ("an unknown member", "colour", {"colour": "red"}),
        ("an unknown member below", "place.town", {"place": {"region_code": "150102", "sumu": "东街", "town": "x"}}),
        ("a number for a text", "description", {"description": 5}),
        ("a text for a list", "photos", {"photos": "x"}),
        ("a text that is no id", "photos.0", {"photos": ["x"]}),
        ("too many photos", "photos", {"photos": [str(new_id()) for _ in range(10)]}),
        ("a text for a truth", "is_ongoing", {"is_ongoing": "yes"}),
        ("a number for a truth", "wish_feedback", {"wish_feedback": 1}),
        ("a text for an object", "place", {"place": "here"}),
        ("a list for an object", "reporter", {"reporter": ["x"]}),
        ("null where something is needed", "place", {"place": None}),
        ("an id that is none", "id", {"id": "1"}),
        ("a picture that there is not", "picture", {"picture": "SMOKE"}),
        ("a category that there is not", "category", {"category": "NO_SUCH"}),
        ("a NUL in a text", "description", {"description": "a\0b"}),
        ("a NUL in a member's name", "place", {"place": {"region_code": "150102", "su\0mu": "x"}}),
        ("a control character", "place_name", {"place_name": "a\x1bb"}),
        ("a line break in a line", "place_name", {"place_name": "a\nb"}),
        ("a text of 900,000 characters", "description", {"description": "x" * 900_000}),
        ("a day that there is not", "occurred_at", {"occurred_at": "2026-02-30T00:00:00Z"}),
        ("a month that there is not", "occurred_at", {"occurred_at": "2026-13-01T00:00:00Z"}),
        ("a moment without a zone", "occurred_at", {"occurred_at": "2026-11-23T10:00:00"}),
        ("a day for a moment", "captured_at", {"captured_at": "2026-11-23"}),
        ("the year 103", "captured_at", {"captured_at": "0103-01-01T00:00:00Z"}),
        ("a moment after the last", "captured_at", {"captured_at": "9999-12-31T23:59:59-23:59"}),
        ("a number for a moment", "captured_at", {"captured_at": 1_700_000_000}),
        ("a longitude beyond the Earth", "place.position.lon", _at(lon=181)),
        ("a latitude beyond the Earth", "place.position.lat", _at(lat=-90.5)),
        ("a text for a longitude", "place.position.lon", _at(lon="111.7")),
        ("a longitude that no float holds", "place.position.lon", _at(lon=10**40)),
        ("a system of coordinates that there is not", "place.position.crs", _at(crs="utm")),
        ("an accuracy below nothing", "place.position.accuracy_m", _at(accuracy_m=-1)),
        ("a place in Beijing", "place.position", _at(lon=116.39, lat=39.91)),
        ("a league for a banner", "place.region_code", {"place": {"region_code": "150100", "sumu": "东街"}}),
        ("a division of another region", "place.region_code", {"place": {"region_code": "110101", "sumu": "东街"}}),
        ("no place at all", "place.region_code", {"place": {}}),
        ("a credit code with a wrong check digit", "unit_uscc", {"unit_uscc": WRONG_USCC}),
        ("an identity number with a wrong check digit", "reporter.id_no", {"reporter": {"id_no": WRONG_IDENTITY}}),
        ("an identity number of the future", "reporter.id_no", {"reporter": {"id_no": "150102209001010014"}}),
        ("a phone of ten digits", "reporter.mobile", {"reporter": {"mobile": "1380013800"}}),
        ("a phone in other digits", "reporter.mobile", {"reporter": {"mobile": "1٣٤٥٦٧٨٩٠١٢"}}),
        ("nothing said", "description", {"description": "", "photos": []}),
        ("a tracking code with a letter that is none", "tracking_code", {"tracking_code": "U" * 26}),
        ("anonymous and signed in", "report_mode", {"report_mode": "ANONYMOUS"}),
    ]
    for name, where, changes in wrong:
        yield Bad(f"report: {name}", "POST", "/hazards", where, body=_with(**changes))
    good = json.dumps(_with(), ensure_ascii=False, separators=(",", ":"))
    unreadable: list[tuple[str, bytes]] = [
        ("a lone surrogate", good.replace("楼道", "\\ud800").encode()),
        ("a lone surrogate as a member's name", good.replace('"picture"', '"\\udfff"').encode()),
        ("bytes that are no UTF-8", good.encode().replace("楼".encode(), b"\xe6\xa5")),
        ("half a document", good.encode()[:50]),
        ("more than a document", good.encode() + b"{}"),
        ("NaN", good.replace('"EXIT"', "NaN").encode()),
        ("10,000 lists in each other", b"[" * 10_000 + b"]" * 10_000),
        ("10,000 objects in each other", b'{"place":' * 10_000 + b"1" + b"}" * 10_000),
        ("40 objects in each other", b'{"place":' * 40 + b"1" + b"}" * 40),
        ("a NUL as it is", good.replace("楼道", "\0").encode()),
    ]
    for name, raw in unreadable:
        yield Bad(f"report: {name}", "POST", "/hazards", status=400, raw=raw)
    yield Bad("report: an infinite longitude", "POST", "/hazards", status=400, raw=good.replace('"EXIT"', "Infinity").encode())
    yield Bad("report: 10 MB", "POST", "/hazards", status=413, raw=b'{"description":"' + b"x" * 10 * MEGABYTE + b'"}')
    yield Bad("report: not JSON", "POST", "/hazards", status=415, raw=b"a=b", headers={"Content-Type": "text/plain"})
    for name, document in (("a list", []), ("a text", "x"), ("a number", 5), ("null", None)):
        yield Bad(f"report: {name} for an object", "POST", "/hazards", "body", raw=json.dumps(document).encode())
    yield Bad("report: nothing", "POST", "/hazards", "picture", raw=b"")


def sign_ins() -> Iterator[Bad]:
    """POST /auth/…"""
    install = str(new_id())
    wrong: list[tuple[str, str, dict[str, Any]]] = [
        ("no install", "install", {"guest": True}),
        ("an install that is no id", "install", {"guest": True, "install": "x"}),
        ("a text for a truth", "guest", {"guest": "true", "install": install}),
        ("no way", "body", {"install": install}),
        ("two ways", "body", {"guest": True, "phone": "13700000000", "code": "000000", "install": install}),
        ("half a way", "totp", {"username": "x.y", "password": "z", "install": install}),
        ("a phone that is none", "phone", {"phone": "12345678901", "code": "000000", "install": install}),
        ("a code of another way", "state", {"phone": "13700000000", "code": "0", "state": "x", "install": install}),
        ("letters for a second factor", "totp", {"username": "x.y", "password": "z", "totp": "abcdef", "install": install}),
        ("a name of 51 letters", "username", {"username": "x" * 51, "password": "z", "totp": "000000", "install": install}),
        (
            "a password of a megabyte",
            "password",
            {"username": "x", "password": "z" * 900_000, "totp": "0" * 6, "install": install},
        ),
        ("a NUL in a name", "username", {"username": "x\0", "password": "z", "totp": "000000", "install": install}),
        ("a provider that there is not", "provider", {"provider": "x", "code": "y", "state": "z", "install": install}),
        ("an unknown member", "admin", {"guest": True, "install": install, "admin": True}),
    ]
    for name, where, body in wrong:
        yield Bad(f"sign-in: {name}", "POST", "/auth/sessions", where, body=body, who="nobody")
    yield Bad("sms: a phone that is none", "POST", "/auth/sms-codes", "phone", body={"phone": "110"}, who="nobody")
    refresh = {"refresh_token": "x", "install": install}
    yield Bad("refresh: not a token", "POST", "/auth/sessions/refresh", status=401, body=refresh, who="nobody")
    for name, token in (("nothing", ""), ("rubbish", "x.y.z"), ("a NUL", "a\\0"), ("10,000 letters", "A" * 10_000)):
        yield Bad(f"token: {name}", "GET", "/me", status=401, headers={"Authorization": f"Bearer {token}"}, who="nobody")


def queries() -> Iterator[Bad]:
    """Cursors, limits and filters of lists."""
    for value in ("0", "101", "-1", "abc", "1.5", "9" * 30, "9" * 5000, "%00", ""):
        yield Bad(f"limit: {value[:20]!r}", "GET", f"/hazards?limit={value}", "limit", who="leader")
    cursors = {
        "rubbish": "!!!", "no base64": "a", "a number": _cursor(5), "a list of a number": _cursor([5]), "no id": _cursor(["x"]),
        "an object": _cursor({"a": 1}), "null": _cursor([None]), "too many": _cursor([str(new_id())] * 3),
        "a NUL": "%00", "501 letters": "A" * 501, "no UTF-8": "%ED%A0%80", "deep": _cursor_raw(b"[" * 3000),
        "a true": _cursor([True]), "a list in a list": _cursor([[]]),
    }  # fmt: skip
    for path in ("/hazards", "/handovers", "/queue", "/laws", "/units", "/inbox", "/accounts/staff", "/accounts/organisations"):
        who = "sysadmin" if path == "/accounts/staff" else "leader"
        for name, value in cursors.items():
            if name == "no id" and path in ("/laws", "/accounts/organisations"):
                continue  # these go by a code, of which any text may be one
            yield Bad(f"cursor: {path} {name}", "GET", f"{path}?cursor={value}", "cursor", who=who)
    strange = [str(new_id()), "a\0b"]
    for path in ("/laws", "/accounts/organisations"):
        yield Bad(f"cursor: {path} a NUL inside", "GET", f"{path}?cursor={_cursor(strange[1:])}", "cursor", who="leader")
    yield Bad("cursor: /queue no moment", "GET", f"/queue?cursor={_cursor(['x', str(new_id())])}", "cursor", who="leader")
    for name, query in (
        ("state", "state=lower"), ("region_code", "region_code=15010"), ("picture", "picture=SMOKE"), ("colour", "colour=red"),
    ):  # fmt: skip
        yield Bad(f"filter: {query}", "GET", f"/hazards?{query}", name, who="leader")
    for name, query in (
        ("due_before", "due_before=yesterday"), ("view", "view=none"), ("bucket", "bucket=x"), ("west", "west=x"),
        ("north", "west=1"),
    ):  # fmt: skip
        yield Bad(f"filter: {query}", "GET", f"/queue?{query}", name, who="leader")


def _cursor(value: Any) -> str:
    return _cursor_raw(json.dumps(value).encode())


def _cursor_raw(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def paths_and_headers() -> Iterator[Bad]:
    """What stands in a path or beside the body."""
    for name, code in (
        ("rubbish", "x"), ("lower case", "a" * 26), ("a letter that is none", "U" * 26), ("a NUL", "%00"),
        ("5,000 letters", "A" * 5000), ("a number without an end", f"YH{'1234567890' * 600}ABCDEFGH"),
        ("an emoji", "%F0%9F%94%A5"), ("no UTF-8", "%ff%fe"), ("a number without a code", "YH15010220261123000001"),
        ("other digits", "YH" + "%D9%A1" * 20 + "-ABCDEFGH"), ("a line break", "A" * 26 + "%0A"),
    ):  # fmt: skip
        yield Bad(f"track: {name}", "GET", f"/hazards/track/{code}", status=404, who="nobody")
    for path in ("/hazards/x", "/hazards/%00", "/places/calendar/99999999999999999999", "/places/calendar/1999", "/media/x",
                 "/uploads/%00", "/places/regions/%00/opening", f"/media/{new_id()}/renditions/%00"):  # fmt: skip
        method = "PUT" if path.endswith("opening") else "HEAD" if "uploads" in path else "GET"
        headers = {"HEAD": {"Tus-Resumable": "1.0.0"}, "PUT": {"If-Match": '"1"'}}.get(method, {})
        body = {"is_open": True} if method == "PUT" else None
        yield Bad(f"path: {path}", method, path, status=404, body=body, headers=headers, who="leader")
    act = "/hazards/{hazard}/actions/reject"
    reason = {"reason_code": "NOT_FIRE_MATTER"}
    for value in ("x", "3", '"x"', 'W/"-1"', '"99999999999999999999"', '"1", "2"'):
        yield Bad(f"If-Match: {value}", "POST", act, "If-Match", body=reason, headers={"If-Match": value}, who="leader")
    for value in ("x", "1", "0190a1b2-0000-7000-8000-00000000000", "\x7f"):
        yield Bad(
            f"Idempotency-Key: {value!r}",
            "POST",
            act,
            "Idempotency-Key",
            body=reason,
            headers={"Idempotency-Key": value},
            who="leader",
        )


def acts() -> Iterator[Bad]:
    """Arguments of steps."""
    id_ = str(new_id())
    wrong: list[tuple[str, str, dict[str, Any]]] = [
        ("assign", "officer_ids", {"officer_ids": [id_]}),
        ("assign", "officer_ids", {"officer_ids": [id_] * 3}),
        ("assign", "officer_ids.0", {"officer_ids": ["x", id_]}),
        ("assign", "officer_ids", {"officer_ids": {"0": id_}}),
        ("register", "category", {"category": "lower"}),
        ("reclassify", "category", {"category": "NO_SUCH", "reason": "另有线索"}),
        ("register", "note", {"category": "EVAC_BLOCKED", "note": "x" * 501}),
        ("reject", "reason_code", {"reason_code": "x"}),
        ("reject", "proper_phone", {"reason_code": "CONSULTATION", "proper_phone": "1\n2"}),
        ("merge", "master_id", {"master_id": "x"}),
        ("unmerge", "reason", {}),
        ("judge_reuse", "reuse_ids", {"reuse_ids": [], "verdict": "EXPLAINED", "reason": "属实"}),
        ("judge_reuse", "reuse_ids.0", {"reuse_ids": ["x"], "verdict": "EXPLAINED", "reason": "属实"}),
        ("judge_reuse", "verdict", {"reuse_ids": [id_], "verdict": "x", "reason": "属实"}),
        ("rate", "score", {"score": 6}),
        ("rate", "score", {"score": "5"}),
        ("rate", "score", {"score": 4.5}),
        ("rate", "score", {"score": 10**30}),
        ("rate", "score", {"score": True}),
        ("file_case", "case_no", {"case_no": "a\nb"}),
        ("file_case", "case_no", {"case_no": " "}),
        ("dispute", "reason", {"reason": "x"}),
        ("dispute", "reason", {}),
        ("verify_true", "order.due_on", _order(due_on="2026-02-30")),
        ("verify_true", "order.due_on", _order(due_on=None)),
        ("verify_true", "order.items", _order(items=[])),
        ("verify_true", "order.items.0.description", _order(items=[{"description": ""}])),
        ("verify_true", "order.items.0.colour", _order(items=[{"description": "清理通道", "colour": "red"}])),
        ("verify_true", "position.lat", {**_order(), "position": {"lon": 111, "lat": 91}}),
        ("verify_true", "finding", {**_order(), "finding": "x" * 4001}),
        ("cosign", "act_sha256", {"act_sha256": "x"}),
        ("cosign", "signature", {"act_sha256": "a" * 64, "signature": "x"}),
    ]
    for action, where, body in wrong:
        who = "citizen" if action in ("rate", "dispute") else "officer" if action in ("verify_true", "cosign") else "leader"
        shown = json.dumps(body)[:60]
        yield Bad(f"{action}: {where} {shown}", "POST", f"/hazards/{{hazard}}/actions/{action}", where, body=body, who=who)


def _order(**changes: Any) -> dict[str, Any]:
    items = [{"description": "清理疏散通道内堆放的货物"}]
    order = {"kind": "DEADLINE", "due_on": "2026-12-14", "items": items, **changes}
    return {"finding": "通道被堵", "no_evidence_reason": "设备故障", "order": order}


def files() -> Iterator[Bad]:
    """Photos that are none."""
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
    for name, content, kind in (
        ("words", b"hello", "image/jpeg"), ("a page", b"<svg onload=alert(1)>", "image/png"), ("nothing", b"", "image/jpeg"),
    ):  # fmt: skip
        yield Bad(
            f"photo: {name}",
            "PUT",
            f"/media/{new_id()}/content",
            "body",
            raw=content,
            headers={"Content-Type": kind, **_digest(content)},
        )
    yield Bad(
        "photo: no digest",
        "PUT",
        f"/media/{new_id()}/content",
        "Content-Digest",
        raw=a_photo(),
        headers={"Content-Type": "image/jpeg"},
    )
    yield Bad("photo: another digest", "PUT", f"/media/{new_id()}/content", "Content-Digest", raw=a_photo(),
              headers={"Content-Type": "image/jpeg", **_digest(png)})  # fmt: skip
    yield Bad(
        "photo: a text",
        "PUT",
        f"/media/{new_id()}/content",
        status=415,
        raw=b"x",
        headers={"Content-Type": "text/html", **_digest(b"x")},
    )
    for where, length, said in (
        ("Upload-Length", "-1", ""), ("Upload-Length", "x", ""), ("Upload-Length", "9" * 20, ""),
        ("Upload-Metadata", "5", "media_id !!!"),
        ("Upload-Metadata", "5", "media_id " + "A" * 3000), ("Upload-Metadata.colour", "5", "colour cmVk"),
    ):  # fmt: skip
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": length, "Upload-Metadata": said}
        status = 422 if "." in where else 400
        yield Bad(f"upload: {where} {length[:5]} {said[:20]}", "POST", "/uploads", where, status, headers=headers)


def _digest(content: bytes) -> dict[str, str]:
    return {"Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"}


def syncing() -> Iterator[Bad]:
    """What a broken device sends."""
    push = {"Content-Type": "application/x-ndjson"}
    yield Bad("push: no digest", "POST", "/sync/push", status=400, raw=b"{}\n", headers=push, who="officer")
    yield Bad("push: no JSON", "POST", "/sync/push", status=400, raw=b"{\n", headers={**push, **_digest(b"{\n")}, who="officer")
    deep = b"[" * 10_000 + b"\n"
    yield Bad("push: a deep head", "POST", "/sync/push", status=400, raw=deep, headers={**push, **_digest(deep)}, who="officer")
    head = b'{"kind":"push"}\n'
    yield Bad("push: half a head", "POST", "/sync/push", "queue", raw=head, headers={**push, **_digest(head)}, who="officer")
    for name, where, body in (
        ("no queue", "queue", {}),
        ("a queue that is none", "queue", {"queue": "x"}),
        ("bytes below nothing", "max_bytes", {"queue": str(new_id()), "max_bytes": -1}),
    ):
        yield Bad(f"pull: {name}", "POST", "/sync/pull", where, body=body, who="officer")
    key = {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}
    register = {
        "install": "{install}",
        "queue": str(new_id()),
        "platform": "x",
        "app_version": "1",
        "schema": 1,
        "public_key": key,
    }
    yield Bad(
        "register: a key that is no point of its curve", "POST", "/sync/register", "public_key", body=register, who="officer"
    )


ALL = [*reports(), *sign_ins(), *queries(), *paths_and_headers(), *acts(), *files(), *syncing()]
GROUPS = {
    name: [bad for bad in ALL if bad.name.split(":")[0] == name] for name in dict.fromkeys(bad.name.split(":")[0] for bad in ALL)
}
