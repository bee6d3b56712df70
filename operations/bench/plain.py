"""The plain way of doing the same, as the ruler beside the figures: one row at a time through the ORM, one commit each.

It does less: no receipt, no event, no scopes, no permissions. What the product costs more than this is the price of these.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, create_engine, delete, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from database.base import new_id
from operations.bench.figures import Figure
from operations.bench.machine import Product, cpu_of_trees


class Base(DeclarativeBase):
    """Tables of the bench alone."""


class PlainReport(Base):
    """A report as the first draft of such a system would keep it."""

    __tablename__ = "bench_report"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, index=True)
    region_code: Mapped[str] = mapped_column(index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass(frozen=True)
class Plain:
    """The bench's own process stands for the web server."""

    product: Product

    def cpu_seconds(self) -> dict[str, float]:
        """This process counts as the web server."""
        assert self.product.postgres.process is not None
        return {"web": time.process_time(), **cpu_of_trees({"postgres": self.product.postgres.process.pid})}


def plain_figures(product: Product, document: Mapping[str, Any], rows: int, times: int) -> list[Figure]:
    """Insert `rows`, read them all as gzipped JSON, ask `times` whether there are newer ones."""
    engine = create_engine(product.owner_url)
    Base.metadata.create_all(engine)
    meter = Plain(product)
    with Session(engine) as session:
        write = Figure("plain baseline: a report, one row and commit each", "report", rows)
        with write.measured(meter, "web", "postgres"):
            for number in range(rows):
                with write.timed():
                    session.add(PlainReport(id=new_id(), seq=number, region_code="150102", data=dict(document)))
                    session.commit()
        read = Figure("plain baseline: rows through the ORM, json and gzip", "row", rows)
        with read.measured(meter, "web", "postgres"), read.timed():
            found = session.scalars(select(PlainReport).where(PlainReport.seq >= 0).order_by(PlainReport.seq))
            lines = [json.dumps({"id": str(row.id), "seq": row.seq, "data": row.data}) for row in found]
            gzip.compress("\n".join(lines).encode(), compresslevel=1)
        idle = Figure("plain baseline: a query for newer rows", "request", times)
        with idle.measured(meter, "web", "postgres"):
            for _ in range(times):
                with idle.timed():
                    session.scalar(select(func.count()).where(PlainReport.seq > rows))
                    session.commit()
        session.execute(delete(PlainReport))
        session.commit()
    Base.metadata.drop_all(engine)
    engine.dispose()
    return [write, read, idle]
