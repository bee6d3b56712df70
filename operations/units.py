"""`python -m operations.units FILE`: a file of the regional data platform, taken into the register at once."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from api.app import assemble
from api.context import Parts
from database.base import Json
from operations.processes import CannotStart
from operations.refusals import in_one_line
from places.imports.catalogue import FileCatalogue, pull
from places.imports.commands import work
from places.imports.models import UnitImport, UnitImportRow
from places.imports.rules import OUTCOMES
from problems import Invalid
from settings import Settings

_TELL_EVERY = 10_000
_MOST_TOLD = 100
_PAUSE_SECONDS = 0.2


def main(settings: Settings, file: Path) -> Json:
    """Take it in: how many rows came to what. The worker may help; whatever stops this is gone on with by the worker."""
    parts = assemble(settings)
    kept: list[UUID] = []
    try:
        pull(parts.database, FileCatalogue(file.read_bytes()), kept.append)
        if not kept:
            raise CannotStart("the worker reads the platform's catalogue just now: try again in a minute")
        return _worked(parts, kept[0])
    finally:
        parts.database.dispose()


def _worked(parts: Parts, import_id: UUID) -> Json:
    began, told = time.monotonic(), 0
    while True:
        with parts.database.transaction() as session:
            worked = work(session, parts.database.savepoint)
            made = session.get_one(UnitImport, import_id)
            done, counts = sum(made.counts.values()), dict(made.counts)
            is_over = made.state == "DONE"
        if done - told >= _TELL_EVERY or is_over:
            told = done
            print(f"{done} of {made.rows} rows, {time.monotonic() - began:.0f} s", flush=True)
        if is_over:
            _tell_refused(parts, import_id)
            return counts
        if not worked:  # the worker has it
            time.sleep(_PAUSE_SECONDS)


def _tell_refused(parts: Parts, import_id: UUID) -> None:
    refused = select(UnitImportRow).where(UnitImportRow.import_id == import_id, UnitImportRow.outcome == "REFUSED")
    with parts.database.snapshot() as session:
        for row in session.scalars(refused.order_by(UnitImportRow.line).limit(_MOST_TOLD)):
            print(f"line {row.line}: {row.cells.get('name', '')}: {'; '.join(note['message'] for note in row.notes)}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m operations.units FILE (CSV or XLSX of the regional data platform)")
    try:
        with in_one_line("cannot be taken in"):
            counts = main(Settings.from_environment(), Path(sys.argv[1]))
    except Invalid as problem:
        sys.exit("\n".join(error["message"] for error in problem.data["errors"]))
    print(", ".join(f"{label} {counts.get(outcome, 0)}" for outcome, label in OUTCOMES.items()))
    sys.exit(1 if counts.get("REFUSED") else 0)
