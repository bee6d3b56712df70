"""Health and metrics."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST

from api.context import parts
from api.metrics import report
from api.problems import problem_response
from problems import NotFound

routes = Blueprint("health", __name__)

_SAID_BY_PROXIES = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


@routes.get("/livez")
def live() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@routes.get("/readyz")
def ready() -> Response:
    """The process can do its work: the database answers."""
    if not parts().database.is_reachable():
        return problem_response(503, "unavailable", "服务暂时不可用,请稍后再试", {"retry_after_seconds": 2})
    return jsonify(status="ready")


@routes.get("/metrics")
def metrics() -> Response:
    """Prometheus text, for this machine and its network alone: what came through the proxy finds nothing here."""
    if any(name in request.headers for name in _SAID_BY_PROXIES):
        raise NotFound
    return Response(report(parts()), content_type=CONTENT_TYPE_LATEST)


for view in (live, ready, metrics):
    view.owns_transactions = True  # type: ignore[attr-defined]
