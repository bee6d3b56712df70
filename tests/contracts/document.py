"""The OpenAPI document of the running application, as the generated tests read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    body: Json  # the operation object

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    __repr__ = __str__

    @property
    def id(self) -> str:
        """The endpoint: `hazards.submit`."""
        return str(self.body.get("operationId", ""))

    @property
    def parameters(self) -> list[Json]:
        """Those of the path and those of the method."""
        return list(self.body.get("parameters", []))

    @property
    def path_parameters(self) -> list[Json]:
        """In the order of the document."""
        return [parameter for parameter in self.parameters if parameter["in"] == "path"]

    def reads_header(self, name: str) -> bool:
        """True if it says that it reads this header of the request."""
        return any(parameter["in"] == "header" and parameter["name"] == name for parameter in self.parameters)

    def answers_header(self, status: int, name: str) -> bool:
        """True if it says that an answer of this status has this header."""
        return name in self.body["responses"].get(str(status), {}).get("headers", {})

    @property
    def writes(self) -> bool:
        """True if the method may change something."""
        return self.method not in ("get", "head", "options")

    @property
    def json_schema(self) -> Json | None:
        """The schema of the JSON body, if it takes one."""
        content = self.body.get("requestBody", {}).get("content", {})
        schema: Json | None = content.get("application/json", {}).get("schema")
        return schema


def operations(document: Json) -> Iterator[Operation]:
    """Every operation, in the order of the document, with the parameters of its path; what it refers to is put in."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                own = item[method]
                parameters = [*item.get("parameters", []), *own.get("parameters", [])]
                responses = {status: resolved(answer, document) for status, answer in own["responses"].items()}
                whole = {"parameters": [resolved(each, document) for each in parameters], "responses": responses}
                yield Operation(method, path, {**own, **whole})


def resolved(schema: Json, document: Json) -> Json:
    """The schema behind a reference."""
    while "$ref" in schema:
        target: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    return schema
