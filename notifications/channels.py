"""Ways out beyond the inbox, as plug-ins with one contract. None of them is called inside a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog

from notifications.rules import CHANNELS
from settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True)
class Message:
    """What a channel hands over. `id` is the same at each repetition, so that a gateway can drop doubles."""

    id: UUID
    person_id: UUID
    text: str  # no link, nothing of the case: it may show on a lock screen


class Unreachable(Exception):
    """This person has no address on this channel (a guest, an account without a phone). Not tried again."""


class ChannelDown(Exception):
    """The gateway does not answer, or refuses for now. Tried again later."""


class Channel(Protocol):
    """A way out. `send` returns once the gateway has taken the message; it may be called again with the same id."""

    name: str

    def send(self, message: Message) -> None:
        """Hand the message over. Raises Unreachable or ChannelDown."""
        ...


class DemoChannel:
    """Stands for a gateway that is not connected yet: writes one line to the log and says it was taken."""

    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, message: Message) -> None:
        """Never fails."""
        log.info("message handed over", channel=self.name, delivery_id=str(message.id), text=message.text)


def channels_for(settings: Settings) -> dict[str, Channel]:
    """The gateways of this installation, by name. A message for a way that has none waits until it has one."""
    return {name: DemoChannel(name) for name in CHANNELS} if settings.demo else {}
