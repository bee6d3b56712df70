"""Pure rules of the engine: who wants what, quiet hours, back-off. Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")

CHANNELS = ("host_app", "sms")  # beyond the inbox, which always has the notice; in the order of preference
# What holds until a person says otherwise. Statutory notices go out whatever he says.
DEFAULTS: Mapping[str, Mapping[str, bool]] = {
    "statutory": {"host_app": True, "sms": True},
    "progress": {"host_app": True, "sms": False},
    "duty": {"host_app": True, "sms": False},
    "content": {"host_app": False, "sms": False},
}
FIXED_CLASSES = frozenset({"statutory"})
QUIET_FROM = time(22, 0)
QUIET_UNTIL = time(7, 0)

MAX_ATTEMPTS = 50  # about a day of trying, then a person has to look
_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(minutes=30)


def wants(notice_class: str, channel: str, switched: Mapping[str, Mapping[str, bool]]) -> bool:
    """True if a notice of this class goes out through this channel. `switched` is what the person changed."""
    default = DEFAULTS[notice_class][channel]
    if notice_class in FIXED_CLASSES:
        return default
    return switched.get(notice_class, {}).get(channel, default)


def after_quiet_hours(moment: datetime, quiet_from: time | None, quiet_until: time | None) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into (Beijing time; they may run over midnight)."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return moment
    local = moment.astimezone(BEIJING)
    clock = local.timetz().replace(tzinfo=None)
    over_midnight = quiet_from > quiet_until
    quiet = (clock >= quiet_from or clock < quiet_until) if over_midnight else quiet_from <= clock < quiet_until
    if not quiet:
        return moment
    day = local.date() + timedelta(days=1) if over_midnight and clock >= quiet_from else local.date()
    return datetime.combine(day, quiet_until, BEIJING).astimezone(moment.tzinfo)


def wait_after(attempts: int, jitter: float) -> timedelta:
    """How long to wait after this many failures: doubling from 2 s up to 30 min, times 0.5 to 1.5.

    `jitter` lies in 0 to 1 and is the caller's chance, so that failures of one moment do not come back together.
    """
    doubled: timedelta = min(_FIRST_WAIT * 2 ** min(attempts - 1, 20), _LONGEST_WAIT)
    return doubled * (0.5 + jitter)
