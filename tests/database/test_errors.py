"""What a failure of the database writes down."""

from __future__ import annotations

import traceback

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api.context import Parts
from database.errors import is_passing, without_values

SECRET = "13812345678"


def test_a_violated_constraint_quotes_nothing_of_what_people_wrote(parts: Parts) -> None:
    with pytest.raises(IntegrityError) as caught, parts.database.transaction() as session:
        session.execute(
            text("INSERT INTO track_attempt (key, failures, window_started_at) VALUES (:words, NULL, now())"),
            {"words": f"name\n\n{SECRET}\nmore"},
        )
    said = "".join(traceback.format_exception(caught.value))
    assert SECRET in said, "PostgreSQL quotes the row"
    written = without_values(said)
    assert SECRET not in written
    assert "more" not in written
    assert "violates not-null constraint" in written
    assert "[SQL: INSERT INTO track_attempt" in written


def test_a_violated_constraint_is_no_passing_failure(parts: Parts) -> None:
    with pytest.raises(IntegrityError) as caught, parts.database.transaction() as session:
        session.execute(text("INSERT INTO track_attempt (key) VALUES (NULL)"))
    assert not is_passing(caught.value)
