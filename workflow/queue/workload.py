"""Who has how much in hand, what will be late at the pace so far, and what could go to somebody with less to do.

A forecast says how it was made: the median time that the last cases of the same kind took, counted from where this one began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Organisation
from database.base import Json
from database.session import now
from problems import RoleNotAllowed
from workflow.clocks import end_of, local_day
from workflow.offices import staff_names
from workflow.queue.assignable import assignable
from workflow.queue.rules import OUTSIDE

SAMPLE = 200  # the last cases of a kind, of the whole region
FEWEST = 5  # below that nothing is foretold
LOOK_AHEAD = timedelta(days=30)
MOST_ITEMS = 500
MOST_PROPOSALS = 20
WORTH_MOVING = 3  # items that the relief has less than who is relieved


def workload(session: Session, actor: Actor) -> Json:
    """Of the offices that this actor leads. Raises RoleNotAllowed."""
    offices = actor.org_ids(Role.UNIT_LEADER)
    if not offices:
        raise RoleNotAllowed(action="read_workload")
    moment = now(session)
    rows = _open_items(session, offices, moment)
    paces = _paces(session, {row.rule_id for row in rows if row.rule_id})
    names = staff_names(session, [person for row in rows for person in row.holder_ids])
    late = [found for row in rows if (found := _forecast(row, paces, moment, names)) is not None]
    people = _people(session, actor, offices, rows, {item["id"] for item in late}, moment)
    return {"people": list(people.values()), "late": late, "proposals": _proposals(rows, people)}


def _open_items(session: Session, offices: frozenset[UUID], moment: datetime) -> Sequence[Any]:
    """What these offices have to act on, earliest due first, each with the clock that runs."""
    values = {"offices": sorted(offices), "outside": list(OUTSIDE), "until": moment + LOOK_AHEAD, "most": MOST_ITEMS}
    return session.execute(_ITEMS, values).all()


def _paces(session: Session, rules: set[str]) -> dict[str, timedelta]:
    """How long the last cases under each rule took: the median of those that are enough to say."""
    rows = session.execute(_PACES, {"rules": sorted(rules), "sample": SAMPLE, "fewest": FEWEST})
    return {row.rule_id: timedelta(seconds=float(row.seconds)) for row in rows}


def _forecast(row: Any, paces: Mapping[str, timedelta], moment: datetime, names: Mapping[str, str]) -> Json | None:
    """An item that is not late yet and will be, with the reason; None where nothing says so."""
    if row.due_at < moment or row.rule_id not in paces:
        return None
    pace = paces[row.rule_id]
    expected = max(row.started_at + pace, moment)
    if expected <= row.due_at:
        return None
    used = moment - row.started_at
    return {
        **_card(row, names),
        "expected_at": expected,
        "reason": f"同类事项近期用时中位数{_said(pace)},本件已用{_said(used)},按此将晚于期限{_said(expected - row.due_at)}",
    }


def _card(row: Any, names: Mapping[str, str]) -> Json:
    return {
        "id": row.id, "subject_type": row.subject_type, "subject_id": row.subject_id, "number": row.title.get("number", ""),
        "category": row.title.get("category", ""), "place": row.title.get("place", ""), "due_at": row.due_at,
        "holders": [{"id": person, "name": names.get(str(person), "")} for person in row.holder_ids],
    }  # fmt: skip


def _people(
    session: Session, actor: Actor, offices: frozenset[UUID], rows: Sequence[Any], late: set[UUID], moment: datetime
) -> dict[UUID, Json]:
    """Everybody who may be sent in these offices' divisions, and how much each has in hand. Heaviest first."""
    divisions = {session.get_one(Organisation, office).region_code for office in offices}
    found: dict[UUID, Json] = {}
    for division in sorted(divisions):
        for person in assignable(session, actor, division):
            counted = {"due_today": 0, "overdue": 0, "late": 0}
            found.setdefault(person["id"], {**person, "region_code": division, **counted})
    tonight = end_of(local_day(moment))
    for row in rows:
        for holder in row.holder_ids:
            if holder in found:
                found[holder]["overdue"] += row.due_at < moment
                found[holder]["due_today"] += moment <= row.due_at <= tonight
                found[holder]["late"] += row.id in late
    return dict(sorted(found.items(), key=lambda item: (-item[1]["open_items"], item[1]["name"])))


