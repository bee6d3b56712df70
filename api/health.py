"""Health, metrics, and the way from `/` to the documentation."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.wrappers import Response as AnyResponse

from api.context import parts
from api.problems import problem_response

routes = Blueprint("health", __name__)


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
    """Prometheus text; the proxy keeps it internal."""
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


@routes.get("/")
def root() -> AnyResponse:
    """Until the client exists, the entry leads to the documentation."""
    return redirect("/api/v1/docs")


for view in (live, ready, metrics, root):
    view.owns_transactions = True  # type: ignore[attr-defined]
