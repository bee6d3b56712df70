"""Bodies to begin with: what the document shows of the main requests. A test sends each through the schema of its operation."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_INSTALL = "5f0c1a52-6a0e-4a53-9f0c-0a4f5f6f8d11"
_OFFICERS = ["0190a1b2-0000-7000-8000-000000000001", "0190a1b2-0000-7000-8000-000000000002"]
_PHOTO = "0190a1b2-0000-7000-8000-0000000000f1"
_POSITION = {"lon": 111.7519, "lat": 40.8414, "crs": "wgs84", "accuracy_m": 12, "source": "gps"}
_ORDER = {
    "kind": "DEADLINE",
    "due_on": "2026-12-20",
    "unit_name": "草原大酒店",
    "items": [{"description": "安全出口被货物堵塞", "clause": "消防法第二十八条", "photos": [_PHOTO]}],
}

# Endpoint -> what it shows -> the body.
EXAMPLES: dict[str, dict[str, Json]] = {
    "auth.open_session": {
        "staff, with a second factor": {
            "install": _INSTALL,
            "username": "leader.150102",
            "password": "a long password",
            "totp": "000000",
        },
        "a code by SMS": {"install": _INSTALL, "phone": "13700000001", "code": "000000"},
        "a guest": {"install": _INSTALL, "guest": True},
        "the identity provider": {"install": _INSTALL, "provider": "demo", "code": "code of the redirect", "state": "its state"},
    },
    "hazards.submit": {
        "with a position, name hidden": {
            "picture": "EXIT",
            "description": "二楼安全出口被货物堵塞",
            "photos": [_PHOTO],
            "place": {"position": _POSITION},
            "place_name": "草原大酒店",
            "report_mode": "REAL_NAME_HIDDEN",
            "reporter": {"name": "张三", "mobile": "13700000001"},
        },
        "without a position, anonymous": {
            "picture": "GRASSLAND",
            "description": "草场边有人烧秸秆",
            "place": {"region_code": "152502", "sumu": "阿尔善宝拉格镇", "landmark": "加油站西侧100米"},
            "report_mode": "ANONYMOUS",
        },
    },
    "hazards.hazard_register": {"the category of the law": {"category": "EVAC_BLOCKED", "note": ""}},
    "hazards.hazard_assign": {"two officers": {"officer_ids": _OFFICERS}},
    "hazards.hazard_verify_true": {
        "a finding with its order": {
            "finding": "经现场核查,二楼安全出口被货物堵塞,情况属实。",
            "photos": [_PHOTO],
            "position": _POSITION,
            "order": _ORDER,
        }
    },
    "hazards.hazard_cosign": {"on line, by acting": {"act_sha256": "a" * 64}},
    "hazards.hazard_hand_over": {
        "to the body that is competent": {
            "to_org_id": "0190a1b2-0000-7000-8000-000000000003",
            "reason": "燃气管道设施不符合要求,属住房和城乡建设部门职责",
            "legal_basis": "城镇燃气管理条例第五条",
        }
    },
    "handovers.handover_return": {
        "to another body": {
            "reason": "该场所不在本单位管辖范围",
            "legal_basis": "本单位权责清单",
            "suggested_org_id": "0190a1b2-0000-7000-8000-000000000004",
        }
    },
    "rectifications.rectification_report_fix": {
        "one item": {"items": [{"id": "0190a1b2-0000-7000-8000-000000000005", "fixed": True, "photos": [_PHOTO]}]}
    },
    "queue.take_many": {
        "assign two": {
            "hazards": [
                {"id": "0190a1b2-0000-7000-8000-000000000006", "state": "REGISTERED", "holder_ids": []},
                {"id": "0190a1b2-0000-7000-8000-000000000007", "state": "REGISTERED", "holder_ids": []},
            ],
            "assign": {"officer_ids": _OFFICERS},
        }
    },
    "units.merge_unit": {
        "into the one with the credit code": {
            "into": "0190a1b2-0000-7000-8000-000000000008",
            "into_revision": 3,
            "reason": "检查员录入与名单重复",
        }
    },
    "water_sources.add_source": {
        "a hydrant that freezes": {
            "region_code": "150102",
            "kind": "MUNICIPAL_HYDRANT",
            "name": "新华东街12号栓",
            "place": "新华东街与哲里木路路口东北角",
            "position": _POSITION,
            "flow_lps": 15,
            "outlets": "65毫米内扣×2",
            "freezes_from": "11-01",
            "freezes_to": "04-15",
        }
    },
    "water_sources.water_source_report": {
        "found frozen": {"state": "FROZEN", "note": "井盖冻住,打不开"},
        "mended, seen yesterday": {"state": "USABLE", "seen_at": "2026-11-22T08:30:00Z"},
    },
    "rescue_sheets.rescue_sheet_edit": {
        "seen on the spot": {
            "changes": {
                "approach": ["", "从东门进,西门限高2.8米"],
                "max_height_m": [None, 4.2],
                "dangerous_goods": ["", "地下一层西侧:清洗剂约200升"],
                "control_room_phone": ["", "0471-6210119"],
            }
        }
    },
    "units.unmerge_unit": {"two places": {"reason": "同名不同址,是两家分店"}},
    "sync.register": {"a phone": {"install": _INSTALL, "queue": "6e9d1c0e-2d2b-4f0c-9c0f-0d6f1d3a7b22", "schema": 1}},
    "sync.pull": {"from the beginning": {"queue": "6e9d1c0e-2d2b-4f0c-9c0f-0d6f1d3a7b22", "cursor": None, "schema": 1}},
}
