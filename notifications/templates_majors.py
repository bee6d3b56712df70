"""The texts about major fire hazards (see `templates.py`): what the unit has to do and until when, and what the brigade owes."""

from __future__ import annotations

from notifications.wording import Wording

MAJORS = [
    Wording(
        "major_notified", None, "statutory", "重大火灾隐患整改通知",
        "您单位的{place}存在重大火灾隐患(编号{number}),整改通知书({document_no})已送达,请于{until}前整改完毕。整改完毕后,可以申请销案。",
    ),
    Wording(
        "major_under_supervision", None, "statutory", "重大火灾隐患挂牌督办",
        "{body}已对您单位{place}的重大火灾隐患挂牌督办(编号{number},{document_no}),整改期限至{until}。",
    ),
    Wording(
        "major_longer", None, "statutory", "整改期限延长",
        "您单位{place}的重大火灾隐患整改期限经批准延长至{until}(编号{number})。理由:{reason}",
    ),
    Wording(
        "major_term_over", None, "statutory", "整改期限届满",
        "您单位{place}的重大火灾隐患整改期限已于{until}届满(编号{number})。尚未消除的,请立即整改并落实防范措施。",
    ),
    Wording(
        "major_remains", None, "statutory", "复查不合格",
        "经复查,您单位{place}的重大火灾隐患尚未消除(编号{number}),请继续整改;整改期限至{until}。",
    ),
    Wording(
        "major_not_cancelled", None, "statutory", "不予销案",
        "您单位{place}的重大火灾隐患不予销案(编号{number}),整改期限至{until}。理由:{reason}",
    ),
    Wording(
        "major_cancelled", None, "statutory", "重大火灾隐患销案",
        "您单位{place}的重大火灾隐患已消除,现予销案(编号{number},{document_no})。",
    ),
    Wording(
        "major_to_study", None, "duty", "疑似重大火灾隐患",
        "{venue}的{place}报疑似重大火灾隐患(编号{number}),请自检查之日起七个工作日内组织集体研究。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "major_to_review", None, "duty", "待法制审核",
        "{venue}的{place}报疑似重大火灾隐患(编号{number}),请在集体研究前提出法制审核意见。",
    ),
    Wording(
        "major_suspected", None, "duty", "已报疑似重大火灾隐患",
        "同组监督员已就{venue}的{place}报疑似重大火灾隐患(编号{number})。",
    ),
    Wording(
        "major_experts_heard", None, "duty", "专家意见已登记",
        "{venue}{place}的疑似重大火灾隐患(编号{number})已经专家论证,可以提出法制审核意见。",
    ),
    Wording(
        "major_reviewed", None, "duty", "法制审核意见已提出",
        "{venue}{place}的疑似重大火灾隐患(编号{number})已有法制审核意见,可以集体研究。",
    ),
    Wording(
        "major_to_serve", None, "duty", "整改通知书待送达",
        "{venue}的{place}已判定为重大火灾隐患(编号{number}),请两人在三个工作日内送达整改通知书({document_no})。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "major_not_found", None, "duty", "不判定为重大火灾隐患",
        "{venue}的{place}经集体研究,不判定为重大火灾隐患(编号{number})。理由:{reason}",
    ),
    Wording(
        "major_withdrawn", None, "duty", "疑似重大火灾隐患已撤回",
        "{venue}{place}的疑似重大火灾隐患已撤回(编号{number})。理由:{reason}",
    ),
    Wording(
        "major_to_sign", None, "duty", "待您签名",
        "{venue}{place}(重大火灾隐患,编号{number})的记录已由同组监督员填写,请您核对后签名。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "major_progress", None, "duty", "整改进展",
        "{venue}报告了{place}重大火灾隐患的整改进展(编号{number})。",
    ),
    Wording(
        "major_to_recheck", None, "duty", "申请销案,待复查",
        "{venue}就{place}的重大火灾隐患申请销案(编号{number}),请在三个工作日内复查。",
    ),
    Wording(
        "major_to_cancel", None, "duty", "复查合格,待销案",
        "{venue}{place}的重大火灾隐患复查合格(编号{number}),请决定是否销案。",
    ),
    Wording(
        "major_failed", None, "duty", "复查不合格",
        "{venue}{place}的重大火灾隐患复查不合格(编号{number}),整改期限至{until}。",
    ),
    Wording(
        "major_overdue", None, "duty", "整改期限届满",
        "{venue}{place}的重大火灾隐患整改期限已于{until}届满(编号{number}),请在三个工作日内复查,并依法处理。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "major_assigned", None, "duty", "指派任务",
        "请您负责{venue}的{place}(重大火灾隐患,编号{number})。",
    ),
]  # fmt: skip
