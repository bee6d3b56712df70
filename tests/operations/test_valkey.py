"""The embedded broker, with the real program of the wheel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import redis
from kombu.connection import Connection

from operations.processes import CannotStart, wait_until
from operations.valkey import Valkey


def client(server: Valkey) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(server.socket_path), decode_responses=True)


def test_what_was_queued_survives_a_killed_broker(tmp_path: Path) -> None:
    with Valkey(tmp_path / "valkey") as server:
        client(server).lpush("queue", "task")
        address = server.url
        server.kill()
        server.start()
        assert server.url == address
        assert client(server).lrange("queue", 0, -1) == ["task"]


def test_celery_reaches_it_by_its_url(valkey: Valkey) -> None:
    with Connection(valkey.url) as connection:
        queue = connection.SimpleQueue("letters")
        queue.put({"for": "草原"})
        assert queue.get(timeout=2).payload == {"for": "草原"}


def test_a_path_too_long_for_a_socket_is_no_hindrance(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    with Valkey(deep / "valkey", log_path=tmp_path / "log") as server:
        assert client(server).ping()
        used = server.socket_path
    assert not used.parent.exists()


def test_a_broken_queue_file_gives_the_servers_reason_in_one_line(tmp_path: Path) -> None:
    server = Valkey(tmp_path / "valkey")
    with server:
        client(server).set("a", "b")
    (tmp_path / "valkey" / "appendonlydir" / "appendonly.aof.1.incr.aof").write_bytes(b"*broken\r\n" * 20)
    with pytest.raises(CannotStart, match=r"(?s)the broker did not start: .*Bad file format") as refusal:
        server.start()
    assert "\n" not in str(refusal.value)


def test_it_ends_with_the_process_that_started_it_even_by_kill_9(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from operations.valkey import Valkey
server = Valkey(Path({str(tmp_path / "valkey")!r}))
server.start()
print(server.process.pid, flush=True)
input()
"""
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    assert wait_until(lambda: not Path(f"/proc/{pid}/cwd").exists(), seconds=5)