def _proposals(rows: Sequence[Any], people: Mapping[UUID, Json]) -> list[Json]:
    """Checks that nobody has begun: the busier of the pair is relieved by the officer of the division who has least in hand.

    Each proposal counts as if it were taken, so that the next one does not heap everything on the same person.
    """
    load = {person: row["open_items"] for person, row in people.items()}
    officers = {person: row["region_code"] for person, row in people.items() if row["role"] == Role.FIRE_OFFICER}
    proposals: list[Json] = []
    for row in rows:
        pair = [person for person in row.holder_ids[:2] if person in load]
        free = [person for person, division in officers.items() if division == row.region_code and person not in pair]
        if (
            (row.subject_type, row.state) != ("hazard", "ASSIGNED")
            or len(pair) < 2
            or not free
            or len(proposals) == MOST_PROPOSALS
        ):
            continue
        busy = max(pair, key=lambda person: (load[person], str(person)))
        relief = min(free, key=lambda person: (load[person], str(person)))
        if load[busy] - load[relief] < WORTH_MOVING:
            continue
        new_pair = [relief if person == busy else person for person in pair]
        proposals.append(
            {
                "hazard_id": row.subject_id, "state": row.state, "holder_ids": row.holder_ids,
                "number": row.title.get("number", ""), "place": row.title.get("place", ""), "due_at": row.due_at,
                "holders": [_hand(people, load, person) for person in pair],
                "proposed": [_hand(people, load, person) for person in new_pair],
                "reason": f"{_in_hand(people, load, busy)},{_in_hand(people, load, relief)}。尚未到场,"
                f"可由{people[relief]['name']}接替{people[busy]['name']}。",
            }
        )  # fmt: skip
        load[busy] -= 1
        load[relief] += 1
    return proposals


def _hand(people: Mapping[UUID, Json], load: Mapping[UUID, int], person: UUID) -> Json:
    return {"id": person, "name": people[person]["name"], "open_items": load[person]}


def _in_hand(people: Mapping[UUID, Json], load: Mapping[UUID, int], person: UUID) -> str:
    return f"{people[person]['name']}在办{load[person]}件"


def _said(span: timedelta) -> str:
    """2天, 5小时, 40分钟: as coarse as people speak."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes >= 2 * 24 * 60:
        return f"{minutes // (24 * 60)}天"
    return f"{minutes // 60}小时" if minutes >= 60 else f"{minutes}分钟"


_ITEMS = text(
    """
    SELECT t.id, t.subject_type, t.subject_id, t.region_code, t.state, t.title, t.due_at, t.holder_ids,
           c.rule_id, c.started_at
      FROM task t
      LEFT JOIN LATERAL (
            SELECT k.rule_id, k.started_at FROM clock k
             WHERE k.entity_type = t.subject_type AND k.entity_id = t.subject_id
               AND k.met_at IS NULL AND k.cancelled_at IS NULL AND k.paused_at IS NULL
             ORDER BY k.due_at LIMIT 1) c ON TRUE
     WHERE t.is_open AND t.org_id = ANY(:offices) AND t.due_at < :until AND NOT t.waiting_for = ANY(:outside)
     ORDER BY t.due_at, t.id
     LIMIT :most
    """
)
_PACES = text(
    """
    SELECT r.rule_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM last.met_at - last.started_at)) AS seconds
      FROM unnest(CAST(:rules AS text[])) AS r (rule_id)
     CROSS JOIN LATERAL (
            SELECT k.met_at, k.started_at FROM clock k
             WHERE k.rule_id = r.rule_id AND k.met_at IS NOT NULL
             ORDER BY k.met_at DESC LIMIT :sample) last
     GROUP BY r.rule_id
    HAVING count(*) >= :fewest
    """
)
