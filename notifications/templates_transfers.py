"""The texts about what goes to the police (see `templates.py`): for the brigade alone."""

from __future__ import annotations

from notifications.wording import Wording

TRANSFERS = [
    Wording(
        "transfer_to_decide", None, "duty", "涉罪移送待审批",
        "{party}涉嫌{offence}的移送报告(编号{number})待您审批,请于三日内决定是否移送公安机关。",
    ),
    Wording(
        "transfer_to_deliver", None, "duty", "请移送公安机关",
        "{party}涉嫌犯罪案件(编号{number})已批准移送,请持{document_no}于二十四小时内送达{police},并登记回执。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "transfer_disapproved", None, "duty", "未批准移送", "{party}涉嫌犯罪案件(编号{number})未批准移送。理由:{reason}。",
    ),
    Wording(
        "transfer_filed", None, "duty", "公安机关已立案",
        "{party}涉嫌犯罪案件(编号{number})公安机关已立案({document_no}),请于三日内移交涉案物品和材料。",
    ),
    Wording(
        "transfer_declined", None, "duty", "公安机关不予立案",
        "{party}涉嫌犯罪案件(编号{number})公安机关不予立案({document_no})。理由:{reason}。如有异议,请于三日内提请复议。",
    ),
    Wording(
        "transfer_upheld", None, "duty", "复议维持不予立案",
        "{party}涉嫌犯罪案件(编号{number})经复议仍不予立案({document_no})。理由:{reason}。请依法作行政处理。",
    ),
    Wording("transfer_assigned", None, "duty", "涉罪移送案件", "{party}涉嫌犯罪案件(编号{number})现由您办理。"),
]  # fmt: skip
