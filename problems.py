"""What can be refused, as classes that carry data. Transport is decided elsewhere (`api/problems.py`, `sync/push.py`)."""

from __future__ import annotations

from enum import Enum
from typing import Any, ClassVar


class Kind(Enum):
    """Why something is refused; each door maps a kind to its own language (HTTP status, sync outcome)."""

    MALFORMED = "malformed"  # the bytes cannot be read at all
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    GONE = "gone"
    STALE = "stale"  # If-Match named another revision
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    INVALID = "invalid"  # readable, but a field is wrong
    PRECONDITION_REQUIRED = "precondition_required"
    OUTDATED = "outdated"  # the client's version is no longer served
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


class Problem(Exception):
    """A refusal. `code` is a promise to clients (docs/problems.md), `title` is what a person reads, `data` explains."""

    kind: ClassVar[Kind] = Kind.CONFLICT
    code: ClassVar[str] = "problem"
    title: ClassVar[str] = "操作未完成"

    def __init__(self, **data: Any) -> None:
        super().__init__(self.code, data)
        self.data = data


def all_problems() -> list[type[Problem]]:
    """Every concrete problem class that has been imported, sorted by code."""
    found: list[type[Problem]] = []
    pending = list(Problem.__subclasses__())
    while pending:
        cls = pending.pop()
        pending.extend(cls.__subclasses__())
        found.append(cls)
    return sorted(found, key=lambda cls: cls.code)


class NotFound(Problem):
    """There is no such thing, or the caller may not see it: the two answers are the same."""

    kind, code, title = Kind.NOT_FOUND, "not_found", "没有找到该内容"


class Invalid(Problem):
    """Fields are wrong. `errors` is a list of `{"field", "code", "message"}`; field is a dotted path."""

    kind, code, title = Kind.INVALID, "invalid_fields", "填写的内容有误"

    def __init__(self, *errors: dict[str, str], **data: Any) -> None:
        super().__init__(errors=list(errors), **data)


def field_error(field: str, code: str, message: str) -> dict[str, str]:
    """One entry of Invalid: the dotted path of the field, a stable code, and what a person reads."""
    return {"field": field, "code": code, "message": message}


class Malformed(Problem):
    """The body cannot be parsed; `offset` is the byte where reading failed, where known."""

    kind, code, title = Kind.MALFORMED, "malformed_body", "请求内容无法解析"


class BodyTooLarge(Problem):
    """The body, or the batch in it, is longer than the limit that the data names."""

    kind, code, title = Kind.TOO_LARGE, "body_too_large", "请求内容过大"


class UnsupportedMediaType(Problem):
    """The body is of a type that this operation does not read; `accepted` names those that it does."""

    kind, code, title = Kind.UNSUPPORTED, "unsupported_media_type", "不支持的内容类型"


class Unauthenticated(Problem):
    """No token was shown, or it is no longer valid; `expired` says that a new one is all that it takes."""

    kind, code, title = Kind.UNAUTHENTICATED, "unauthenticated", "请先登录"


class RoleNotAllowed(Problem):
    """The caller may see the record, but his roles do not allow this act."""

    kind, code, title = Kind.FORBIDDEN, "role_not_allowed", "您没有办理此事项的权限"


class StaleRevision(Problem):
    """`If-Match` named a revision that is no longer current; `current` is. With `into` it is of that record."""

    kind, code, title = Kind.STALE, "stale_revision", "内容已被他人更新,请刷新后再试"


class RevisionRequired(Problem):
    """An edit names in `If-Match` the revision that it is based on."""

    kind, code, title = Kind.PRECONDITION_REQUIRED, "revision_required", "请携带 If-Match 请求头"


class IllegalTransition(Problem):
    """The life cycle has no such step from the present state. Data: `state`, `action`."""

    kind, code, title = Kind.CONFLICT, "illegal_transition", "当前状态不能进行此操作"


class AlreadySo(Problem):
    """Somebody else already brought the record where this step leads. HTTP refuses; a device's mutation is a `noop`."""

    kind, code, title = Kind.CONFLICT, "already_so", "该事项已办理到此状态"


class GuardFailed(Problem):
    """The step exists, but a condition of the law or of practice is not met. Data: `action`, `reason`."""

    kind, code, title = Kind.CONFLICT, "guard_failed", "办理条件尚不满足"


class TooManyRequests(Problem):
    """Asked or guessed too often: come back after `retry_after_seconds`."""

    kind, code, title = Kind.TOO_MANY, "too_many_requests", "操作过于频繁,请稍后再试"


class Crowded(Problem):
    """Work that cannot wait comes first for a moment; nothing was done. Data: `retry_after_seconds`, at random within limits."""

    kind, code, title = Kind.UNAVAILABLE, "crowded", "系统繁忙,稍后自动重试"


class Unavailable(Problem):
    """Infrastructure is away; nothing was done. Data: `retry_after_seconds`."""

    kind, code, title = Kind.UNAVAILABLE, "unavailable", "服务暂时不可用,请稍后再试"
