"""What can be subscribed to, how a message is signed, when a webhook rests. Pure.

The form is that of Standard Webhooks (standardwebhooks.com): id, timestamp and HMAC-SHA-256 in three headers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

REQUEST_STATUS_CHANGED, TESTED = "request.status_changed", "webhook.tested"
CATALOGUE = {
    REQUEST_STATUS_CHANGED: "本方上报的隐患办理情况有变化",
    TESTED: "测试消息(由订阅方自行触发)",
}
# Event of the journal -> what it is called outside. Whom it concerns is in the event, as `partner`.
PUBLIC_NAMES = {"partner_request.status_changed": REQUEST_STATUS_CHANGED, "webhook.tested": TESTED}
# The members of an event that go out: what is not named here stays.
PUBLIC_DATA = ("service_request_id", "status", "status_notes", "webhook_id")

STATES = {"ACTIVE": "推送中", "PAUSED": "已暂停", "ENDED": "已停用"}
DELIVERY_STATES = {"waiting": "待推送", "sending": "推送中", "sent": "已送达", "dead": "推送失败"}

MOST_WEBHOOKS = 10  # of one partner
PAUSE_AFTER = timedelta(days=1)  # of nothing but failures
OLD_SECRET_LIVES = timedelta(days=1)  # beside the new one, so that the receiver can change over
KEPT_FOR = timedelta(days=30)  # a delivery, however it ended
SECRET_PREFIX = "whsec_"  # noqa: S105 - by which such a secret is recognised
SECRET_BYTES = 32
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,<base64>` over `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def headers(secrets: Iterable[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers; one signature for each secret that is good."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, message_id, timestamp, body) for secret in secrets),
    }


def is_allowed(url: str, hosts: Iterable[str], *, demo: bool) -> bool:
    """True if we may speak with that address: https, and a host (with its port, if it is not 443) that the operator listed.

    In the demo this machine may be spoken with in plain http too.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return False
    if parts.username is not None or parts.fragment or parts.netloc.lower() not in hosts:
        return False
    return parts.scheme == "https" or (demo and parts.scheme == "http" and parts.netloc.rsplit(":", 1)[0] in _LOOPBACK)


def is_given_up(failing_since: datetime | None, moment: datetime) -> bool:
    """True once nothing has arrived for a day."""
    return failing_since is not None and moment - failing_since >= PAUSE_AFTER
