"""How two inspectors check a case without any network: everything is on their phones, the signature goes by a code."""

from __future__ import annotations

import hashlib
from typing import Any

from device.exchange import new_id
from device.transport import NoNetwork
from operations.demo.cases import Case
from operations.demo.ledger import equal, require
from operations.demo.people import Json, Person

# What an inspector has to read before he goes there.
_WORDS = {"hazard": "description", "permit": "form", "inspection": "checklist", "measure": "danger", "major": "facts"}


def depart(case: Case, pair: list[Person]) -> None:
    """Both pull before they leave; what they need is on their phones."""
    for officer in pair:
        officer.sync()
        device = officer.device
        seen = device.shown(case.kind, case.id)
        tasks = [task for task in device.all_shown("task") if task["subject_id"] == case.id]
        require(seen is not None and _WORDS[case.kind] in seen, f"{officer.label}出发前已下载案件全文")
        equal(len(tasks), 1, f"{officer.label}出发前已下载任务")
        counts = [len(device.all_shown(kind)) for kind in ("task", "unit", "law")]
        require(counts[2] > 0, f"{officer.label}出发前已下载法规")
        said = f"任务{counts[0]}件、单位{counts[1]}家、法规{counts[2]}部"
        officer.stage.teller.step(officer.label, "出发前检查:下载离线资料", said)


def lend(officer: Person, paper: str, count: int) -> Json:
    """Numbers for papers on the spot, before the network is gone."""
    block_id = new_id()
    asked = {"id": block_id, "paper": paper, "count": count}
    officer.post("/number-blocks", asked, name="number_block.lend", subject_id=block_id)
    block: Json = officer.get(f"/number-blocks/{block_id}")
    officer.stage.teller.step(officer.label, f"领取文书编号{count}个", block["numbers"][0]["number"])
    return block


def act_off_line(
    case: Case, pair: list[Person], action: str, args: Json, *, in_own_queue: bool = False, arrive: Json | None = None,
    version: int = 1, says: str,
) -> None:  # fmt: skip
    """Arrive, fill in, sign by code, all without the network; nothing may leave either phone.

    The second signature travels in the first officer's queue, or in the second's own.
    """
    first, second = pair
    before = [officer.radio.sent for officer in pair]
    with first.radio.off(), second.radio.off():
        if case.kind in ("hazard", "inspection"):
            first.seal(case, "start", arrive or {})
        act = first.seal(case, action, args, version=version)
        code = hashlib.sha256(act.line).hexdigest()
        if in_own_queue:
            second.seal(case, "cosign", {"act_sha256": code})
        else:
            signed = {"act_sha256": code, "signer_id": second.id, "signature": second.device.sign(code)}
            first.seal(case, "cosign", signed, depends_on=(act.mid,))
        _is_out_of_reach(first)
    equal([officer.radio.sent for officer in pair], before, "离线办理期间两部手机没有任何网络请求")
    teller = first.stage.teller
    teller.step(first.label, f"无网络:到场,{says}", f"已保存在本机,待同步{first.device.store.count_waiting()}条")
    teller.step(second.label, f"无网络:扫码核对,签名(校验码 {code[:8]}…)", "两人签名齐备")


def _is_out_of_reach(officer: Person) -> None:
    try:
        officer.device.push()
    except NoNetwork:
        return
    require(holds=False, promise="没有网络时同步应失败,记录留在本机")


def come_back(case: Case, pair: list[Person], state: str, label: str) -> None:
    """Both sync, the first one first; each phone shows the new state."""
    for officer in pair:
        waiting = officer.device.store.count_waiting()
        officer.sync()
        equal(officer.device.store.count_waiting(), 0, f"{officer.label}的记录全部同步")
        officer.stage.teller.step(officer.label, f"恢复网络,同步{waiting}条记录", "全部生效" if waiting else "已是最新")
    for officer in pair:
        officer.sync()
        seen = officer.device.shown(case.kind, case.id)
        equal((seen or {}).get("state"), state, f"{officer.label}的手机显示“{label}”")
    pair[0].stage.teller.step("系统", "两名监督员签名、校验码核对一致", label)


def finding(text: str, photo_ids: list[str], lon: float, lat: float, **more: Any) -> Json:
    """What was found on the spot."""
    place = {"lon": lon, "lat": lat, "crs": "wgs84", "accuracy_m": 8, "source": "gps"}
    return {"finding": text, "photos": photo_ids, "position": place, **more}
