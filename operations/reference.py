"""What clients may rely on, read from the program itself: docs/problems.md and docs/events.md."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from problems import Invalid, Problem, all_problems

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "accounts",
    "analytics",
    "api",
    "database",
    "media",
    "notifications",
    "places",
    "sync",
    "training_content",
    "workflow",
)
MODULES = ("problems", "settings", "wire", "worker")

_PROBLEMS = """# Problems

Made by `make docs` from the classes; do not edit.

Every refusal is an RFC 9457 document (`application/problem+json`): `type` is `/problems/<code>`, with `title`, `status` and
the data named here. Codes are promises: clients translate them and parse no title.

| code | kind | HTTP | title | data | when |
|---|---|---|---|---|---|
"""
_FIELDS = """
## Codes of `errors`

`errors` lists `{"field": "<dotted path>", "code", "message"}`. Besides what the schemas say (`required`, `unknown_field`,
`null`, `type`, `invalid`) the commands say:

"""
_GUARDS = """
## Reasons of `guard_failed`

The step exists in the life cycle, but a condition of the law or of practice is not met yet:

"""
_ROLES = """
## Reasons of `role_not_allowed`

Where there is one, it says more than that no role of the caller allows the act:

"""
_EVENTS = """# Events

Made by `make docs` from the source; do not edit.

What the journal records: an entity and a verb in the past. The notices, the tasks of the worker, the reactions of sibling
cases and the figures read these names, so a name is never reused for something else.

| event | recorded in | tells | then |
|---|---|---|---|
"""
# tus has two statuses of its own (api/uploads.py).
_OF_UPLOADS = {"upload_busy": 423, "digest_mismatch": 460}
# Answers that no class stands for: they come from HTTP itself, or from a defect.
_BARE = (
    ("method_not_allowed", "–", 405, "不支持的请求方法", "", "The path has no such method; `Allow` names those it has."),
    ("http_error", "–", 400, "请求无法处理", "", "Any other refusal of HTTP itself, under its own status."),
    ("fault", "–", 500, "系统出现错误,请稍后再试", "", "A defect of the server; it is logged and nothing was done."),
)
_RECORDERS = frozenset({"record", "move", "go", "_send", "_tell", "changed", "end", "tell"})
# Names of which only the source of the last part knows what it can be.
_SPELT_OUT = {"issue.{}": ("issue.applied", "issue.discarded")}
_EVENT = re.compile(r"[a-z_]+\.[a-z0-9_]+")


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Path and syntax tree of every module of the product, in the order of their paths; migrations are left out."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]
    for path in sorted([*paths, *(ROOT / f"{name}.py" for name in MODULES)]):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every call: the path, the last part of the called name, the call."""
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield path, node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", ""), node


def problem_classes() -> list[type[Problem]]:
    """Every problem of the product, by code; all modules are imported for it."""
    for path, _ in sources():
        importlib.import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    return [cls for cls in all_problems() if cls.__module__.split(".", 1)[0] in (*PACKAGES, *MODULES)]


def problem_table() -> str:
    """docs/problems.md."""
    from api.problems import STATUS

    data: dict[str, set[str]] = defaultdict(set)
    for _, name, call in calls():
        data[name] |= {keyword.arg for keyword in call.keywords if keyword.arg}
    rows = []
    for cls in problem_classes():
        lists_fields = issubclass(cls, Invalid) or "errors=" in inspect.getsource(cls.__init__)
        names = {"errors"} if lists_fields else data[cls.__name__]
        when = (cls.__dict__.get("__doc__") or "").split()
        status = f"{int(STATUS[cls.kind])}"
        if cls.code in _OF_UPLOADS:
            status += f", {_OF_UPLOADS[cls.code]} on /uploads"
        rows.append(
            (cls.code, cls.kind.value, status, cls.title, ", ".join(f"`{name}`" for name in sorted(names)), " ".join(when))
        )
    table = "".join(_row(f"`{code}`", *rest) for code, *rest in [*rows, *_BARE])
    fields = _constants("field_error", 1)
    guards = _listed(_constants("guard", 2) | _reasons("GuardFailed") | _returned("may_take"))
    return _PROBLEMS + table + _FIELDS + _listed(fields) + _GUARDS + guards + _ROLES + _listed(_reasons("RoleNotAllowed"))


