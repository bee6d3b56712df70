"""The texts of docs/wording.md, word by word, with placeholders named like the keys of the event's data.

Where a row of docs/wording.md leaves a choice or uses one name for two things, each has a key or a placeholder of its own.
Texts without a row are in the same voice: what happened, what is next and until when; never the accused unit's name.
"""

from __future__ import annotations

from notifications.templates_assistance import ASSISTANCE
from notifications.templates_inspections import INSPECTIONS
from notifications.templates_majors import MAJORS
from notifications.templates_measures import MEASURES
from notifications.templates_permits import PERMITS
from notifications.templates_reporters import REPORTERS
from notifications.templates_transfers import TRANSFERS
from notifications.wording import Wording

_REPORTER = [
    Wording(
        "report_received", 4, "progress", "平台已收到上报",
        "平台已于{at}收到您上报的隐患,编号{number}。请保存查询码,凭码查看办理进展;匿名上报的查询码遗失后无法找回。",
    ),
    Wording(
        "report_accepted", 8, "statutory", "举报受理告知",
        "您反映的消防安全问题(编号{number})已受理登记,由{org}办理,将于{due}前实地核查,核查情况将及时告知您。",
    ),
    Wording(
        "report_not_accepted", 9, "statutory", "举报不予受理告知",
        "您反映的问题(编号{number})不属于本机构受理范围,原因:{reason}。请向{org}反映,电话{phone}。",
    ),
    Wording(
        "report_diverted", None, "statutory", "请立即拨打119",
        "您上报的情况(编号{number})属于火警。本平台不受理火警,在线上报不能代替报警,请立即拨打119。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "report_merged", None, "progress", "上报事项已并案",
        "您反映的问题(编号{number})与编号{master_number}反映的是同一问题,已合并办理,办理情况将一并告知您。",
    ),
    Wording(
        "report_joined", None, "progress", "上报事项已并案",
        "另有上报与您反映的问题(编号{master_number})属于同一问题,已并入您的事项合并办理。",
    ),
    Wording(
        "report_unmerged", None, "progress", "上报事项恢复单独办理",
        "经核对,您反映的问题(编号{number})与编号{master_number}不是同一问题,现恢复单独办理,原期限{due}不变,办理情况将另行告知您。",
    ),
    Wording(
        "report_left", None, "progress", "并案已拆分",
        "此前并入您反映的问题(编号{master_number})的另一件上报已恢复单独办理。您的事项办理不受影响。",
    ),
    Wording(
        "report_handed_over", 10, "statutory", "移交告知",
        "您反映的问题属于{org}职责范围,已于{at}移交,要求于{due}前反馈。移交后您仍可在本平台查看进展。",
    ),
    Wording(
        "found_true", 11, "statutory", "核查情况告知",
        "经实地核查,您反映的问题属实,已依法责令当事人{order}。整改结果将再次告知您。感谢您对消防工作的支持。",
    ),
    Wording(
        "found_fixed", None, "statutory", "核查情况告知",
        "经{date}实地核查,您反映的问题属实,当事人已当场改正。感谢您对消防工作的支持。",
    ),
    Wording(
        "found_false", 12, "statutory", "核查情况告知",
        "经{date}实地核查,未发现您所反映的情况。如有异议或者新的线索,可于{dispute_until}前提出一次异议。",
    ),
    Wording(
        "told_rectified", None, "statutory", "整改结果告知",
        "您反映的问题(编号{number})已整改完毕并复查合格。感谢您对消防工作的支持。",
    ),
    Wording(
        "told_handed_over", None, "statutory", "移交办理结果告知",
        "您反映的问题(编号{number})移交后已办理完毕,承办单位的办理结果已经核对,可在本平台查看。",
    ),
    Wording(
        "closed_rectified", 13, "progress", "办结反馈",
        "您反映的问题已整改完毕,经{date}复查合格,现予办结。请对办理工作作出评价。",
    ),
    Wording(
        "closed_case_filed", None, "progress", "办结反馈",
        "您反映的问题(编号{number})已依法立案处理,于{date}办结。请对办理工作作出评价。",
    ),
    Wording(
        "closed_otherwise", None, "progress", "办结反馈",
        "您反映的事项(编号{number})已于{date}办结。请对办理工作作出评价。",
    ),
    Wording(
        "merged_found_false", None, "statutory", "核查情况告知",
        "您与他人反映的同一问题已并案办理(编号{number})。经{date}实地核查,未发现所反映的情况。如有新的线索,请再次上报。",
    ),
    Wording(
        "merged_closed", None, "progress", "办结反馈",
        "您与他人反映的同一问题已并案办理(编号{number}),现已办结。感谢您对消防工作的支持。",
    ),
    Wording(
        "closed_by_order", None, "progress", "事项已终止办理",
        "您反映的事项(编号{number})已经审批终止办理。如有疑问,请拨打12345咨询。",
    ),
    Wording(
        "dispute_received", None, "progress", "异议已收到",
        "已收到您对编号{number}办理结果提出的异议,将于{due}前复核,复核结果将告知您。",
    ),
    Wording(
        "dispute_upheld", None, "statutory", "异议复核告知",
        "经复核,编号{number}维持原核查结果。理由:{reason}。",
    ),
    Wording(
        "check_again", None, "statutory", "异议复核告知",
        "经复核,编号{number}将重新核查,核查情况将及时告知您。",
    ),
    Wording(
        "photo_refused", None, "progress", "照片无法使用",
        "您上传的1张照片无法打开,未能采用;同时提交的其他内容不受影响。需要这张照片的,请重新拍摄后再次提交。",
    ),
    Wording(
        "lock_screen", 14, "progress", "办件进展",
        "您有一项事项有新进展,请登录“蒙速办”查看。", is_editable=False,
    ),
]  # fmt: skip

