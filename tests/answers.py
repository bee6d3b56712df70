"""Every JSON answer of the application under test, compared with what its document promises."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import jsonschema_rs
import orjson
from flask import Flask, Response, request

Json = dict[str, Any]


class Answers:
    """Watches an application. What does not fit is noted, and the test that met it fails at its end."""

    def __init__(self, app: Flask) -> None:
        self.misfits: list[str] = []
        self._document: Json = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
        self._operations = {
            operation["operationId"]: operation
            for path in self._document["paths"].values()
            for operation in path.values()
            if isinstance(operation, dict) and "operationId" in operation
        }
        self._validators: dict[tuple[str, int, str], jsonschema_rs.Draft202012Validator | None] = {}
        app.after_request(self._look)

    def _look(self, response: Response) -> Response:
        kind = response.mimetype or ""
        is_json = kind in ("application/json", "application/problem+json") and response.status_code != HTTPStatus.NOT_MODIFIED
        if request.endpoint in self._operations and is_json:
            validator = self._validator(request.endpoint or "", response.status_code, kind)
            document = orjson.loads(response.get_data() or b"null")
            if validator is None and document is not None:
                self._note(response, "no schema")
            elif validator is not None:
                for error in validator.iter_errors(document):
                    self._note(response, f"{error.instance_path}: {error.message[:300]}")
        return response

    def _note(self, response: Response, what: str) -> None:
        self.misfits.append(f"{request.method} {request.path} answers {response.status_code}: {what}")

    def _validator(self, endpoint: str, status: int, kind: str) -> jsonschema_rs.Draft202012Validator | None:
        key = (endpoint, status, kind)
        if key not in self._validators:
            answers = self._operations[endpoint]["responses"]
            answer = self._resolved(answers.get(str(status), answers["default"]))
            schema = answer.get("content", {}).get(kind, {}).get("schema")
            whole = {"components": self._document["components"], "allOf": [schema]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True) if schema else None
        return self._validators[key]

    def _resolved(self, answer: Json) -> Json:
        found: Any = answer
        if "$ref" in answer:
            found = self._document
            for step in answer["$ref"].removeprefix("#/").split("/"):
                found = found[step]
        return dict(found)
