"""What an order of a hotline or of the window is, and what is told of its end. Pure."""

from __future__ import annotations

from accounts.actor import Role
from workflow.hazards.rules import REJECTION_REASONS

SOURCES = {"12345": "12345政务服务便民热线", "96119": "96119火灾隐患举报投诉电话", "WINDOW": "服务窗口"}
SHORT = {"12345": "12345", "96119": "96119", "WINDOW": "窗口"}  # in a notice
CHANNELS = {"12345": "HOTLINE", "96119": "HOTLINE", "WINDOW": "WINDOW"}

# HELD: not to be taken in as it stands; a clerk puts it right. RETURNED: 退单. ANSWERED: 办结, with its result.
STATES = {"HELD": "待补正", "OPEN": "办理中", "RETURNED": "退回", "ANSWERED": "已办结"}
ENDED = ("RETURNED", "ANSWERED")

CLERKS = frozenset({Role.INTAKE_CLERK, Role.HOTLINE_CLERK})
RETURNERS = CLERKS | {Role.UNIT_LEADER}
READERS = RETURNERS | {Role.SUPERVISOR}

MOST_ROWS = 200  # of one sheet: they are taken in while the clerk waits
OUTCOMES = {"TAKEN": "已收件", "KNOWN": "此前已收", "HELD": "待补正", "REFUSED": "未收"}

# Head of a column -> the member of an order.
TITLES = {
    "工单编号": "number", "收到时间": "received_at", "答复期限": "reply_by", "旗县(市、区)": "region", "苏木(街道)": "sumu",
    "嘎查(社区)": "gacha", "户名(门牌)": "household", "参照物": "landmark", "单位(场所)名称": "place_name",
    "隐患类型": "picture", "情况说明": "description", "联系人": "name", "联系电话": "mobile", "要求保密": "hidden",
}  # fmt: skip
NEEDED = ("number", "received_at", "region", "description")
PRIVATE = ("name", "mobile")

VERDICTS = {
    "TRUE": "属实", "FIXED": "属实,已当场改正", "FALSE": "未发现所反映的情况", "NOT_ACCEPTED": "不予受理", "DIVERTED": "转119",
    "PASSED_ON": "移交其他部门", "ENDED": "终止办理",
}  # fmt: skip

_ENDINGS = {
    "VERIFIED_FALSE": ("FALSE", "经现场核查,未发现所反映的情况。"),
    "VERIFIED_FIXED": ("FIXED", "经现场核查属实,已当场改正。"),
    "RECTIFIED": ("TRUE", "经现场核查属实,已责令改正,复查合格。"),
    "VERIFIED_TRUE": ("TRUE", "经现场核查属实,已依法立案处理。"),
    "HANDED_OVER": ("PASSED_ON", "经核查,已依法移交{receiver}办理。"),
}


def ending(state: str, receiver: str) -> tuple[str, str]:
    """Verdict and sentence for the source, from where the case stood before it was closed. Never who reported."""
    verdict, text = _ENDINGS[state]
    return verdict, text.format(receiver=receiver)


FORCED = ("ENDED", "经本机构负责人批准,终止办理。")
DIVERTED = ("DIVERTED", "所反映的情况属于火警,已转119处置。")


def refusal(reason: str, proper_body: str | None, proper_phone: str | None) -> str:
    """退单: why, and whose it is, where the clerk knew more than the hotline's own number."""
    phone = f"({proper_phone})" if proper_phone else ""
    body = f"请转{proper_body}{phone}办理。" if proper_body and proper_phone != "12345" else ""
    return f"{REJECTION_REASONS.get(reason, reason)}。{body}"
