"""The texts about technical assistance (see `templates.py`): free, never an inspection; no product and no firm is named."""

from __future__ import annotations

from notifications.wording import Wording

ASSISTANCE = [
    Wording(
        "assistance_received", None, "progress", "帮扶申请已收到",
        "已收到您的消防技术帮扶申请(编号{number},{topic}),将于{due}前告知是否受理。",
    ),
    Wording(
        "assistance_accepted", 30, "progress", "帮扶受理",
        "您的消防技术帮扶申请(编号{number})已受理,将于{due}前与您联系。帮扶不收取费用,不指定产品和服务机构,不属于行政检查。",
    ),
    Wording(
        "assistance_declined", None, "progress", "帮扶申请未予受理",
        "您的消防技术帮扶申请(编号{number})未予受理。理由:{reason}。",
    ),
    Wording(
        "assistance_redirected", None, "progress", "请向其他单位咨询",
        "您的消防技术帮扶申请(编号{number})请向{proper_body}咨询办理。理由:{reason}。",
    ),
    Wording(
        "assistance_scheduled", None, "progress", "帮扶已预约",
        "您的消防技术帮扶(编号{number})已预约:{when},{mode},由{name}为您服务。请确认;时间不合适的,可以联系改约或者取消。",
    ),
    Wording(
        "assistance_moved", None, "progress", "帮扶已改约",
        "您的消防技术帮扶(编号{number})改约至{when}。原因:{reason}。请重新确认。",
    ),
    Wording(
        "assistance_missed", None, "progress", "帮扶未能进行",
        "您的消防技术帮扶(编号{number})因约定时间无人在场未能进行,将于{due}前重新安排。不再需要的,可以取消。",
    ),
    Wording(
        "assistance_arranged_anew", None, "progress", "帮扶将重新安排",
        "您的消防技术帮扶(编号{number})因专家调整,将于{due}前重新安排。",
    ),
    Wording(
        "assistance_advised", None, "progress", "帮扶意见书已出具",
        "您的《技术帮扶意见书》({document_no})已出具,请查看并签收。意见供参考,不具有强制力;{due}前可以反馈整改情况、作出评价。",
    ),
    Wording(
        "assistance_danger", None, "statutory", "紧迫火灾危险提示",
        "技术帮扶(编号{number})中发现紧迫火灾危险:{label}。已于{told}当面告知,并依法转消防救援机构核查。请立即采取措施,保证人员安全。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "assistance_closed", None, "progress", "帮扶回访期满",
        "您的消防技术帮扶(编号{number})回访期已满,现予办结。仍可以作出评价;需要继续帮扶的,可以重新申请。",
    ),
    Wording(
        "assistance_to_accept", None, "duty", "帮扶申请待受理", "收到{topic}帮扶申请1件(编号{number},{place}),须于{due}前受理。",
    ),
    Wording(
        "assistance_to_arrange", None, "duty", "帮扶待重新安排", "帮扶申请(编号{number},{topic})须于{due}前重新安排专家。",
    ),
    Wording(
        "assistance_assigned", None, "duty", "帮扶任务",
        "请您于{when}开展{topic}({mode},编号{number})。帮扶不是行政检查,不收费,不推荐产品和服务机构。出发前请下载离线资料。",
    ),
    Wording(
        "assistance_agreed", None, "duty", "帮扶预约已确认", "申请人已确认{when}的帮扶(编号{number})。",
    ),
    Wording(
        "assistance_task_moved", None, "duty", "帮扶已改约", "帮扶(编号{number},{topic})改约至{when}。原因:{reason}。",
    ),
    Wording(
        "assistance_released", None, "duty", "帮扶任务已调整", "帮扶(编号{number})已不再由您承办。已记录的内容请尽快同步。",
    ),
    Wording("assistance_cancelled", None, "duty", "帮扶已取消", "申请人已取消帮扶(编号{number},{topic}),无需前往。"),
    Wording("assistance_signed", None, "duty", "意见书已签收", "申请人已签收帮扶意见书(编号{number})。"),
    Wording(
        "assistance_progress", None, "duty", "申请人反馈整改情况",
        "帮扶(编号{number})的申请人反馈了整改情况:共{of}项,已整改{fixed}项。",
    ),
    Wording(
        "assistance_rated_poorly", None, "duty", "帮扶评价不满意",
        "帮扶(编号{number},{topic})的申请人评价为{score}分,请了解情况。",
    ),
]  # fmt: skip
