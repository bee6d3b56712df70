"""Texts about messages to reporters, rewards, and the unsealing of who reported. Never a word of a message, never a name."""

from __future__ import annotations

from notifications.wording import Wording

REPORTERS = [
    Wording(
        "reporter_asked", None, "progress", "办理单位向您了解情况",
        "{org}就您反映的问题(编号{number})向您了解情况,请在本平台查看并答复。答复只供办理单位核查使用,不会提供给被反映的单位。",
    ),
    Wording(
        "reporter_answered", None, "duty", "举报人已答复",
        "编号{number}的举报人已答复询问,请联网查看。答复内容不得提供给被反映的单位和接收单位。",
    ),
    Wording(
        "reward_opened", None, "progress", "可以申领举报奖励",
        "您反映的问题(编号{number})经查证属实。需要申领奖励的,请于{due}前实名申领,逾期视为放弃。奖励条件和金额以当地公布的办法为准。",
    ),
    Wording(
        "reward_received", None, "progress", "奖励申领已收到",
        "已收到您的奖励申领,申领编号{number}。请凭申领编号查询进展;收款信息仅供发放人员使用。",
    ),
    Wording(
        "reward_to_propose", None, "duty", "新收奖励申领",
        "新收奖励申领1件(申领编号{number}),请依照本地区奖励办法拟定意见。申领人的身份信息不对办理人员开放。",
    ),
    Wording(
        "reward_to_approve", None, "duty", "奖励待审批",
        "申领编号{number}的奖励意见已经拟定,请审批。拟定人不得审批本人拟定的事项。",
    ),
    Wording(
        "reward_returned", None, "duty", "奖励意见退回重拟",
        "申领编号{number}的奖励意见已退回。理由:{reason}。请重新拟定。",
    ),
    Wording(
        "reward_approved", None, "progress", "奖励已批准",
        "您的奖励申领(申领编号{number})已经批准,将按您登记的收款信息发放。",
    ),
    Wording(
        "reward_to_pay", None, "duty", "奖励待发放",
        "申领编号{number}的奖励已经批准,请发放并登记凭证号。",
    ),
    Wording(
        "reward_refused", None, "statutory", "不予奖励告知",
        "您的奖励申领(申领编号{number})不符合奖励条件。理由:{reason}。",
    ),
    Wording(
        "reward_paid", None, "progress", "奖励已发放",
        "您的奖励(申领编号{number})已经发放,请注意查收。",
    ),
    Wording(
        "unsealing_to_decide", None, "duty", "申请启封举报人身份",
        "{authority}来函({letter_no}),现申请启封编号{number}的举报人身份信息,请依法审查。批准后只能由申请人在30分钟内查看。",
    ),
    Wording(
        "unsealing_approved", None, "duty", "启封申请已批准",
        "编号{number}的启封申请已经批准,请在30分钟内查看。每次查看均记入日志。",
    ),
    Wording(
        "unsealing_refused", None, "duty", "启封申请未批准",
        "编号{number}的启封申请未予批准,请查看理由。",
    ),
    Wording(
        "identity_unsealed", None, "statutory", "身份信息依法调取告知",
        "因{basis},您上报编号{number}时留下的身份信息已经本机构两人审批启封,仅供来函机关依法使用。如有疑问,请拨打12345咨询。",
    ),
]  # fmt: skip
