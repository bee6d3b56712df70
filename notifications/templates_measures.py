"""The texts about sealed places and orders to stop (see `templates.py`): what is closed, until when, and what was answered."""

from __future__ import annotations

from notifications.wording import Wording

MEASURES = [
    Wording(
        "measure_sealed", None, "statutory", "临时查封告知",
        "您单位的{place}已被临时查封(编号{number}),期限至{until}。危险情形消除后,可以申请解除查封;也可以陈述、申辩。",
    ),
    Wording(
        "measure_suspended", None, "statutory", "停产停业决定告知",
        "决定书({document_no})要求您单位于{by}前{what}:{place}(编号{number})。整改完毕后,可以申请恢复。",
    ),
    Wording(
        "measure_extended", None, "statutory", "查封期限延长",
        "您单位{place}的查封期限经批准延长至{until}(编号{number},{document_no})。理由:{reason}",
    ),
    Wording(
        "measure_lifted", None, "statutory", "查封已解除",
        "您单位{place}的查封已解除(编号{number})。理由:{reason}",
    ),
    Wording(
        "measure_annulled", None, "statutory", "决定已撤销",
        "对您单位{place}的{what}决定已撤销(编号{number})。理由:{reason}",
    ),
    Wording(
        "measure_resumed", None, "statutory", "同意恢复",
        "您单位的申请已获同意,{place}可以恢复(编号{number},{document_no})。",
    ),
    Wording(
        "measure_kept", None, "statutory", "申请答复",
        "对您单位{place}的申请,答复为:{answer}(编号{number},{document_no})。理由:{reason}",
    ),
    Wording(
        "measure_urged", None, "statutory", "催告书",
        "决定要求您单位停止{place}的期限已过。请立即履行;有异议的,可以陈述、申辩(编号{number},{document_no})。",
    ),
    Wording(
        "measure_term_over", None, "statutory", "查封期满",
        "您单位{place}的查封期限已满(编号{number}),消防救援机构应当及时解除。",
    ),
    Wording(
        "measure_to_sign", None, "duty", "待您签名",
        "{venue}{place}({what},编号{number})的记录已由同组监督员填写,请您核对后签名。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "measure_to_decide", None, "duty", "待集体研究",
        "{venue}的{place}提请临时查封(编号{number}),请组织集体研究。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "measure_to_complete", None, "duty", "已先行查封,请24小时内补办手续",
        "{venue}的{place}已当场先行查封(编号{number})。请在24小时内集体研究、作出并送达决定;逾期应当立即解除。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "measure_to_serve", None, "duty", "查封决定书待送达",
        "{venue}{place}的查封决定书({document_no})已作出,请两人送达(编号{number})。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "measure_refused", None, "duty", "不予查封",
        "{venue}的{place}不予查封(编号{number})。理由:{reason}",
    ),
    Wording(
        "measure_withdrawn", None, "duty", "不再查封",
        "{venue}的{place}不再查封(编号{number})。理由:{reason}",
    ),
    Wording(
        "measure_revoked", None, "duty", "决定已撤销",
        "对{venue}{place}的{what}决定已撤销(编号{number})。理由:{reason}",
    ),
    Wording(
        "measure_applied", None, "duty", "申请待检查",
        "{venue}就{place}({what})提出申请(编号{number}),请在三个工作日内检查。",
    ),
    Wording(
        "measure_to_answer", None, "duty", "申请待决定",
        "{venue}的{place}已检查(编号{number}),请在三个工作日内决定。",
    ),
    Wording(
        "measure_expired", None, "duty", "期限已满",
        "{venue}的{place}({what},编号{number})期限已满。已查封的,请立即解除;未停止的,请在三个工作日内催告。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "measure_assigned", None, "duty", "指派任务",
        "请您负责{venue}的{place}({what},编号{number})。",
    ),
]  # fmt: skip
