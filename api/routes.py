"""Routes, the blueprint that every resource uses: strict JSON in, problem documents out, OpenAPI from the same schemas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from http import HTTPStatus
from itertools import islice
from typing import Any, NamedTuple, NoReturn, TypeVar

import orjson
from flask import Request, Response, current_app, g, request
from flask_smorest import Blueprint
from flask_smorest.utils import get_appcontext
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import ClientDisconnected

from api.auth import PUBLIC
from api.etags import set_etag
from api.examples import EXAMPLES
from api.idempotency import takes_key
from problems import BodyTooLarge, Invalid, Malformed, UnsupportedMediaType, field_error
from sync.compression import decompress
from wire import MAX_ERRORS, flatten

_BASE = "/api/v1"
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


def tells_a_secret(view: View) -> View:
    """Mark a view whose answer no receipt may keep: it holds a key or a secret that is told once."""
    view.tells_a_secret = True  # type: ignore[attr-defined]
    return view


def takes_bytes(most: int) -> Callable[[View], View]:
    """Mark a view whose body may be this large, when others' may not."""

    def mark(view: View) -> View:
        view.most_bytes = most  # type: ignore[attr-defined]
        return view

    return mark


class Answer(NamedTuple):
    """Which headers an operation sets from its own answer; a stored answer that is repeated has them too."""

    etag: bool = False
    location: str = ""  # where what was made is read: a format of the answer's members, below /api/v1

    def complete(self, response: Response, document: Any) -> Response:
        """Set them."""
        if self.location and response.status_code == HTTPStatus.CREATED:
            response.headers["Location"] = f"{_BASE}{self.location.format(**document)}"
        if self.etag:
            set_etag(response, document["revision"])
        return response


def header_refs(*names: str) -> dict[str, Any]:
    """Headers of an answer, as the components that document them (api/openapi.py)."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def answer_of(view: Any) -> Answer:
    """What `Routes.response` was told of this view."""
    told: Answer = getattr(view, "answer", Answer())
    return told


class Routes(Blueprint):
    """A blueprint under /api/v1. What operations have in common is documented here, from what they really do."""

    ARGUMENTS_PARSER = _Parser()
    # Components of the document (api/openapi.py) that every operation refers to, and those that read fields.
    REFUSALS = {"429": "TooManyRequests", "503": "Unavailable", "default": "Problem"}
    WRONG_FIELDS = {"422": "WrongFields"}

    def __init__(self, name: str, prefix: str, description: str, security: list[dict[str, list[str]]] | None = None) -> None:
        super().__init__(name, name, url_prefix=f"{_BASE}{prefix}", description=description)
        self._security = security  # None: a token, as the document says for all
        self._prepare_doc_cbks.append(_join_parameters)

    def route(self, rule: str, **options: Any) -> Any:
        """As in Flask; documents the endpoint's name, whether it needs a token, the headers it reads, and its refusals."""
        inner = super().route(rule, **options)
        methods = set(options.get("methods", ("GET",)))

        def decorate(view: Any) -> Any:
            endpoint = f"{self.name}.{view.__name__}"
            headers, refusals = _headers_read(view, endpoint, methods)
            said: dict[str, Any] = {"operationId": endpoint, "responses": {**self.REFUSALS, **refusals}}
            if endpoint in PUBLIC or self._security is not None:
                said["security"] = [] if endpoint in PUBLIC else self._security
            if endpoint in EXAMPLES:
                examples = {name: {"summary": name, "value": body} for name, body in EXAMPLES[endpoint].items()}
                said["requestBody"] = {"content": {"application/json": {"examples": examples}}}
            if headers:
                said["parameters"] = [*_documented(view).get("parameters", []), *headers]
            return inner(self.doc(**said)(view))

        return decorate

    def arguments(self, schema: Any, **options: Any) -> Any:
        """As in flask-smorest; a wrong field is a problem document too. The schema is made once, not for each request."""
        inner = super().arguments(schema() if isinstance(schema, type) else schema, **options)
        documented = self.doc(responses=self.WRONG_FIELDS)
        return lambda view: inner(documented(view))

    def response(self, status_code: Any, schema: Any = None, *, etag: bool = False, location: str = "", **options: Any) -> Any:
        """As in flask-smorest, with the headers of `Answer`. A view that returns a Response has set them itself."""
        answer = Answer(etag, location)
        own = header_refs(*(name for name, value in zip(("ETag", "Location"), answer, strict=True) if value))
        inner = super().response(status_code, schema, headers={**own, **options.pop("headers", {})} or None, **options)

        def decorate(view: Any) -> Any:
            shaped = inner(view)

            @wraps(shaped)
            def answering(*args: Any, **kwargs: Any) -> Any:
                response = shaped(*args, **kwargs)
                shown = get_appcontext()
                return answer.complete(response, shown["result_dump"]) if "result_dump" in shown else response

            answering.answer = answer  # type: ignore[attr-defined]
            return answering

        return decorate


def _headers_read(view: Any, endpoint: str, methods: set[str]) -> tuple[list[str], dict[str, str]]:
    """The components that document which of our headers the operation reads, and what it answers because of them."""
    headers: list[str] = []
    refusals: dict[str, str] = {}
    if any(takes_key(method, endpoint, view) for method in methods):
        headers.append("IdempotencyKey")
    if hasattr(view, "if_match"):
        headers.append("IfMatch" if view.if_match == "required" else "IfMatchOptional")
        refusals |= {"412": "Stale"} | ({"428": "RevisionRequired"} if view.if_match == "required" else {})
    if answer_of(view).etag and "GET" in methods:
        headers.append("IfNoneMatch")
        refusals["304"] = "NotModified"
    return headers, refusals


def _documented(view: Any) -> dict[str, Any]:
    manual: dict[str, Any] = getattr(view, "_apidoc", {}).get("manual_doc", {})
    return manual


def _join_parameters(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Parameters that `doc` adds (headers) stand beside those of `arguments`; flask-smorest would replace them."""
    manual = doc_info.get("manual_doc", {})
    if "parameters" in manual:
        manual["parameters"] = [*doc.get("parameters", []), *manual["parameters"]]
    return doc
