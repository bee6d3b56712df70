"""The files of the corpus: a sealed line for each version of each mutation, and the shape that its arguments had."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields, validate

from sync.mutations import Mutation
from tests.contracts.document import Json

DIRECTORY = Path(__file__).parent / "lines"
_SHAPES = DIRECTORY / "shapes.json"
_WORDS = {"error", "labels", "labels_text", "choices_text", "message_min", "message_max", "message_all"}


def path_of(name: str, version: int) -> Path:
    """Where the line stands."""
    return DIRECTORY / f"{name}.{version}.json"


def kept() -> set[tuple[str, int]]:
    """Name and version of every line."""
    found = (path.stem.rsplit(".", 1) for path in DIRECTORY.glob("*.*.json"))
    return {(name, int(version)) for name, version in found}


def kept_shapes() -> dict[str, list[str]]:
    """Name -> the shape of each version, the first one first."""
    shapes: dict[str, list[str]] = json.loads(_SHAPES.read_text(encoding="utf-8")) if _SHAPES.exists() else {}
    return shapes


def keep(mutation: Mutation, line: str) -> None:
    """Write the line and the shape of today's version."""
    path_of(mutation.name, mutation.version).write_text(f"{line}\n", encoding="utf-8")
    shapes = kept_shapes()
    shapes[mutation.name] = [*shapes.get(mutation.name, [])[: mutation.version - 1], shape_of(mutation)]
    _SHAPES.write_text(json.dumps(dict(sorted(shapes.items())), indent=0) + "\n", encoding="utf-8")


def shape_of(mutation: Mutation) -> str:
    """What tells one schema from another: its members, their kinds, limits and defaults, at any depth; no words."""
    return hashlib.sha256(json.dumps(_members(mutation.schema()), sort_keys=True).encode()).hexdigest()[:16]


def _members(schema: Schema) -> Json:
    return {field.data_key or name: _field(field) for name, field in schema.load_fields.items()}


def _field(field: fields.Field[Any]) -> Json:
    inner = getattr(field, "inner", None)
    return {
        "kind": type(field).__name__,
        "required": field.required,
        "null": field.allow_none,
        "default": _text(field.load_default),
        "limits": [_text(limit) for limit in field.validators],
        "members": _members(field.schema) if isinstance(field, fields.Nested) else None,
        "inner": None if inner is None else _field(inner),
    }


def _text(value: Any) -> Any:
    """A value as JSON that is the same in every process."""
    if isinstance(value, dict):
        return {str(name): _text(member) for name, member in value.items() if name not in _WORDS}
    if isinstance(value, (list, tuple)):
        return [_text(member) for member in value]
    if isinstance(value, (set, frozenset)):
        return sorted(str(member) for member in value)
    if isinstance(value, validate.Validator):
        return [type(value).__name__, _text(vars(value))]
    if isinstance(value, re.Pattern):
        return value.pattern
    return value.__name__ if callable(value) else str(value)
