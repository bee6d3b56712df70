"""The texts about inspections of units (see `templates.py`): who comes, when, and what was recorded."""

from __future__ import annotations

from notifications.wording import Wording

INSPECTIONS = [
    Wording(
        "inspection_noticed", None, "statutory", "行政检查通知",
        "消防救援机构将于{day}对您单位进行{kind}(编号{number})。检查人员不少于两人,会主动出示执法证件;检查不收取任何费用。",
    ),
    Wording(
        "inspection_recorded", None, "statutory", "检查记录告知",
        "对您单位的{kind}(编号{number})已于{checked_on}进行,结果:{result}。检查记录({document_no})可以查看。",
    ),
    Wording(
        "inspection_published", None, "progress", "检查结果已公开",
        "{checked_on}对您单位的{kind}(编号{number})的结果已依法向社会公开:{result}。公开内容为单位名称、检查日期、类别和结果;"
        "认为公开内容有误的,请向检查机关提出更正。",
    ),
    Wording(
        "inspection_publication_withdrawn", None, "progress", "检查结果已撤回公开",
        "对您单位的{kind}(编号{number})的公开结果已撤回。原因:{reason}。",
    ),
    Wording(
        "inspection_cancelled", None, "progress", "检查已取消", "原定对您单位的{kind}(编号{number})已取消。",
    ),
    Wording(
        "inspection_assigned", None, "duty", "检查任务",
        "请您于{day}到{venue}进行{kind}(编号{number})。请携带执法证件,两人到场并主动出示。出发前请下载离线资料、领取文书编号。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "inspection_to_sign", None, "duty", "待您签名", "{venue}(编号{number})的检查记录已由同组监督员填写,请您核对后签名。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "inspection_recused", None, "duty", "监督员申请回避",
        "{venue}的检查(编号{number})有监督员申请回避。理由:{reason}。请改派。",
    ),
    Wording(
        "inspection_deferred", None, "duty", "检查未能进行", "{venue}的{kind}(编号{number})未能进行。原因:{reason}。请另行安排。",
    ),
    Wording(
        "inspection_called_off", None, "duty", "检查任务已取消", "{venue}的{kind}(编号{number})已取消,无需前往。原因:{reason}。",
    ),
]  # fmt: skip
