"""The device on real sockets that break, and after refusals that come at a bad moment."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient

from device.client import Device, Refused
from device.exchange import PULL_BYTES, new_id
from device.transport import Answer, HttpTransport, NoNetwork
from tests.device.conftest import Line, lost
from tests.device.test_links import base_of
from tests.device.test_push import snap
from tests.makers import make_hazard

MakeDevice = Callable[..., Device]


@contextmanager
def server_that_cuts(body: bytes, *, declared: int, content_type: str) -> Iterator[str]:
    """Answers one request with the beginning of a body, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {declared}\r\n\r\n"
                connection.sendall(head.encode() + body)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(timeout=10)


def test_of_lines_that_were_cut_on_a_real_connection_what_came_is_kept_and_the_page_shrinks(
    client: FlaskClient, make_device: MakeDevice, line: Line
) -> None:
    officer = make_device()
    for _ in range(3):
        make_hazard(client, "ASSIGNED")
    request = json.dumps({"queue": officer.queue, "cursor": None, "schema": 1}).encode()
    whole = officer._authorised("/sync/pull", request, {"Content-Type": "application/json"})
    cut_at = whole.body.rindex(b'{"kind":"end"')
    usual = officer.transport
    with server_that_cuts(whole.body[:cut_at], declared=len(whole.body), content_type="application/x-ndjson") as url:
        transport = HttpTransport(url)
        officer.transport = transport
        with pytest.raises(NoNetwork):
            officer.pull()
        transport.close()
    assert officer.page_bytes < PULL_BYTES
    if b'{"kind":"cursor"' in whole.body[:cut_at]:
        assert base_of(officer)
    officer.transport = usual
    officer.pull()
    assert base_of(officer)


def test_a_document_that_was_cut_is_no_answer() -> None:
    with server_that_cuts(b'{"id": "0190', declared=400, content_type="application/json") as url:
        transport = HttpTransport(url)
        with pytest.raises(NoNetwork):
            transport.send("GET", "/api/v1/me", {}, b"")
        transport.close()


def test_a_lost_phone_with_work_of_its_own_forgets_what_it_held_and_keeps_its_outbox(
    client: FlaskClient, make_device: MakeDevice, line: Line
) -> None:
    officer = make_device(nth=2)
    make_hazard(client, "ASSIGNED")
    officer.pull()
    assert base_of(officer)
    officer.mutate("hazard.start", str(make_hazard(client).id), {})
    problem = json.dumps({"type": "/problems/wipe", "title": "", "status": 403}).encode()
    line.tampers = [lambda _: Answer(403, {"content-type": "application/problem+json"}, problem)]
    with pytest.raises(Refused, match="wipe"):
        officer.sync()
    assert not base_of(officer)
    assert officer.store.count_waiting() == 1


def told_of_a_fork(seq: int) -> Callable[[Answer], Answer]:
    """The server found another line at this seq."""
    problem = json.dumps({"type": "/problems/fork", "title": "", "status": 409, "seq": seq}).encode()
    return lambda _: Answer(409, {"content-type": "application/problem+json"}, problem)


def test_in_a_new_queue_an_act_still_waits_behind_the_parked_one_that_it_depends_on(make_device: MakeDevice, line: Line) -> None:
    citizen = make_device(phone="13500008802")
    record = new_id()
    citizen.mutate("hazard.unheard_of", record, {})
    assert [result["outcome"] for result in citizen.sync()] == ["parked"]
    citizen.mutate("hazard.withdraw", record, {})
    line.tampers = [told_of_a_fork(2)]
    results = {result["mid"]: result for result in citizen.push()}
    assert [result.get("code") for result in results.values()] == ["unknown_mutation", "behind_parked"]


def test_what_no_backup_holds_of_a_new_queue_is_kept(make_device: MakeDevice, line: Line) -> None:
    citizen = make_device(phone="13500008803")
    for _ in range(8):
        snap(citizen)
    citizen.sync()
    citizen.store.put("durable_seq", "5")
    snap(citizen)
    line.tampers = [told_of_a_fork(9), lambda answer: answer, lost]
    with pytest.raises(NoNetwork):
        citizen.push()
    citizen.pull()
    assert [sealed.seq for sealed in citizen.store.lines_from(1, 20)] == list(range(1, 10))


def test_a_registration_whose_answer_was_lost_after_a_fork_is_made_up_for(make_device: MakeDevice, line: Line) -> None:
    citizen = make_device(phone="13500008801")
    citizen.mutate("inbox_item.read", "01960000-0000-7000-8000-000000000001", {})
    line.tampers = [told_of_a_fork(1), lost]
    with pytest.raises(NoNetwork):
        citizen.sync()
    line.before = [lambda _, body: body]
    citizen.queue = "01960000-0000-4000-8000-00000000dead"  # as if the registration itself had not arrived either
    citizen.store.put("queue", citizen.queue)
    assert [result["outcome"] for result in citizen.sync()] == ["rejected"]
