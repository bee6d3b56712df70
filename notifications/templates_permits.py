"""The texts about applications for a permit (see `templates.py`)."""

from __future__ import annotations

from notifications.wording import Wording

PERMITS = [
    Wording(
        "permit_received", None, "progress", "申请已收到",
        "已收到您的公众聚集场所投入使用、营业前消防安全检查申请(编号{number}),将于{due}前受理,或者一次性告知需要补正的全部内容。",
    ),
    Wording(
        "permit_accepted", 22, "statutory", "许可受理告知",
        "您申请的公众聚集场所投入使用、营业前消防安全检查(编号{number})已于{at}受理,{next}将于{due}前完成。"
        "受理凭证可在“我的办件”下载。",
    ),
    Wording(
        "permit_correction", 23, "statutory", "补正告知",
        "您的申请(编号{number})需要补正下列全部内容:{items}。请在“我的办件”中逐项补正。"
        "本次为一次性告知,按要求提交全部补正材料后,依法予以受理。",
    ),
    Wording(
        "permit_deemed_accepted", 24, "statutory", "逾期未告知视为受理",
        "本机构未在收到申请材料之日起五个工作日内告知补正内容,依照《中华人民共和国行政许可法》第三十二条第一款第四项,"
        "您的申请自{received}收到材料之日起即为受理。",
    ),
    Wording(
        "permit_not_needed", None, "statutory", "不需要许可",
        "您申请的事项(编号{number})不需要取得许可({document_no})。理由:{reason}。",
    ),
    Wording(
        "permit_not_competent", None, "statutory", "不予受理告知",
        "您的申请(编号{number})不属于本机构职权范围,不予受理({document_no})。理由:{reason}。请向{proper_body}申请。{remedies}",
    ),
    Wording(
        "permit_abandoned", None, "statutory", "申请已终止",
        "您的申请(编号{number})未在期限内补正,已终止办理。材料备齐后可以重新申请。",
    ),
    Wording(
        "permit_granted", 25, "statutory", "准予许可",
        "您的申请已准予许可,意见书编号{document_no}。我们将于{due}前现场核查,请法定代表人或者主要负责人到场。"
        "与承诺内容不符的,依法予以处罚并责令限期改正;逾期不整改或者整改后仍达不到要求的,依法撤销许可。",
    ),
    Wording(
        "permit_granted_inspected", None, "statutory", "准予许可",
        "您的申请(编号{number})已准予许可,意见书编号{document_no},可在“我的办件”查看,社会公众可以扫码查验。",
    ),
    Wording(
        "permit_refused", None, "statutory", "不予许可",
        "您的申请(编号{number})未予许可({document_no})。理由:{reason}。{remedies}改正后可以重新申请。",
    ),
    Wording(
        "permit_paused", None, "statutory", "期限中止告知",
        "您的申请(编号{number})需要{what},所需时间不计算在办理期限内({document_no})。",
    ),
    Wording(
        "permit_resumed", None, "statutory", "恢复计算期限", "您的申请(编号{number})所需{what}已经完成,办理期限至{due}。",
    ),
    Wording("permit_verified", None, "statutory", "核查符合承诺", "经现场核查,您的场所符合承诺内容(编号{number}),许可继续有效。"),
    Wording(
        "permit_verify_failed", None, "statutory", "责令限期改正",
        "经现场核查,您的场所与承诺内容不符,责令于{due}前改正({document_no})。改正完毕的,请申请复查;"
        "逾期不整改或者整改后仍达不到要求的,依法撤销许可。",
    ),
    Wording("permit_recheck_passed", None, "statutory", "复查符合", "经复查,您的场所已改正(编号{number}),许可继续有效。"),
    Wording(
        "permit_recheck_failed", None, "statutory", "复查不符合",
        "经复查,您的场所仍不符合消防安全要求(编号{number}),将依法处理,决定作出前会听取您的陈述、申辩。",
    ),
    Wording(
        "permit_revocation_told", None, "statutory", "拟撤销许可告知",
        "拟撤销您的许可({document_no})。理由:{reason}。您可以于{due}前陈述、申辩或者申请听证。",
    ),
    Wording(
        "permit_hearing", None, "statutory", "听证通知",
        "您要求的听证定于{at}在{place}举行,由{chair}主持({document_no})。您可以委托代理人参加、提出证据、申辩和质证;"
        "认为主持人与本事项有直接利害关系的,可以申请回避。无正当理由不参加的,视为放弃听证。",
    ),
    Wording("permit_revoked", None, "statutory", "撤销许可", "您的许可已被撤销({document_no})。理由:{reason}。{remedies}"),
    Wording("permit_upheld", None, "statutory", "维持许可", "经复核,您的许可(编号{number})予以维持。理由:{reason}。"),
    Wording(
        "permit_ended", None, "statutory", "许可已终止",
        "{what}:您的许可(编号{number})已终止({document_no})。理由:{reason}。{remedies}",
    ),
    Wording(
        "permit_to_accept", None, "duty", "许可申请待受理",
        "收到{venue}的开业前消防安全检查申请1件(编号{number}),须于{due}前受理或者一次性告知补正;逾期即视为受理。",
    ),
    Wording("permit_to_decide", None, "duty", "许可申请待决定", "{venue}的许可申请(编号{number})已受理,须于{due}前作出决定。"),
    Wording(
        "permit_to_decide_inspected", None, "duty", "许可申请待决定",
        "{venue}的许可申请(编号{number})已现场检查,结论为{result},请依法作出决定。",
    ),
    Wording("permit_to_assign", None, "duty", "许可待派员", "{venue}(编号{number})须于{due}前到现场,请指派两名监督员。"),
    Wording(
        "permit_assigned", None, "duty", "许可现场任务",
        "请您到{venue}现场(编号{number},{due}前)。请携带执法证件,两人到场并主动出示。出发前请下载离线资料。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "permit_to_sign", None, "duty", "待您签名", "{venue}(编号{number})的现场记录已由同组监督员填写,请您核对后签名。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "permit_deferred", None, "duty", "核查未能进行", "{venue}(编号{number})的现场核查未能进行。原因:{reason}。请另行安排。",
    ),
    Wording("permit_recheck_due", None, "duty", "许可待复查", "{venue}(编号{number})须于{due}前复查。"),
    Wording(
        "permit_answered", None, "duty", "当事人已陈述申辩", "{venue}(编号{number})就拟撤销许可{asked},请依法办理。",
    ),
    Wording(
        "permit_hearing_to_attend", None, "duty", "请参加听证",
        "{venue}(编号{number})拟撤销许可的听证定于{at}在{place}举行,请到场提供审查意见的证据和理由。",
    ),
    Wording("permit_heard", None, "duty", "听证已举行", "{venue}(编号{number})的听证笔录已登记,请根据听证笔录作出决定。"),
    Wording("permit_hearing_over", None, "duty", "陈述申辩期已满", "{venue}(编号{number})未在期限内陈述、申辩,请依法决定。"),
]  # fmt: skip