def _reasons(problem: str) -> set[str]:
    """What the calls of a problem's class give as `reason`."""
    return {
        str(keyword.value.value)
        for _, name, call in calls()
        for keyword in call.keywords
        if name == problem and keyword.arg == "reason" and isinstance(keyword.value, ast.Constant)
    }


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |\n"


def _listed(codes: set[str]) -> str:
    return ", ".join(f"`{code}`" for code in sorted(codes)) + "\n"


def _constants(function: str, position: int) -> set[str]:
    """The strings that stand at one position of the calls of a function."""
    return {
        argument.value
        for _, name, call in calls()
        if name == function and len(call.args) > position
        for argument in [call.args[position]]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def _returned(function: str) -> set[str]:
    """The strings that functions of this name return."""
    return {
        node.value.value
        for _, tree in sources()
        for defined in ast.walk(tree)
        if isinstance(defined, ast.FunctionDef) and defined.name == function
        for node in ast.walk(defined)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def recorded_events() -> dict[str, set[str]]:
    """Every event that the source records -> the modules that do."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, tree in sources():
        for node in ast.walk(tree):
            for text in _texts(node):
                for name in _expanded(path, text):
                    if _EVENT.fullmatch(name):
                        found[name].add(path)
    return found


def _texts(node: ast.AST) -> Iterator[str]:
    """The texts that may name an event: arguments of what records, and the values of tables named `_EVENTS`."""
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in _RECORDERS:
            return
        for argument in node.args:
            for part in ast.walk(argument):
                if isinstance(part, ast.JoinedStr):
                    yield "".join(str(piece.value) if isinstance(piece, ast.Constant) else "{}" for piece in part.values)
                elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield ("{}." if name == "changed" else "") + part.value
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and ast.unparse(node.targets[0]) == "_EVENTS":
        yield from (str(value.value) for value in node.value.values if isinstance(value, ast.Constant))


def _expanded(path: str, text: str) -> Iterator[str]:
    """`{}.published` as law.published and lesson.published: the subject is what the package declares to devices."""
    if not text.startswith("{}."):
        yield from _SPELT_OUT.get(text, (text,))
        return
    from api.app import SYNCED
    from workflow.case_tasks import CASES

    if path.startswith("workflow/"):
        types = list(CASES)
    else:
        folder = path.rpartition("/")[0].replace("/", ".")
        types = [item.type for item in SYNCED if item.model.__module__.startswith(folder)]
    yield from (text.replace("{}", name, 1) for name in types)


def event_table() -> str:
    """docs/events.md."""
    from notifications.subscriptions import SUBSCRIPTIONS
    from timetable import REACTIONS
    from workflow.reactions import REACTIONS as OF_SIBLINGS

    told: dict[str, list[str]] = defaultdict(list)
    for row in SUBSCRIPTIONS:
        told[row.event].append(f"{row.audience}: {row.template}")
    rows = []
    for event, paths in sorted(recorded_events().items()):
        then = [f"task `{task}`" for task in REACTIONS.get(event, ())] + [_called(step) for step in OF_SIBLINGS.get(event, ())]
        rows.append(_row(f"`{event}`", ", ".join(sorted(paths)), "; ".join(told[event]), ", ".join(then)))
    return _EVENTS + "".join(rows)


def _called(step: Callable[..., object]) -> str:
    return f"`{step.__name__.strip('_')}`"


DOCUMENTS: dict[str, Callable[[], str]] = {"docs/problems.md": problem_table, "docs/events.md": event_table}


def main() -> None:
    """Write them."""
    for path, made in DOCUMENTS.items():
        (ROOT / path).write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main()
