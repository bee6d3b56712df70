from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from backports import zstd

from database.base import new_id
from problems import BodyTooLarge, Invalid, Malformed, Problem, UnsupportedMediaType
from sync import reading
from sync.compression import decompress
from sync.problems import Fork, ServerBehind, TornBody
from tests.sync.world import World, digest_of, line


def test_a_body_cut_at_any_byte_is_torn_and_applies_nothing(world: World) -> None:
    phone = world.phone(world.person())
    for _ in range(3):
        phone.open()
    body = phone.body(phone.lines, 1)
    digest = digest_of(body)
    for length in range(len(body)):
        with pytest.raises(TornBody):
            reading.check_digest(body[:length], digest)
    reading.check_digest(body, digest)


def test_lines_missing_behind_a_right_digest_are_a_torn_body(world: World) -> None:
    phone = world.phone(world.person())
    phone.open()
    phone.open()
    with pytest.raises(TornBody):
        phone.push(phone.lines[:1], count=2)
    with pytest.raises(TornBody):
        phone.push(phone.lines, count=1)


@pytest.mark.parametrize("header", [None, "", "md5=:AAAA:", "sha-256=AAAA", "sha-256=:!!:", "sha-256=:AAAA:", "sha-512=:AAAA:"])
def test_a_missing_or_strange_digest_is_a_torn_body(header: str | None) -> None:
    with pytest.raises(TornBody):
        reading.check_digest(b"body", header)


def test_a_digest_among_others_is_found() -> None:
    reading.check_digest(b"body", f"sha-512=:AAAA:, {digest_of(b'body')}")


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("zstd", zstd.compress)])
def test_a_packed_body_is_unpacked_within_a_limit_and_never_half(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(b"x" * 1000)
    assert decompress(packed, encoding, 1000) == b"x" * 1000
    with pytest.raises(BodyTooLarge):
        decompress(packed, encoding, 999)
    for cut in range(len(packed)):
        with pytest.raises(TornBody):
            decompress(packed[:cut], encoding, 1000)
    for strange in (packed + b"more", packed + packed, b"x" * 1000):
        with pytest.raises(TornBody):
            decompress(strange, encoding, 1000)
    with pytest.raises(UnsupportedMediaType) as refused:
        decompress(packed, "br", 1000)
    assert refused.value.data["accepted"] == "zstd, gzip"


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("zstd", zstd.compress)])
def test_a_bomb_is_refused_before_it_is_unpacked(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(b"\0" * 50_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge):
            decompress(bomb, encoding, 262_144)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_body_that_wants_much_memory_to_be_unpacked_is_refused_before_it_gets_it() -> None:
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    greedy = packer.compress(b"x" * 100, packer.FLUSH_BLOCK) + packer.flush()  # 128 MB, says its header
    with pytest.raises(TornBody):
        decompress(greedy, "zstd", 1000)
    assert zstd.decompress(greedy) == b"x" * 100


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"first_seq": 0}, Invalid),
        ({"first_seq": 2**63}, Invalid),
        ({"first_seq": "1"}, Invalid),
        ({"queue": "nobody"}, Invalid),
        ({"epoch": None}, Invalid),
        ({"pending": -1}, Invalid),
        ({"oldest_pending": "yesterday"}, Invalid),
        ({"kind": "pull"}, Invalid),
        ({"surprise": 1}, Invalid),
        ({"schema": 0}, Invalid),
        ({"schema": 2}, ServerBehind),
        ({"schema": 2, "surprise": 1}, ServerBehind),
        ({"count": 201}, BodyTooLarge),
    ],
)
def test_a_bad_header_is_refused_with_its_reason(world: World, change: dict[str, Any], problem: type[Problem]) -> None:
    phone = world.phone(world.person())
    phone.open()
    with pytest.raises(problem):
        phone.push(**change)
    assert world.visits() == {}


@pytest.mark.parametrize("first", [b"", b"{", b"[]", b"7", b'"a"', b"\xff", b'{"a":' * 2000, b"{" + b" " * 5000 + b"}"])
def test_a_first_line_that_is_no_header_is_malformed(world: World, first: bytes) -> None:
    with pytest.raises((Malformed, Invalid)):
        reading.read_push(first + b"\n", world.engine)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"mid":"x"}',
        line("visit.open", new_id()).replace(b"visit.open", b"Visit.open"),
        line("visit.open", new_id()).replace(b'"type":"visit"', b'"type":"hazard"'),
        line("visit.open", new_id()).replace(b'"args":{}', b'"args":[]'),
        line("visit.open", new_id()).replace(b'"args":{}', b'"args":{"a":"\\u0000"}'),
        line("visit.open", new_id()).replace(b'"args":{}', b'"args":{"a":"\\ud800"}'),
        line("visit.open", new_id()).replace(b'"args":{}', b'"args":{"a":' + b"[" * 500 + b"]" * 500 + b"}"),
        line("visit.open", new_id()).replace(b'"args":{}', b'"args":{"a":"' + b"x" * 70_000 + b'"}'),
        line("visit.open", new_id()).replace(b'"revision":0', b'"revision":-1'),
        line("visit.open", new_id()).replace(b'"revision":0', b'"revision":99999999999999999999'),
        line("visit.open", new_id()).replace(b'"revision":0', b'"revision":true'),
        line("visit.open", new_id()).replace(b'"depends_on":[]', b'"depends_on":[1]'),
        line("visit.open", new_id()).replace(b'"changes":{}', b'"changes":{"a":[1]}'),
        line("visit.open", new_id()).replace(b'"changes":{}', b'"wishes":{}'),
        line("visit.open", new_id())[:-1],
    ],
    ids=range(19),
)
def test_a_line_that_does_not_parse_is_parked_under_its_hash_and_its_seq_passes(world: World, bad: bytes) -> None:
    phone = world.phone(world.person())
    phone.lines.append(bad)
    visit = phone.open()
    results = phone.push()
    assert [(item["outcome"], item.get("code")) for item in results[:2]] == [("parked", "bad_line"), ("applied", None)]
    assert results[2]["last_seq"] == 2
    assert list(world.visits()) == [visit]
    assert [{**item, "duplicate": False} for item in phone.push()[:2]] == results[:2]
    assert len(world.issues()) == 1
    with pytest.raises(Fork):
        phone.push([line("visit.open", new_id()), *phone.lines[1:]])
