"""The words that each paper of an application needs by law; what templates say around them is data (workflow/data/papers).

Of the case they say what its applicant reads there anyway. Source: docs/sources.md; 消防法 15, 58; 行政许可法 7, 8, 32, 38, 45,
47, 69, 70, 78, 79.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from database.base import Json
from database.session import now
from places.models import Unit
from places.unit_kinds import VENUES
from wire import said_day, said_moment
from workflow.clocks import BEIJING, local_day
from workflow.papers.rules import itemised
from workflow.permits.forms import MATERIALS, name_of
from workflow.permits.models import Permit
from workflow.permits.rules import CANCELLATIONS, COMMITMENT, PAUSES, REFUSALS, REVOCATIONS, ROUTES

_LICENSING = "《中华人民共和国行政许可法》"
_FIRE_LAW = "《中华人民共和国消防法》"
_BY_ROUTE = {True: f"根据{_FIRE_LAW}第十五条第二款", False: f"根据{_FIRE_LAW}第十五条第三款"}
_REVOKED_BY = {
    "NOT_CONFORMING": f"根据{_FIRE_LAW}第五十八条第二款",
    "UNLAWFUL_GRANT": f"根据{_LICENSING}第六十九条第一款",
    "DECEIT": f"根据{_LICENSING}第六十九条第二款",
}
# 行政许可法 8(2), 69(4): who relied on what was lawful, or on the office, does not bear the loss.
_REDRESS = {
    "UNLAWFUL_GRANT": "因撤销上述许可使你单位(个人)的合法权益受到损害的,本机关依法给予赔偿。",
    "RETRACTED": "因撤回上述许可给你单位(个人)造成财产损失的,本机关依法给予补偿。",
}
_YEARS = {1: "一", 3: "三"}
Words = dict[str, str]


def common(session: Session, permit: Permit) -> Words:
    """Who applied for which place, under which number; and today."""
    unit = session.get_one(Unit, permit.unit_id)
    return {
        "applicant": f"{unit.name}(统一社会信用代码:{unit.uscc})" if unit.uscc else unit.name,
        "application": permit.number,
        "venue": permit.form["venue_name"],
        "address": permit.form["address"],
        "day": said_day(local_day(now(session))),
    }


def acceptance(permit: Permit, received_at: datetime, due: datetime) -> Words:
    """受理凭证, also of what was accepted by silence."""
    received = said_day(local_day(received_at))
    if permit.is_deemed_accepted:
        ground = (
            f"本机关未在收到申请材料之日起五个工作日内告知补正内容,根据{_LICENSING}第三十二条第一款第四项,"
            f"上述申请自{received}收到申请材料之日起即为受理。"
        )
    else:
        ground = f"经核对,申请材料齐全、符合法定形式。根据{_LICENSING}第三十二条第一款第五项,决定予以受理。"
    form = "消防安全告知承诺书及场所基本信息" if permit.route == COMMITMENT else "消防安全检查申报表"
    return {
        "route": ROUTES[permit.route], "received": received, "ground": ground,
        "accepted": said_day(local_day(permit.accepted_at or received_at)),
        "materials": ";".join([form, *(label for code, label in MATERIALS.items() if permit.materials.get(code))]),
        "next": "许可决定" if permit.route == COMMITMENT else "现场检查", "due": said_day(local_day(due)),
    }  # fmt: skip


def correction(items: Iterable[Json], due: datetime) -> Words:
    """补正材料告知书: item by item, each with the field that it is pinned to."""
    listed = itemised((f"{name_of(item['field'])}:{_sentence(item['message'])}", "") for item in items)
    return {"items": listed, "due": said_day(local_day(due))}


def _sentence(words: str) -> str:
    """Without the mark at its end: the list sets its own."""
    return words.strip().rstrip("。;")


def rejection(reason: str, proper_body: str) -> Words:
    """不予受理: no permit is needed, or another body is to be asked."""
    if proper_body:
        ground = f"上述事项依法不属于本机关职权范围。根据{_LICENSING}第三十二条第一款第二项"
        return {"ground": ground, "elsewhere": f"请向{proper_body}提出申请。", "reason": reason}
    ground = f"上述事项依法不需要取得行政许可。根据{_LICENSING}第三十二条第一款第一项"
    return {"ground": ground, "elsewhere": "", "reason": reason}


def pause(kind: str, reason: str, until_on: date | None) -> Words:
    """期限中止告知书, with the time that it takes (行政许可法 45)."""
    return {"what": PAUSES[kind], "takes": f"预计至{said_day(until_on)}" if until_on else "见事由", "reason": reason}


def opinion(permit: Permit, verify_by: datetime) -> Words:
    """意见书: on complete papers, or after the inspection."""
    form, by_commitment = permit.form, permit.route == COMMITMENT
    found = "申请材料齐全、符合法定形式" if by_commitment else f"经{_checked(permit)}现场检查,符合消防安全要求"
    verified = (
        f"本机关将于{said_day(local_day(verify_by))}前对承诺内容进行现场核查,请法定代表人或者主要负责人到场。使用、营业情况与"
        "承诺内容不符的,依法予以处罚并责令限期改正;逾期不整改或者整改后仍达不到要求的,依法撤销许可。"
    )
    return {
        "kind": VENUES.get(form["venue_kind"], ""), "floors": "、".join(map(_floor, form["floors"])),
        "area": f"{form['area_m2']:.2f}".rstrip("0").rstrip("."), "person_in_charge": form["person_in_charge"],
        "ground": f"{found}。{_BY_ROUTE[by_commitment]}",
        "after": verified if by_commitment else "本许可自作出之日起生效。",
    }  # fmt: skip


def _floor(floor: int) -> str:
    return f"地下{-floor}层" if floor < 0 else f"{floor}层"


def _checked(permit: Permit) -> str:
    return said_day(local_day(datetime.fromisoformat((permit.finding or {})["checked_at"])))


def refusal(permit: Permit, code: str, reason: str) -> Words:
    """不同意投入使用、营业决定书, with its reasons (行政许可法 38)."""
    situation, years = REFUSALS[code]
    ground = f"{_BY_ROUTE[permit.route == COMMITMENT]}、{_LICENSING}第三十八条第二款" + ("、第七十八条" if years else "")
    return {
        "situation": situation, "reason": reason, "ground": ground, "bar": _bar(years),
        "accepted": _day_of(permit.accepted_at),
    }  # fmt: skip


def _bar(years: int) -> str:
    return f"自本决定作出之日起{_YEARS[years]}年内不得再次申请该项许可。" if years else ""


def _day_of(moment: datetime | None) -> str:
    return said_day(local_day(moment)) if moment else ""


def order(permit: Permit, orders: Iterable[Json], due_on: date) -> Words:
    """责令限期改正通知书."""
    items = itemised((_sentence(item["description"]), item["clause"] or "") for item in orders)
    return {"items": items, "due": said_day(due_on), "checked": _checked(permit), "opinion": _document(permit)}


def _document(permit: Permit) -> str:
    number: str = (permit.decision or {})["document_no"]
    return number


def intent(permit: Permit, code: str, reason: str, due: datetime) -> Words:
    """拟撤销许可告知书: facts, reasons, and until when they can be answered."""
    return {
        **_revoking(permit, code, reason), "granted": _day_of(permit.decided_at), "due": said_day(local_day(due)),
    }  # fmt: skip


def revocation(permit: Permit, told: Json, reason: str) -> Words:
    """撤销决定书: with what the holder was told and what he answered."""
    years = REVOCATIONS[told["code"]][1]
    words = _revoking(permit, told["code"], reason)
    return {
        **words, "ground": words["ground"] + (f"、{_LICENSING}第七十九条" if years else ""), "bar": _bar(years),
        "told": _day_of(datetime.fromisoformat(told["told_at"])), "intent": told["document_no"],
        "answer": told["answer"]["statement"] if told["answer"] else "期限内未提出。",
        "hearing": _heard(told.get("hearing")),
        "redress": _REDRESS.get(told["code"], ""),
    }  # fmt: skip


def _heard(hearing: Json | None) -> str:
    if hearing is None:
        return "未要求听证。"
    held: Json = hearing["held"]
    came = "" if held["is_attended"] else ",当事人未到场,视为放弃听证"
    heard_on = _day_of(datetime.fromisoformat(held["at"]))
    return f"当事人要求听证,本机关于{heard_on}举行听证{came}。听证情况和对听证意见的采纳情况见下述事实和理由。"


def hearing(permit: Permit, at: datetime, place: str, chair: str) -> Words:
    """听证通知书."""
    told: Json = permit.revocation or {}
    when = said_moment(at.astimezone(BEIJING))
    return {"intent": told["document_no"], "at": when, "place": place, "chair": chair, "opinion": _document(permit)}


def _revoking(permit: Permit, code: str, reason: str) -> Words:
    situation, _ = REVOCATIONS[code]
    return {"situation": situation, "reason": reason, "ground": _REVOKED_BY[code], "opinion": _document(permit)}


def ending(permit: Permit, status: str, code: str | None, reason: str) -> Words:
    """注销 (行政许可法 70), 撤回 (行政许可法 8)."""
    found = f"{CANCELLATIONS[code]}。根据{_LICENSING}第七十条" if code else f"根据{_LICENSING}第八条第二款"
    return {
        "what": ENDINGS[status], "ground": found, "reason": reason, "opinion": _document(permit),
        "redress": _REDRESS.get(status, ""),
    }  # fmt: skip


ENDINGS = {"CANCELLED": "注销", "RETRACTED": "撤回"}
