"""Routes, the blueprint that every resource uses: strict JSON in, problem documents out, OpenAPI from the same schemas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NoReturn, TypeVar

import orjson
from flask import Request, current_app, g, request
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import ClientDisconnected

from api.auth import PUBLIC
from api.problems import ProblemSchema
from problems import BodyTooLarge, Invalid, Malformed, UnsupportedMediaType, field_error
from sync.reading import decompress
from wire import MAX_ERRORS, flatten

MAX_MEMBERS = 20_000  # keys and values of a body; a law of 1000 articles has some 6000


def parse_json(body: bytes, max_depth: int) -> Any:
    """JSON to Python. Raises Malformed with the byte offset, or Invalid naming the string that holds a NUL."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(offset=_error_offset(body, error), reason=error.msg) from error
    for count, (path, depth, member) in enumerate(_members(value)):
        if depth > max_depth:
            raise Malformed(offset=_depth_offset(body, max_depth), reason="nested too deeply")
        if count == MAX_MEMBERS:
            raise Malformed(offset=0, reason=f"more than {MAX_MEMBERS} members and values")
        if isinstance(member, str) and "\0" in member:
            raise Invalid(field_error(path, "nul_character", "不能包含空字符"))
    return value


def _error_offset(body: bytes, error: orjson.JSONDecodeError) -> int:
    """The byte at which a body stops being JSON. orjson counts characters, and of what is no UTF-8 it says 0."""
    try:
        body.decode()
    except UnicodeDecodeError as undecodable:
        return undecodable.start
    return len(error.doc[: error.pos].encode(errors="surrogatepass"))


def _depth_offset(body: bytes, max_depth: int) -> int:
    """Where a document that is JSON goes deeper than it may."""
    depth, in_string, is_escaped = 0, False, False
    for offset, byte in enumerate(body):
        if in_string:
            in_string = is_escaped or byte != ord('"')
            is_escaped = byte == ord("\\") and not is_escaped
        elif byte == ord('"'):
            in_string = True
        elif byte in b"[{":
            depth += 1
            if depth > max_depth:
                return offset
        elif byte in b"]}":
            depth -= 1
    return len(body)


def _members(value: Any) -> Iterator[tuple[str, int, Any]]:
    """Every key and value with its dotted path and depth; without recursion, so that depth cannot exhaust the stack."""
    pending: list[tuple[str, int, Any]] = [("", 0, value)]
    while pending:
        path, depth, item = pending.pop()
        yield path or "body", depth, item
        if isinstance(item, dict):
            for key, child in item.items():
                yield path or "body", depth, key
                pending.append((f"{path}.{key}" if path else key, depth + 1, child))
        elif isinstance(item, list):
            pending += [(f"{path}.{index}" if path else str(index), depth + 1, child) for index, child in enumerate(item)]


def read_body(max_bytes: int) -> bytes:
    """The whole body, read once for each request.

    Raises BodyTooLarge by the declared length before a byte is read, Malformed if it ends early.
    """
    if "body" not in g:
        g.body = _read_stream(max_bytes)
    return bytes(g.body)


def _read_stream(max_bytes: int) -> bytes:
    declared = request.content_length
    if declared is not None and declared > max_bytes:
        raise BodyTooLarge(max_bytes=max_bytes)
    try:
        body = request.stream.read(max_bytes + 1)
    except ClientDisconnected as error:
        raise Malformed(reason="body ends early") from error
    if len(body) > max_bytes:
        raise BodyTooLarge(max_bytes=max_bytes)
    if declared is not None and len(body) != declared:
        raise Malformed(offset=len(body), reason="body ends early")
    return body


class _Parser(FlaskParser):
    """webargs with our JSON reader and our problems."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": "raise", "query": "raise", "headers": "exclude", "path": "raise"}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The JSON body; an absent body counts as an empty object."""
        settings = current_app.config["FIRE"]
        body = read_body(settings.max_body_bytes)
        if not body:
            return {}
        body = decompress(body, req.headers.get("Content-Encoding", ""), settings.max_body_bytes)
        if req.mimetype != "application/json":
            raise UnsupportedMediaType(accepted="application/json")
        return parse_json(body, settings.max_json_depth)

    def handle_error(self, error: ValidationError, *_: Any, **__: Any) -> NoReturn:
        """Marshmallow's tree of messages as a flat list of fields."""
        tree = error.messages if isinstance(error.messages, dict) else {"body": error.messages}
        raise Invalid(*islice((entry for location in tree.values() for entry in flatten(location)), MAX_ERRORS))


View = TypeVar("View", bound=Callable[..., Any])


def owns_transactions(view: View) -> View:
    """Mark a view that opens its own transactions: it reads or writes slowly, or what it counts must outlive a refusal."""
    view.owns_transactions = True  # type: ignore[attr-defined]
    return view


class Routes(Blueprint):
    """A blueprint under /api/v1 whose every operation documents the problem document as its default answer."""

    ARGUMENTS_PARSER = _Parser()

    def __init__(self, name: str, prefix: str, description: str) -> None:
        super().__init__(name, name, url_prefix=f"/api/v1{prefix}", description=description)
        self._prepare_doc_cbks.append(_join_parameters)

    def route(self, rule: str, *, parameters: Any = None, **options: Any) -> Any:
        """As in Flask; documents the endpoint's name, whether it needs a token, and the default answer."""
        inner = super().route(rule, **options)

        def decorate(view: Any) -> Any:
            endpoint = f"{self.name}.{view.__name__}"
            said: dict[str, Any] = {"operationId": endpoint}
            if endpoint in PUBLIC:
                said["security"] = []
            if parameters:
                said["parameters"] = parameters  # of this method: flask-smorest would give them to its neighbours too
            named = self.doc(**said)(view)
            return inner(self.alt_response("default", **_PROBLEM, description="A problem")(named))

        return decorate

    def arguments(self, schema: Any, **options: Any) -> Any:
        """As in flask-smorest; a wrong field is a problem document too. The schema is made once, not for each request."""
        inner = super().arguments(schema() if isinstance(schema, type) else schema, **options)
        documented = self.alt_response(422, **_PROBLEM, description="Fields are wrong: `errors` names them")
        return lambda view: inner(documented(view))


def _join_parameters(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Parameters that `doc` adds (headers) stand beside those of `arguments`; flask-smorest would replace them."""
    manual = doc_info.get("manual_doc", {})
    if "parameters" in manual:
        manual["parameters"] = [*doc.get("parameters", []), *manual["parameters"]]
    return doc


_PROBLEM: dict[str, Any] = {"schema": ProblemSchema, "content_type": "application/problem+json"}
