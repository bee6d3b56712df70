"""Entries of the register of units, and places that it has more than once."""

from __future__ import annotations

import json
from typing import Any

from accounts.demo import demo_credit_code
from device.exchange import API, new_id
from operations.demo.cases import Office


def unit(office: Office, **said: Any) -> str:
    """An entry of the register; its id."""
    unit_id = str(new_id())
    body = {"id": unit_id, "region_code": office.region_code, "category": "SMALL_PLACE", "place_type": "SHOP", **said}
    office.leader.post("/units", body, name="unit.register", subject_id=unit_id)
    return unit_id


def doubles(office: Office) -> dict[str, str]:
    """A bookshop that the register has three times: one entry was merged already, one may be."""
    said = {"name": "银河书店", "address": "大学东路21号", "position": {"lon": 111.6902, "lat": 40.8501}}
    stays = unit(office, **said | {"name": "银河书店有限公司", "uscc": demo_credit_code(office.region_code, "MA0BKK01")})
    merged, double = (unit(office, **said) for _ in range(2))
    body = json.dumps({"into": stays, "into_revision": 1, "reason": "检查时录入,与上传名单重复"}).encode()
    headers = {"Content-Type": "application/json", "If-Match": "*"}
    answer = office.leader.send("POST", f"{API}/units/{merged}/merge", body, headers)
    assert answer.status == 200, answer.body
    return {"double": double, "merged_unit": merged, "unit_kept": stays}
