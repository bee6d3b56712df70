"""The check after a run of the demo is itself checked: what the server lacks, or has twice, it says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from database.base import new_id
from operations.demo.ledger import Ledger
from operations.demo.people import Stage
from operations.demo.stories import STORIES, tell
from operations.demo.verify import verify
from tests.wsgi import WsgiTransport

HANDED_OVER = next(story for story in STORIES if story.name == "handed_over")


@pytest.fixture
def ledger(stage: Stage) -> Ledger:
    """Of a story with writes by both doors, photos, a letter and an order."""
    told = tell(stage, [HANDED_OVER])
    assert not told.failures
    return told


def test_a_write_that_the_server_does_not_know_is_reported(ledger: Ledger, transport: WsgiTransport) -> None:
    write = next(write for write in ledger.writes if write.name == "hazard.register")
    ledger.writes.append(replace(write, key=str(new_id())))
    faults = verify("", ledger, lambda _: transport)
    assert any("写入丢失:hazard.register" in fault for fault in faults)
    assert any("确认了2次,记录中有1次" in fault for fault in faults)


def test_a_write_that_is_answered_otherwise_is_reported(ledger: Ledger, transport: WsgiTransport) -> None:
    ledger.writes[0] = replace(ledger.writes[0], answer={**ledger.writes[0].answer, "revision": 99})
    assert any("前后答复不同" in fault for fault in verify("", ledger, lambda _: transport))


def test_a_mutation_with_another_outcome_is_reported(ledger: Ledger, transport: WsgiTransport) -> None:
    ledger.pushed[0] = replace(ledger.pushed[0], revision=99)
    ledger.pushed.append(replace(ledger.pushed[0], mid=str(new_id())))
    faults = verify("", ledger, lambda _: transport)
    assert any("前后结果不同" in fault for fault in faults)
    assert any("没有答复" in fault for fault in faults)


def test_a_step_that_was_done_twice_is_reported(ledger: Ledger, transport: WsgiTransport) -> None:
    ledger.writes = [write for write in ledger.writes if write.name != "hazard.register"]
    ledger.writes.append(replace(ledger.writes[0], name="hazard.reclassify"))
    assert any("hazard.reclassify" in fault for fault in verify("", ledger, lambda _: transport))


def test_a_case_that_stands_elsewhere_is_reported(ledger: Ledger, transport: WsgiTransport) -> None:
    ledger.finals = [replace(final, state="SENT") if final.kind == "handover" else final for final in ledger.finals]
    assert any("应为 SENT" in fault for fault in verify("", ledger, lambda _: transport))


def test_a_photo_with_other_bytes_and_one_that_is_gone_are_reported(ledger: Ledger, transport: WsgiTransport) -> None:
    ledger.stored[0] = replace(ledger.stored[0], sha256="0" * 64)
    ledger.stored[1] = replace(ledger.stored[1], media_id=str(new_id()))
    faults = verify("", ledger, lambda _: transport)
    assert any("不一致" in fault for fault in faults)
    assert any("照片丢失" in fault for fault in faults)


@pytest.mark.parametrize("count", [1, -1])
def test_a_notice_that_is_missing_or_doubled_is_reported(ledger: Ledger, transport: WsgiTransport, count: int) -> None:
    ledger.expected[next(iter(ledger.expected))] += count
    [fault] = verify("", ledger, lambda _: transport)
    assert f"应有{1 + count}条通知,实有1条" in fault
