"""What the sync engine refuses (docs/sync-protocol.md 4)."""

from __future__ import annotations

from problems import Kind, Problem


class KeyReused(Problem):
    """The same key or mid came with another body."""

    kind, code, title = Kind.INVALID, "idempotency_key_reused", "同一请求编号已用于其他内容"


class TornBody(Problem):
    """`Content-Digest` is missing or wrong, or the body was cut: nothing was applied; halve the batch."""

    kind, code, title = Kind.MALFORMED, "torn_body", "数据传输不完整,请重试"


class QueueOwner(Problem):
    """The queue belongs to another person."""

    kind, code, title = Kind.FORBIDDEN, "queue_owner", "本机记录属于其他用户"


class Wiped(Problem):
    """The device was reported lost: it must erase its base."""

    kind, code, title = Kind.FORBIDDEN, "wipe", "本设备已挂失"


class Fork(Problem):
    """Another line stands at this seq: a cloned phone. Data: `seq`."""

    kind, code, title = Kind.CONFLICT, "fork", "检测到设备数据被复制"


class Gap(Problem):
    """Lines are missing before this one. Data: `expected_seq`."""

    kind, code, title = Kind.CONFLICT, "gap", "缺少之前的记录"


class Busy(Problem):
    """Another push of this queue is under way."""

    kind, code, title = Kind.CONFLICT, "busy", "正在同步,请稍候"


class EpochChanged(Problem):
    """The server was restored: send again all that is kept, then pull with null. Data: `epoch`, `last_seq`."""

    kind, code, title = Kind.CONFLICT, "epoch", "服务器数据已恢复,需要重新同步"


class ServerBehind(Problem):
    """The client's schema is newer than the server's: retry after the rollout."""

    kind, code, title = Kind.CONFLICT, "server_behind", "服务器正在升级,请稍后再试"


class AppOutdated(Problem):
    """The client's schema is older than what is still sent: its push is still taken. Data: `min_pull`."""

    kind, code, title = Kind.OUTDATED, "app_outdated", "应用版本过旧,请更新后再同步;已保存的记录不受影响"


class BadCursor(Problem):
    """The cursor is not one of ours: pull with null."""

    kind, code, title = Kind.MALFORMED, "bad_cursor", "同步位置无效,需要重新下载"
