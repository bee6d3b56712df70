"""Codes by SMS: the interface that a gateway fills, and the demo's console."""

from __future__ import annotations

from typing import Protocol

import structlog

from accounts.identifiers import masked_phone
from problems import Unavailable
from settings import Settings

log = structlog.get_logger()


class SmsSender(Protocol):
    """A gateway. Called after the commit, never inside a transaction."""

    def send_code(self, phone: str, code: str, minutes: int) -> None:
        """Send a sign-in code that is valid for so many minutes. Raises Unavailable if it did not go out."""


def code_text(code: str, minutes: int) -> str:
    """What the person reads. No link, signed with the registered name (docs/wording.md)."""
    return f"【蒙速办】登录验证码{code},{minutes}分钟内有效。请勿告知他人。"


class ConsoleSms:
    """The demo: the server prints the message."""

    def send_code(self, phone: str, code: str, minutes: int) -> None:
        """Print it, the number masked."""
        log.info("demo sms", to=masked_phone(phone), text=code_text(code, minutes))


class NoSms:
    """No gateway is configured: say so instead of letting people wait for a message."""

    def send_code(self, phone: str, code: str, minutes: int) -> None:
        """Refuse."""
        log.error("no sms gateway is configured")
        raise Unavailable(retry_after_seconds=300)


def sender_for(settings: Settings) -> SmsSender:
    """The gateway of this installation."""
    return ConsoleSms() if settings.demo else NoSms()
