"""Numbers of legal papers: gap-free series of an office's name and a year (docs/decisions/0003)."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.models import Organisation
from database.session import now
from workflow.clocks import local_day
from workflow.models import NumberPattern, NumberSeries


def next_number(session: Session, office: Organisation, paper: str) -> str:
    """新城大队移〔2026〕第5号, by the pattern of this paper. The row lock is the turn: none is lost or doubled.

    The series is the name's, which the number is written with, and not the office's: two offices of one name share it.
    """
    year = local_day(now(session)).year
    number = session.execute(
        insert(NumberSeries)
        .values(series=f"{paper}:{office.short_name}:{year}", last=1)
        .on_conflict_do_update(index_elements=["series"], set_={"last": NumberSeries.last + 1})
        .returning(NumberSeries.last)
    ).scalar_one()
    pattern = session.get_one(NumberPattern, paper).pattern
    return pattern.replace("{office}", office.short_name).replace("{year}", str(year)).replace("{n}", str(number))
