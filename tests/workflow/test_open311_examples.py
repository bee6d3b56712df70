"""docs/open311.md: each example is sent as it stands there, in the order in which it stands there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from notifications.webhooks.rules import SECRET_PREFIX, headers
from operations.reference import ROOT
from tests.partners import key_holder

pytestmark = pytest.mark.usefixtures("fresh_database")
PAGE = (ROOT / "docs" / "open311.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```http\n(GET|POST) (\S+)\n(.*?)```", PAGE, re.DOTALL)


def test_every_example_of_the_page_is_answered_as_the_page_says(client: FlaskClient) -> None:
    partner = key_holder(client)
    assert len(EXAMPLES) == PAGE.count("```http") >= 8
    for method, path, body in EXAMPLES:
        said: dict[str, Any] = {}
        if body.startswith("{"):
            said = {"json": json.loads(body)}
        elif body:
            said = {"data": dict(line.split("=", 1) for line in body.splitlines())}
        answer = client.open(path, method=method, headers=partner.headers, **said)
        text = answer.get_data(as_text=True)
        assert answer.status_code in (200, 201), (path, text)
        assert ("119" in text) == ("people_trapped_or_fire" in body) or method == "GET", (path, text)


def test_the_receivers_program_of_the_page_knows_our_messages_from_others() -> None:
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    program: dict[str, Any] = {}
    exec(found[1], program)  # noqa: S102 - our own page
    secret, other = (SECRET_PREFIX + letter * 43 + "=" for letter in "AB")
    moment = int(program["time"].time())
    signed = headers([other, secret], "m1", moment, b"{}")
    assert program["is_ours"](secret, signed, b"{}")
    assert not program["is_ours"](secret, signed, b"[]")
    assert not program["is_ours"](secret, headers([other], "m1", moment, b"{}"), b"{}")
    assert not program["is_ours"](secret, headers([secret], "m1", moment - 600, b"{}"), b"{}")