_OFFICE = [
    Wording(
        "new_case", 15, "duty", "新收举报投诉",
        "新收{category}1件(编号{number}),{place},须于{due}前实地核查,请及时派员。", ignores_quiet_hours=True,
    ),
    Wording(
        "fire_reported", None, "duty", "疑似火情",
        "有人经隐患上报反映疑似火情(编号{number}),{place}。已提示上报人拨打119,请立即核实处置。", ignores_quiet_hours=True,
    ),
    Wording(
        "assigned", 16, "duty", "核查任务",
        "请您与{colleague}于{due}前核查编号{number}。请携带执法证件,两人到场并主动出示。出发前请下载离线资料。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "released", None, "duty", "任务已调整",
        "编号{number}已不再由您承办,请勿再到场核查。已记录的内容请尽快同步。",
    ),
    Wording(
        "officers_left", None, "duty", "请重新指派",
        "编号{number}的承办监督员已调离,本件待您重新指派。",
    ),
    Wording(
        "sign_as_second", None, "duty", "待您签名",
        "编号{number}的核查记录已由同组监督员填写,请您核对后签名。", ignores_quiet_hours=True,
    ),
    Wording(
        "due_soon", 17, "duty", "临期提醒",
        "编号{number}距法定核查时限还有{hours}小时({due}到期),当前承办人{holder}。", ignores_quiet_hours=True,
    ),
    Wording(
        "breached", 18, "duty", "超期提醒",
        "编号{number}已超过法定核查时限{hours}小时,已报{leader}。请立即到场核查并填写超期原因。", ignores_quiet_hours=True,
    ),
    Wording(
        "step_due_soon", None, "duty", "临期提醒",
        "编号{number}的“{label}”时限还有{hours}小时({due}到期),当前承办人{holder}。", ignores_quiet_hours=True,
    ),
    Wording(
        "step_breached", None, "duty", "超期提醒",
        "编号{number}已超过“{label}”时限{hours}小时,已报{leader}。请立即办理并填写超期原因。", ignores_quiet_hours=True,
    ),
    Wording(
        "done_late", None, "duty", "逾期办理",
        "编号{number}的“{label}”已办理,超过时限{hours}小时,承办人{holder}。请督促填写超期原因。",
    ),
    Wording(
        "lateness_explained", None, "duty", "超期原因",
        "编号{number}超过时限后完成核查,填报的超期原因:{reason}。请阅核。",
    ),
    Wording(
        "case_unmerged", None, "duty", "并案已拆分",
        "编号{number}已从编号{master_number}({master_state})拆分,恢复单独办理,原期限{due}不变。理由:{reason}",
    ),
    Wording(
        "photo_reused", None, "duty", "发现重复照片",
        "编号{number}有{photos}处取证照片与其他案件或者本案其他环节的照片相同或者相近,请核对后填写意见。核对前不影响办理。",
    ),
    Wording(
        "water_source_broken", None, "duty", "消防水源损坏",
        "{place}的{kind}“{name}”经现场查看已损坏停用。请通知维护单位修复,修复前灭火救援改用附近水源。",
    ),
    Wording(
        "daily_digest", None, "duty", "今日待办",
        "{org}今日到期{due_today}件、已超期{overdue}件,无人承办{unassigned}件,在办共{open}件。请先办理已超期和今日到期的。",
    ),
    Wording(
        "order_held", None, "duty", "工单待补正",
        "{source}工单{external_number}未能收件,请补正后收件,或者说明理由退回。",
    ),
    Wording(
        "order_to_answer", None, "duty", "工单待回填",
        "{source}工单{external_number}已办结,请将办理结果回填派单单位。",
    ),
    Wording(
        "order_to_return", None, "duty", "工单待退回",
        "{source}工单{external_number}不予受理,请将理由回填派单单位。",
    ),
    Wording(
        "webhook_paused", None, "duty", "推送已暂停",
        "推送到“{partner}”({host})的消息连续24小时未送达,已暂停。请联系对方排除故障,再在“数据合作方”中恢复推送。",
    ),
    Wording(
        "units_taken_in", None, "duty", "单位名单已录入",
        "您上传的“{name}”共{rows}行已处理完毕:{outcomes}。每一行的结果可在单位名单中查看、下载。",
    ),
    Wording(
        "units_tried", None, "duty", "单位名单已试录",
        "您上传的“{name}”共{rows}行已试录:{outcomes}。试录不改动登记内容,确认无误后请正式录入。",
    ),
    Wording(
        "unit_merged", None, "progress", "单位登记已合并",
        "经核对,您负责的单位登记“{name}”与“{into_name}”是同一场所,已由消防救援机构并入后者。原有事项可以照常查看、办理;"
        "新的事项请以“{into_name}”办理,尚未认领的,请由其法定代表人先行认领。对合并有异议的,请联系当地消防救援机构。",
    ),
    Wording(
        "unit_unmerged", None, "progress", "单位登记恢复单独使用",
        "经核对,您负责的单位登记“{name}”与“{into_name}”不是同一场所,已恢复单独使用,可以照常办理事项。",
    ),
    Wording(
        "unit_joined", None, "progress", "另一处登记已并入本单位",
        "经核对,单位登记“{name}”与您负责的“{into_name}”是同一场所,已由消防救援机构并入“{into_name}”。该登记名下的检查、整改、"
        "许可等记录按同一场所合并计算。对合并有异议的,请联系当地消防救援机构。",
    ),
    Wording(
        "unit_parted", None, "progress", "并入本单位的登记已分出",
        "经核对,单位登记“{name}”与您负责的“{into_name}”不是同一场所,已恢复单独使用,其记录不再合并计算;合并期间以“{into_name}”"
        "办理的事项仍归“{into_name}”。",
    ),
    Wording(
        "case_untouched", None, "duty", "新件无人处理",
        "{org}新收{category}1件(编号{number})已{minutes}分钟无人处理,{place},须于{due}前实地核查,请督促或者直接派员。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "disputed", None, "duty", "举报人提出异议",
        "编号{number}的举报人对办理结果提出异议,须于{due}前复核,请及时派员。",
    ),
    Wording(
        "reopened", None, "duty", "重新核查",
        "编号{number}经复核须重新核查,请及时派员。", ignores_quiet_hours=True,
    ),
    Wording("letter_to_sign", None, "duty", "移送函待签发", "有1件移送函待您签发,请及时办理。"),
    Wording(
        "letter_delivered", 19, "duty", "移送送达",
        "{org}移送火灾隐患线索1件({letter_no}),请于{sign_due}前签收,{feedback_due}前书面反馈。"
        "签收不代表接受办理;认为不属于本单位职责的,请于{return_due}前说明理由、依据,并提出建议承办单位。",
    ),
    Wording(
        "letter_accepted", None, "duty", "移送件已接受办理",
        "{org}已接受办理移送件{letter_no}。",
    ),
    Wording(
        "letter_returned", 20, "duty", "移送件被退回",
        "{org}退回移送件{letter_no}。理由:{reason};依据:{legal_basis};建议承办单位:{suggested_org}。"
        "本件仍由你单位负责,请于{due}前重新移送或者提请消安委办协调。",
    ),
    Wording(
        "letter_disputed", 21, "duty", "移送争议协调",
        "移送件{letter_no}已退回两次,现提请{committee}于{due}前协调明确承办单位。协调期间由{org}落实现场防范措施。",
    ),
    Wording(
        "letter_referred", None, "duty", "移送争议协调",
        "移送件{letter_no}提请{committee}于{due}前协调明确承办单位。协调期间由{org}落实现场防范措施。",
    ),
    Wording(
        "letter_unsigned", None, "duty", "移送件逾期未签收",
        "移送件{letter_no}已超过签收时限{hours}小时,{to_org}尚未签收。移送单位可以提请消安委办协调,也可以收回自办。",
    ),
    Wording(
        "letter_kept", None, "duty", "移送件已收回",
        "{org}决定移送件{letter_no}不再移送,本件由你单位继续办理。",
    ),
    Wording(
        "letter_withdrawn", None, "duty", "移送件已收回",
        "{org}决定移送件{letter_no}不再移送,你单位无需办理。",
    ),
    Wording(
        "letter_supervised", None, "duty", "移送件督办",
        "移送件{letter_no}已由消安委办督办({document_no}),请于{due}前办结反馈。",
    ),
    Wording(
        "letter_extended", None, "duty", "移送件延期",
        "移送件{letter_no}的反馈期限延至{due}。理由:{reason}。",
    ),
    Wording(
        "letter_fed_back", None, "duty", "移送件已反馈",
        "移送件{letter_no}的承办单位已办结反馈,请核对。反馈不充分的,请说明理由退回补充。",
    ),
    Wording(
        "feedback_insufficient", None, "duty", "反馈不充分",
        "移送单位认为移送件{letter_no}的反馈不充分。理由:{reason}。请补充办理后重新反馈。",
    ),
    Wording(
        "feedback_insufficient_again", None, "duty", "反馈两次不充分",
        "移送件{letter_no}的反馈两次被认为不充分。理由:{reason}。请予督办。",
    ),
]  # fmt: skip

