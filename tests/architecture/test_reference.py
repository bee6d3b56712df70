"""What clients, notices and figures rely on by name: problems, events, life cycles and what devices hold."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from flask import Flask

from api.app import MUTATIONS, SYNCED
from database.base import Base, Json
from notifications.subscriptions import SUBSCRIPTIONS
from operations import diagrams, reference
from operations.reference import ROOT, calls, problem_classes, recorded_events, sources
from problems import Problem
from sync import synced as issues
from sync.models import Issue
from sync.schemas import IssueRecordSchema
from timetable import REACTIONS as OF_THE_WORKER
from wire import AnswerSchema
from workflow.handovers import synced as handovers
from workflow.handovers.models import Handover
from workflow.handovers.records import HandoverLineSchema
from workflow.hazards import synced as hazards
from workflow.hazards.events import EVENT_WORDS
from workflow.hazards.models import Hazard
from workflow.hazards.queries import _PUBLIC_EVENTS
from workflow.hazards.records import HazardOutlineSchema, HeldHazardSchema, ReportedHazardSchema
from workflow.queue import synced as tasks
from workflow.queue.models import Task
from workflow.queue.rules import NO_DEADLINE
from workflow.queue.schemas import TaskSchema
from workflow.reactions import REACTIONS as OF_SIBLINGS
from workflow.rectification import synced as orders
from workflow.rectification.models import Rectification
from workflow.rectification.records import OfficerOrderSchema, UnitOrderSchema

# The verb of an event ends like a participle, or is one of these.
IRREGULAR = {
    "upheld", "sent", "set", "told", "withdrawn", "read", "lost", "soon", "reset", "taken", "held", "lent", "written", "paid",
    "heard", "found", "put",
}  # fmt: skip
# Subjects that are no table of their own: a clock is an event of its case, the calendar is many notices.
SUBJECTS = {"clock", "calendar"}


MADE = reference.DOCUMENTS | diagrams.DOCUMENTS


@pytest.mark.parametrize("path", list(MADE))
def test_what_is_made_in_docs_is_what_the_program_says(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == MADE[path](), "run `make docs`"


def test_each_problem_has_a_code_of_its_own_and_a_title_in_chinese() -> None:
    by_code = defaultdict(list)
    for cls in problem_classes():
        by_code[cls.code].append(cls.__name__)
        assert cls.code != Problem.code, cls
        assert cls.__dict__.get("__doc__"), f"{cls}: when"
        assert any("\u4e00" <= letter <= "\u9fff" for letter in cls.title), cls
    assert {code: names for code, names in by_code.items() if len(names) > 1} == {}


def test_every_problem_is_raised_somewhere() -> None:
    called = {name for _, name, _ in calls()}
    # Without data a class is raised as it is: `raise NotFound`.
    raised = {
        ast.unparse(node.exc) for _, tree in sources() for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc
    }
    assert [cls.__name__ for cls in problem_classes() if cls.__name__ not in called | raised] == []


def test_an_event_is_named_by_a_subject_and_a_verb_in_the_past() -> None:
    subjects = set(Base.metadata.tables) | {item.type for item in SYNCED} | SUBJECTS
    for event in recorded_events():
        subject, _, verb = event.partition(".")
        assert subject in subjects, event
        words = verb.split("_")
        assert any(word.endswith("ed") or word in IRREGULAR for word in words), event


def test_each_event_of_a_hazard_has_its_words_in_the_timeline() -> None:
    assert {event for event in recorded_events() if event.startswith(("hazard.", "clock."))} == set(EVENT_WORDS)


@pytest.mark.parametrize(
    "listening",
    [
        pytest.param({row.event for row in SUBSCRIPTIONS}, id="notices"),
        pytest.param(set(OF_SIBLINGS), id="siblings"),
        pytest.param(set(OF_THE_WORKER), id="worker"),
        pytest.param(_PUBLIC_EVENTS, id="timeline"),
    ],
)
def test_nobody_listens_for_an_event_that_nothing_records(listening: set[str]) -> None:
    assert sorted(listening - set(recorded_events())) == []


def test_the_application_hands_the_tasks_of_the_worker_to_the_outbox(app: Flask) -> None:
    handed: Mapping[str, Sequence[str]] = app.extensions["fire"].notifications._reactions
    assert {event: tuple(tasks) for event, tasks in handed.items()} == OF_THE_WORKER


def test_what_devices_hold_declares_who_sees_it() -> None:
    assert len({item.type for item in SYNCED}) == len(SYNCED) == len({item.model for item in SYNCED})
    for item in SYNCED:
        assert item.scopes, item.type
        is_on_devices = any(scope.render is not None for scope in item.scopes)
        assert is_on_devices == (item.type != "transfer"), item.type  # which is nobody's to carry about
        for scope in item.scopes:
            assert scope.column is None or scope.column.class_ is item.model, f"{item.type}: {scope.kind}"
            assert scope.kind in ("region", "user", "unit", "reporter", "public", "org", "editor"), scope.kind


@pytest.mark.parametrize(
    ("line", "record", "shape", "left_out"),
    [
        (hazards.officer_line, Hazard(address={}), HazardOutlineSchema, set()),
        (hazards.holder_line, Hazard(address={}), HeldHazardSchema, set()),
        (hazards.reporter_line, Hazard(), ReportedHazardSchema, set()),
        (handovers.line, Handover(), HandoverLineSchema, set()),
        (orders.unit_line, Rectification(), UnitOrderSchema, set()),
        (orders.officer_line, Rectification(), OfficerOrderSchema, set()),
        (
            tasks.line,
            Task(waiting_for="register", due_at=NO_DEADLINE, hours_up=0),
            TaskSchema,
            {"id", "revision", "actions", "holders", "next", "reused_photos"},
        ),
        (issues.officer_line, Issue(), IssueRecordSchema, set()),
        (issues.author_line, Issue(), IssueRecordSchema, set()),
    ],
)
def test_a_row_of_a_device_has_the_shape_that_the_document_gives_it(
    line: Callable[[Any], Json], record: Any, shape: type[AnswerSchema], left_out: set[str]
) -> None:
    known = shape()
    assert set(known.fields) - known.optional - left_out <= set(line(record)) <= set(known.fields)


def test_mutations_are_named_after_what_devices_hold() -> None:
    names = [mutation.name for mutation in MUTATIONS]
    assert len(names) == len(set(names))
    types = {item.type for item in SYNCED}
    assert [mutation.name for mutation in MUTATIONS if mutation.entity_type not in types] == []
    assert [mutation.name for mutation in MUTATIONS if not mutation.summary] == []
