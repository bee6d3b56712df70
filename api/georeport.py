"""How GeoReport v2 speaks: JSON or XML by the address's ending, refusals as lists of code and description."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from xml.etree import ElementTree as ET

import orjson
from flask import Response, request

from api.routes import Routes
from workflow.hazards.open311.schemas import GeoErrorSchema

XML = "text/xml"
# Our refusals -> those of the specification.
_STATUS = {
    HTTPStatus.UNAUTHORIZED: HTTPStatus.FORBIDDEN,  # "403: missing or invalid API key"
    HTTPStatus.UNPROCESSABLE_ENTITY: HTTPStatus.BAD_REQUEST,
}
# What holds a list -> what each of its members is called.
_MEMBERS = {
    "services": "service", "service_requests": "request", "errors": "error", "attributes": "attribute", "values": "value",
    "endpoints": "endpoint", "formats": "format",
}  # fmt: skip


class GeoReportRoutes(Routes):
    """Routes whose refusals are the specification's, and which say which document they answer with."""

    REFUSALS = {"default": "GeoReportRefusal"}
    WRONG_FIELDS = {"400": "GeoReportRefusal"}

    def __init__(self, name: str, prefix: str, description: str) -> None:
        super().__init__(name, prefix, description, security=[{"api_key": []}, {"api_key_header": []}])
        self._roots: dict[str, str] = {}
        self.after_request(self._speak)

    def arguments(self, schema: Any, **options: Any) -> Any:
        """A wrong parameter is answered 400 here."""
        return super().arguments(schema, error_status_code=HTTPStatus.BAD_REQUEST, **options)

    def speaks(self, root: str, schema: Any) -> Any:
        """The answer's schema, and what its document is called in XML."""
        inner = self.response(200, schema)
        in_xml = self.doc(responses={200: {"content": {XML: {"schema": {"type": "string"}}}}})

        def decorate(view: Any) -> Any:
            self._roots[f"{self.name}.{view.__name__}"] = root
            return in_xml(inner(view))

        return decorate

    def _speak(self, response: Response) -> Response:
        root = self._roots.get(request.endpoint or "", "errors")
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            problem = response.get_json(silent=True, force=True) or {}
            response.status_code = _STATUS.get(HTTPStatus(response.status_code), response.status_code)
            response.set_data(orjson.dumps(_errors(response.status_code, problem)))
            response.headers.pop("WWW-Authenticate", None)
            root = "errors"
        response.content_type = "application/json; charset=utf-8"
        if (request.view_args or {}).get("form") == "xml":
            response.set_data(_document(root, orjson.loads(response.get_data())))
            response.content_type = f"{XML}; charset=utf-8"
        return response


def errors_schema() -> Any:
    """A refusal, as the document of the API shows it."""
    return GeoErrorSchema(many=True)


def _errors(status: int, problem: dict[str, Any]) -> list[dict[str, Any]]:
    """One for each wrong field; what a report of a fire is told comes first."""
    fields = [f"{error['field']}: {error['message']}" for error in problem.get("errors", [])]
    words = ([problem["emergency"]] if "emergency" in problem else []) + (fields or [problem.get("title", "请求无法处理")])
    return [{"code": status, "description": each} for each in words]


def _document(root: str, document: Any) -> bytes:
    element = ET.Element(root)
    _fill(element, document)
    return bytes(ET.tostring(element, encoding="utf-8", xml_declaration=True))


def _fill(element: ET.Element, value: Any) -> None:
    if isinstance(value, dict):
        for name, member in value.items():
            _fill(ET.SubElement(element, name), member)
    elif isinstance(value, list):
        for member in value:
            _fill(ET.SubElement(element, _MEMBERS[element.tag]), member)
    elif value is not None:
        element.text = {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
