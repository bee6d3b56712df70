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
        "{party}涉嫌犯罪案件(编号{number})公安机关不予立案({document_no})。理由:{reason}。有异议的,收到通知后三日内可以提请复议,"
        "也可以建议检察机关立案监督。",
    ),
    Wording(
        "transfer_upheld", None, "duty", "公安机关维持不予立案",
        "{party}涉嫌犯罪案件(编号{number})公安机关仍不予立案({document_no})。理由:{reason}。"
        "仍有异议的,收到决定后三日内可以建议检察机关立案监督;没有异议的,请依法作行政处理。",
    ),
    Wording(
        "transfer_final", None, "duty", "公安机关维持不予立案",
        "{party}涉嫌犯罪案件(编号{number})建议立案监督后,公安机关仍不予立案({document_no})。理由:{reason}。请依法作行政处理。",
    ),
    Wording(
        "transfer_proposed", None, "duty", "已提出移送报告",
        "{party}涉嫌{offence}的移送报告(编号{number})已以您二人名义提出,正在审批。有出入的请尽快说明或者撤回。",
    ),
    Wording(
        "transfer_withdrawn", None, "duty", "移送报告已撤回",
        "{party}涉嫌犯罪案件(编号{number})的移送报告已撤回。理由:{reason}。",
    ),
    Wording(
        "transfer_passed_on", None, "duty", "公安机关已转送",
        "{party}涉嫌犯罪案件(编号{number})已由接收的公安机关转送{police}({document_no})。",
    ),
    Wording(
        "transfer_objected", None, "duty", "已提请复议",
        "{party}涉嫌犯罪案件(编号{number})已提请复议,公安机关三日内作出决定,收到后请登记。",
    ),
    Wording(
        "transfer_supervision", None, "duty", "已建议立案监督",
        "{party}涉嫌犯罪案件(编号{number})已建议检察机关立案监督,收到答复后请登记。",
    ),
    Wording(
        "transfer_over", None, "duty", "请依法作行政处理",
        "{party}涉嫌犯罪案件(编号{number})公安机关不予立案,请依法作行政处理。",
    ),
    Wording("transfer_released", None, "duty", "涉罪移送案件", "{party}涉嫌犯罪案件(编号{number})已不再由您办理。"),
    Wording("transfer_assigned", None, "duty", "涉罪移送案件", "{party}涉嫌犯罪案件(编号{number})现由您办理。"),
]  # fmt: skip