_ORDERS = [
    Wording(
        "order_served", None, "statutory", "责令改正",
        "您单位被责令于{due}前改正火灾隐患(文号{order_no})。改正完毕的,请上传改正情况并申请复查;确需延期的,请于到期前提出申请并说明理由。",
    ),
    Wording(
        "unit_prompted", None, "progress", "请即知即改",
        "您单位可能有可以马上改正的消防安全问题(编号{order_no}),请于{due}前自查改正并回传照片。这不是行政处罚,消防救援机构仍将依法核查。",
    ),
    Wording(
        "prompt_withdrawn", None, "progress", "告知已撤回",
        "此前告知您单位自查改正的事项(编号{order_no})有误,已撤回,不必再回传。",
    ),
    Wording(
        "rated_poorly", None, "duty", "评价不满意", "隐患举报(编号{number})的上报人评价为{score}分,请于15个工作日内回访整改。",
    ),
    Wording(
        "prompt_was_withdrawn", None, "duty", "告知已撤回",
        "此前告知单位自查改正的事项(编号{order_no})有误,值班领导已撤回。须告知其他单位的,请另行处理;仍须依法核查。",
    ),
    Wording(
        "prompt_answered", None, "duty", "单位已回传改正情况",
        "{unit_name}已回传即知即改情况(编号{order_no}):共{of}项,已改正{fixed}项。仍须依法核查。",
    ),
    Wording(
        "order_extended", None, "statutory", "改正期限已延长",
        "您单位的火灾隐患改正期限已延至{due}(文号{order_no}),请按期改正。",
    ),
    Wording(
        "extension_refused", None, "statutory", "不予延期",
        "您单位的延期申请(文号{order_no})未予批准,理由:{reason}。改正期限仍为{due},请按期改正。",
    ),
    Wording(
        "extension_lapsed", None, "statutory", "延期申请未获批准",
        "您单位的延期申请(文号{order_no})在原期限届满前未获批准,改正期限仍为{due},期限已届满,消防救援机构将依法复查。",
    ),
    Wording(
        "extension_asked", None, "duty", "延期申请待审批",
        "责令改正事项({order_no})的单位申请延期至{due_asked},原期限{due},理由:{reason}。请于原期限届满前决定。",
    ),
    Wording("recheck_passed", None, "statutory", "复查合格", "经复查,您单位被责令改正的火灾隐患(文号{order_no})已整改合格。"),
    Wording(
        "recheck_failed", None, "statutory", "复查不合格",
        "经复查,您单位被责令改正的火灾隐患(文号{order_no})仍未整改合格,将依法处理。请立即整改。",
    ),
    Wording(
        "recheck_assigned", None, "duty", "复查任务",
        "请您复查1件责令改正事项({order_no},改正期限{due})。请携带执法证件,两人到场并主动出示。出发前请下载离线资料。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "recheck_to_sign", None, "duty", "待您签名", "责令改正事项({order_no})的复查记录已由同组监督员填写,请您核对后签名。",
        ignores_quiet_hours=True,
    ),
    Wording(
        "order_due_soon", 26, "statutory", "整改到期提醒",
        "《责令限期改正通知书》({order_no})将于{due}到期。改正完毕的,请上传改正情况并申请复查;"
        "确需延期的,请于到期前提出申请并说明理由。",
    ),
]  # fmt: skip

WORDINGS: dict[str, Wording] = {
    wording.key: wording
    for wording in [
        *_REPORTER,
        *_OFFICE,
        *_ORDERS,
        *PERMITS,
        *REPORTERS,
        *ASSISTANCE,
        *INSPECTIONS,
        *TRANSFERS,
        *MEASURES,
        *MAJORS,
    ]
}
