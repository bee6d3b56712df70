"""Problems as RFC 9457 documents: the one place where a kind becomes an HTTP status."""

from __future__ import annotations

import random
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from flask import Flask, Response
from marshmallow import INCLUDE, fields
from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from database.errors import is_passing
from problems import Kind, Problem, Unavailable
from wire import StrictSchema

log = structlog.get_logger()

STATUS: dict[Kind, HTTPStatus] = {
    Kind.MALFORMED: HTTPStatus.BAD_REQUEST,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.GONE: HTTPStatus.GONE,
    Kind.STALE: HTTPStatus.PRECONDITION_FAILED,
    Kind.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Kind.UNSUPPORTED: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.PRECONDITION_REQUIRED: HTTPStatus.PRECONDITION_REQUIRED,
    Kind.OUTDATED: HTTPStatus.UPGRADE_REQUIRED,
    Kind.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}

# Plain HTTP refusals (no route, wrong method) in the same shape.
_PLAIN = {
    HTTPStatus.NOT_FOUND: ("not_found", "没有找到该内容"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method_not_allowed", "不支持的请求方法"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("body_too_large", "请求内容过大"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("unsupported_media_type", "不支持的内容类型"),
    HTTPStatus.BAD_REQUEST: ("malformed_body", "请求内容无法解析"),
}


class FieldErrorSchema(StrictSchema):
    """One wrong field."""

    field = fields.String(required=True, metadata={"description": "dotted path, e.g. location.lon"})
    code = fields.String(required=True)
    message = fields.String(required=True)


class ProblemSchema(StrictSchema):
    """RFC 9457 problem document. `type` is stable (docs/problems.md); clients translate it and parse no message.

    Further members are the problem's data, named in that list.
    """

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True, metadata={"example": "/problems/invalid_fields"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    errors = fields.List(fields.Nested(FieldErrorSchema))


def problem_response(status: int, code: str, title: str, data: dict[str, Any] | None = None) -> Response:
    """The document as a response; `retry_after_seconds` also becomes the header."""
    data = data or {}
    document = {"type": f"/problems/{code}", "title": title, "status": int(status), **data}
    response = Response(orjson.dumps(document, default=str), status=int(status), content_type="application/problem+json")
    if "retry_after_seconds" in data:
        response.headers["Retry-After"] = str(data["retry_after_seconds"])
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def answer_problem(problem: Problem) -> Response:
    """A raised Problem as a document."""
    return problem_response(STATUS[problem.kind], problem.code, problem.title, problem.data)


def _answer_http(error: HTTPException) -> Response:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    code, title = _PLAIN.get(HTTPStatus(status), ("http_error", "请求无法处理"))
    response = problem_response(status, code, title)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _answer_database(error: DBAPIError | PoolTimeout) -> Response:
    if not is_passing(error):
        return _answer_fault(error)
    log.warning("database refused for now", sqlstate=getattr(getattr(error, "orig", None), "sqlstate", None))
    return answer_problem(Unavailable(retry_after_seconds=random.randint(1, 4)))  # noqa: S311 - jitter, no secret


def _answer_fault(error: Exception) -> Response:
    log.error("request failed", exc_info=error)
    return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, "fault", "系统出现错误,请稍后再试")


def install(app: Flask) -> None:
    """Every error leaves as a problem document."""
    app.register_error_handler(Problem, answer_problem)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(DBAPIError, _answer_database)
    app.register_error_handler(PoolTimeout, _answer_database)
    app.register_error_handler(Exception, _answer_fault)
