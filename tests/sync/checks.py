"""What has to hold whatever the interleaving was."""

from __future__ import annotations

import orjson

from sync.feed import row_line
from tests.sync import toy
from tests.sync.world import HOME, Phone, World

REGION = f"region:{HOME}#officer"


class Caught(AssertionError):
    """An invariant of docs/sync-protocol.md 8 is broken."""


def nothing_is_missed(world: World, phone: Phone) -> None:
    """After a pull to a checkpoint the device holds what the database holds of the banner (invariants 4 and 6)."""
    phone.pull()
    stored = {str(row.id): row.revision for row in world.visits().values() if row.region_code == HOME}
    held = {id_: row["revision"] for (kind, id_), row in phone.rows.get(REGION, {}).items() if kind == "visit"}
    if held != stored:
        raise Caught(f"held {held}, stored {stored}")


def no_line_is_stale(world: World) -> None:
    """Every living line shows its row as it is committed, in all its scopes with the same revision."""
    visits = world.visits()
    lines = world.rows(
        "SELECT s.key, f.entity_id, f.revision, f.line FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id"
        " WHERE f.entity_type = 'visit' AND f.gone IS NULL"
    )
    renders = {f"{scope.kind}#{scope.projection}": scope.render for scope in toy.VISIT.scopes}
    for line in lines:
        row = visits.get(line.entity_id)
        render = renders[line.key.split(":", 1)[0] + "#" + line.key.rsplit("#", 1)[1]]
        assert render is not None
        if row is None or bytes(line.line) != row_line("visit", row.id, row.revision, render(row)).line:
            raise Caught(f"{line.key}: {orjson.loads(line.line)}, but the row is {row}")


def digests_are_sums(world: World) -> None:
    """A scope's count and digest are those of its living lines."""
    lines = world.rows("SELECT s.key, f.line FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id WHERE f.gone IS NULL")
    sums: dict[str, list[int]] = {}
    for line in lines:
        total = sums.setdefault(line.key, [0, 0])
        total[0] += 1
        total[1] = (total[1] + int(orjson.loads(line.line)["hash"], 16)) % 2**64
    for scope in world.rows("SELECT key, live_rows, digest FROM sync_scope"):
        if [scope.live_rows, scope.digest] != sums.get(scope.key, [0, 0]):
            raise Caught(f"{scope.key}: {scope.live_rows} rows and {scope.digest}, not {sums.get(scope.key)}")


def positions_have_no_gap(world: World) -> None:
    """Every position of a scope was given to one row, the head to the last."""
    for scope in world.rows(
        "SELECT s.head, max(f.position) AS last FROM sync_scope s JOIN sync_feed f ON f.scope_id = s.id GROUP BY s.id"
    ):
        if scope.head != scope.last:
            raise Caught(f"the head is {scope.head}, the last position {scope.last}")
