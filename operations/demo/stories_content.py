"""A law and a lesson that an editor publishes reach every device by pull; withdrawn, they leave it by pull."""

from __future__ import annotations

import secrets

from device.exchange import new_id
from operations.demo.ledger import equal, require
from operations.demo.people import Json, Person, Stage

_KINDS = ("law", "lesson")


def published(stage: Stage) -> str:
    """Citizen, guest, inspectors, a receiving department, an enterprise: in four banners."""
    editor = stage.account("CONTENT_EDITOR", "150000")
    readers = [
        stage.citizen("150702"),
        stage.guest("演示访客"),
        stage.account("FIRE_OFFICER", "150102"),
        stage.account("FIRE_OFFICER", "152502", 1),
        stage.account("RECEIVER_CLERK", "150203"),
        stage.account("UNIT_MANAGER", "150203"),
    ]
    ids = {"law": new_id(), "lesson": new_id()}
    law: Json = {
        "id": ids["law"], "code": f"DEMO-{secrets.token_hex(6).upper()}", "title": "草原防火期野外用火管理通告(演示)",
        "issuer": "内蒙古自治区消防救援总队", "level": "normative_document", "status": "in_force", "region": "150000",
        "articles": [{"no": "1", "heading": "防火期", "text": "防火期内禁止野外用火。"}],
    }  # fmt: skip
    lesson: Json = {
        "id": ids["lesson"], "title": "草垛与炉灶的安全距离(演示)", "duration_minutes": 3, "summary": "三分钟看懂",
        "body": [{"kind": "paragraph", "text": "草垛应远离炉灶、烟囱和电线。"}, {"kind": "steps", "items": ["看", "移", "查"]}],
    }  # fmt: skip
    editor.post("/laws", law, name="law.draft", subject_id=ids["law"])
    editor.post("/lessons", lesson, name="lesson.draft", subject_id=ids["lesson"])
    stage.teller.step(editor.label, "起草通告和课程", "草稿仅编辑可见")
    _are_held(readers, ids, wanted=False, promise="草稿不下发到设备")
    _publish(editor, ids, "publish")
    stage.teller.step(editor.label, "发布", "所有设备下次同步即可离线查看")
    _are_held(readers, ids, wanted=True, promise="已发布的通告和课程同步到每台设备")
    for reader in readers:
        shown = reader.device.shown("lesson", ids["lesson"])
        require(shown is not None and shown["title"] == lesson["title"], "课程内容可离线查看")
    stage.teller.step("六台设备", "公众、访客、监督员、接收单位、企业:同步", "均可离线查看通告和课程")
    _publish(editor, ids, "withdraw")
    _are_held(readers, ids, wanted=False, promise="撤下后从每台设备移除")
    stage.teller.step(editor.label, "撤下演示用通告和课程", "六台设备同步后均已移除")
    return "发布、同步、撤下"


def _publish(editor: Person, ids: dict[str, str], action: str) -> None:
    for kind, path in zip(_KINDS, ("/laws", "/lessons"), strict=True):
        editor.post(f"{path}/{ids[kind]}/actions/{action}", {}, name=f"{kind}.{action}", subject_id=ids[kind])


def _are_held(readers: list[Person], ids: dict[str, str], *, wanted: bool, promise: str) -> None:
    for reader in readers:
        reader.sync()
        held = [reader.device.shown(kind, ids[kind]) is not None for kind in _KINDS]
        equal(held, [wanted, wanted], f"{promise}({reader.label})")
