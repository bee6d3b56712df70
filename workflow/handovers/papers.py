"""移送函 as a paper: each sending under its own number, word for word what the letter says (`letter.py`) and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from accounts.models import Organisation
from database.base import Json
from wire import said_day, said_moment
from workflow.clocks import BEIJING, end_of, local_day
from workflow.handovers.models import Handover
from workflow.papers.archive import issue
from workflow.papers.rules import itemised

_OURS = "我单位在消防监督检查中发现下列火灾隐患,依法应当由你单位处理,现予移送。"
_NOT_OURS = "我单位收到下列火灾隐患线索,依法不属于我单位职责,现移送你单位处理。"
_DECIDED = "经协调,明确由你单位承办。"
_NONE = "无"


def archive(session: Session, handover: Handover) -> None:
    """The letter as it goes out now. A 转办单 is no paper: no number of a series, no seal."""
    if handover.kind == "REFERRAL":
        return
    sender = session.get_one(Organisation, handover.from_org_id)
    words = _words(handover.letter, sender.phone, is_decided=handover.is_decided)
    issue(session, handover, sender.id, "handover", handover.letter["title"], words, handover.letter_no)


def _words(letter: Json, phone: str, *, is_decided: bool) -> dict[str, str]:
    earlier = "".join(f"本件曾于{_day(it['sent_at'])}以{it['letter_no']}移送{it['to_org']['name']}。" for it in letter["earlier"])
    order_no = f"({letter['order_no']})" if letter["order_no"] else ""
    return {
        "to_org": letter["to_org"]["name"],
        "opening": (_NOT_OURS if letter["lack_of_competence"] else _OURS) + earlier + (_DECIDED if is_decided else ""),
        "unit": _unit(letter["unit"]),
        "place": letter["place"],
        "kind": letter["kind"] or _NONE,
        "case": letter["number"],
        "finding": f"{_day(letter['checked_on'])}核查,{letter['finding']}" if letter["checked_on"] else "未作现场核查。",
        "items": _listed((item["description"], item["clause"]) for item in letter["items"]),
        "measures": f"{letter['measures']}{order_no}" or _NONE,
        "reason": letter["reason"],
        "legal_basis": letter["legal_basis"],
        "suggestion": letter["suggestion"] or _NONE,
        "evidence": _listed((f"照片{photo['id']},{_digest(photo['sha256'])}", "") for photo in letter["photos"]),
        "sign_due": _until(datetime.fromisoformat(letter["sign_due"])),
        "return_due": _day(letter["return_due"]),
        "feedback_due": _day(letter["feedback_due"]),
        "contact": " ".join(filter(None, (letter["contact"], phone))),
        "signed_by": letter["signed_by"],
        "day": _day(letter["sent_at"]),
    }


def _unit(unit: Json | None) -> str:
    if unit is None:
        return _NONE
    uscc, address = unit["uscc"], unit["address"]
    return "".join([unit["name"], f"(统一社会信用代码:{uscc})" if uscc else "", f",{address}" if address else ""])


def _listed(items: Iterable[tuple[str, str]]) -> str:
    every = list(items)
    return itemised(every) if every else _NONE


def _digest(sha256: str | None) -> str:
    return f"SHA-256:{sha256}" if sha256 else "移送时尚未传完"


def _until(moment: datetime) -> str:
    """A day if it is over then, else the hour."""
    day = local_day(moment)
    return said_day(day) if moment == end_of(day) else said_moment(moment.astimezone(BEIJING))


def _day(said: str) -> str:
    """Of a day, or of a moment by the region's calendar."""
    return said_day(local_day(datetime.fromisoformat(said)) if "T" in said else date.fromisoformat(said))
