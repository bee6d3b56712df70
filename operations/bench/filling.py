"""Many rows, quickly: copies of real ones that were made over HTTP, spread over the region."""

from __future__ import annotations

from uuid import UUID

import psycopg

HOME = "150102"  # the banner that is measured
HOME_ROWS = 10_000  # lines of its scope, however large the whole feed is

# UUIDv7 whose time is one millisecond for each row, as ids come in life.
_MAKE_IDS = """
    CREATE FUNCTION pg_temp.bench_id(kind text, i bigint) RETURNS uuid LANGUAGE sql AS $$
        SELECT (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - 100000000 + i), 12, '0')
                || '7' || left(md5(kind || i), 3) || '8' || substr(md5(kind || i), 4, 15))::uuid
    $$
"""

# Table -> the column that finds the case's row, and what differs in a copy.
_SUBJECT = {"region_code": "f.region_code", "org_id": "f.org_id", "due_at": "f.due_at"}
_PLACE = {"lon": "111.4 + (f.i / 10 %% 50) * 0.01", "lat": "40.6 + (f.i / 500 %% 50) * 0.01"}
_COPIES = {
    "hazard": (
        "id",
        {
            **_SUBJECT,
            "id": "f.hazard_id",
            "number": "'BENCH' || f.i",
            "org_ids": "jsonb_build_array(f.org_id)",
            "reporter_id": "f.clock_id",
            "tracking_hash": "null",
            **_PLACE,
        },
    ),
    "task": ("subject_id", {**_SUBJECT, **_PLACE, "id": "f.task_id", "subject_id": "f.hazard_id"}),
    "clock": ("entity_id", {"id": "f.clock_id", "entity_id": "f.hazard_id", "due_at": "f.due_at"}),
}


def fill_cases(superuser_url: str, hazard_id: UUID, count: int) -> None:
    """`count` open cases like this one, each with its task and its clock; one of ten lies in the measured banner, all over it."""
    with psycopg.connect(superuser_url) as connection:
        connection.execute(_MAKE_IDS)
        connection.execute(
            """
            CREATE TEMP TABLE filled AS
            SELECT i, pg_temp.bench_id('hazard', i) AS hazard_id, pg_temp.bench_id('task', i) AS task_id,
                   pg_temp.bench_id('clock', i) AS clock_id, b.region_code, b.id AS org_id,
                   now() + make_interval(mins => ((i::bigint * 7919) %% 20000)::int - 2000) AS due_at
              FROM generate_series(1, %(count)s) AS i
              JOIN (SELECT id, region_code, row_number() OVER (ORDER BY region_code) - 1 AS nth, count(*) OVER () AS total
                      FROM organisation WHERE code = 'XF' || region_code AND region_code NOT LIKE '%%00') AS b
                ON CASE WHEN i %% 10 = 0 THEN b.region_code = %(home)s ELSE b.nth = i %% b.total END
            """,
            {"count": count, "home": HOME},
        )
        for table, (key, changed) in _COPIES.items():
            overrides = ", ".join(f"'{column}', {value}" for column, value in changed.items())
            connection.execute(
                f"""
                INSERT INTO {table}
                SELECT r.* FROM (SELECT to_jsonb(t) AS row FROM {table} t WHERE {key} = %(hazard)s LIMIT 1) AS t, filled AS f,
                       LATERAL jsonb_populate_record(NULL::{table}, t.row || jsonb_build_object({overrides})) AS r
                """,  # noqa: S608 - tables and columns are those above
                {"hazard": hazard_id},
            )
    _analyse(superuser_url, "hazard", "task", "clock")


def fill_feed(superuser_url: str, hazard_id: UUID, total: int) -> None:
    """Lines of 1 KB like this case's, until the feed has `total`: the measured banner's share first, the rest elsewhere."""
    with psycopg.connect(superuser_url) as connection:
        connection.execute(_MAKE_IDS)
        values = {"hazard": hazard_id, "total": total, "share": HOME_ROWS, "home": HOME}
        connection.execute(
            "INSERT INTO sync_scope (key) SELECT 'region:' || region_code || '#officer' FROM organisation"
            " WHERE code = 'XF' || region_code AND region_code NOT LIKE '%%00' ON CONFLICT (key) DO NOTHING",
            values,
        )
        connection.execute(
            """
            CREATE TEMP TABLE lines AS
            SELECT s.id AS scope_id, s.head + row_number() OVER (PARTITION BY s.id ORDER BY i) AS position,
                   pg_temp.bench_id('line', i) AS entity_id, i
              FROM generate_series((SELECT count(*) FROM sync_feed) + 1, %(total)s) AS i
              JOIN (SELECT id, head, key, row_number() OVER (ORDER BY key) - 1 AS nth, count(*) OVER () AS total
                      FROM sync_scope WHERE key LIKE 'region:%%#officer' AND key <> 'region:' || %(home)s || '#officer'
                     UNION ALL
                    SELECT id, head, key, NULL, NULL FROM sync_scope WHERE key = 'region:' || %(home)s || '#officer') AS s
                ON CASE WHEN i <= %(share)s THEN s.nth IS NULL ELSE s.nth = i %% s.total END
            """,
            values,
        )
        connection.execute(
            """
            INSERT INTO sync_feed (scope_id, position, entered, entity_type, entity_id, revision, line, hash)
            SELECT l.scope_id, l.position, l.position, t.entity_type, l.entity_id, t.revision,
                   convert_to(replace(replace(t.text, %(hazard)s::text, l.entity_id::text), 'PADDING',
                              left(repeat(md5(l.i::text), 24), greatest(1024 - length(t.text), 0))), 'UTF8'), t.hash
              FROM lines AS l,
                   (SELECT f.*, convert_from(f.line, 'UTF8') AS text FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id
                     WHERE f.entity_id = %(hazard)s AND s.key LIKE 'region:%%') AS t
            """,
            values,
        )
        connection.execute(
            """
            UPDATE sync_scope SET head = n.head, live_rows = n.rows, digest = n.digest
              FROM (SELECT scope_id, max(position) AS head, count(hash) AS rows,
                           mod(mod(sum(hash), 2::numeric ^ 64) + 2::numeric ^ 64, 2::numeric ^ 64) AS digest
                      FROM sync_feed GROUP BY scope_id) AS n
             WHERE n.scope_id = sync_scope.id
            """
        )
    _analyse(superuser_url, "sync_feed", "sync_scope")


def _analyse(superuser_url: str, *tables: str) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for table in tables:
            connection.execute(f"VACUUM (ANALYZE) {table}")
        connection.execute("CHECKPOINT")
