"""The index of authorities of docs/sources.md, as shipped.

Titles, numbers, dates and the subjects of the clauses that this product leans on. No article has its text: the words
of a law are entered by an editor from the gazette, and those of standards are not ours to reproduce. What nobody has
read says so (`verification`, `note`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

CHECKED_ON = date(2026, 11, 22)
_REGION = "150000"
_NPC = "全国人民代表大会常务委员会"


@dataclass(frozen=True)
class Authority:
    """One row. `articles` holds (number, our heading)."""

    code: str
    title: str
    level: str
    doc_no: str = ""
    issuer: str = ""
    published_on: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    status: str = "in_force"
    replaces: tuple[str, ...] = ()
    region: str | None = None
    verification: str = "full_text"
    note: str = ""
    articles: tuple[tuple[str, str], ...] = field(default=())


_LAWS = [
    Authority(
        "LAW-XFF", "中华人民共和国消防法", "law", "2021年第二次修正", _NPC, date(2021, 4, 29),
        articles=(
            ("4", "消防工作监督管理;森林、草原消防另有规定的从其规定"), ("13", "建设工程消防验收和备案抽查"),
            ("15", "公众聚集场所投入使用、营业前消防安全检查"), ("16", "单位的消防安全职责,主要负责人为责任人"),
            ("17", "消防安全重点单位的职责"), ("18", "共用建筑和住宅区物业的消防责任"),
            ("19", "易燃易爆危险品场所与居住场所"), ("21", "明火作业和持证上岗"), ("23", "易燃易爆危险品管理"),
            ("24", "消防产品"), ("26", "建筑构件和装修装饰材料的防火性能"), ("27", "电器产品、燃气用具"),
            ("28", "消防设施器材、疏散通道、安全出口、消防车通道"), ("29", "公共消防设施维护"),
            ("31", "重点时段的消防宣传和检查"), ("32", "乡镇、街道和村(居)民委员会"),
            ("53", "监督检查的实施和出示证件"), ("55", "重大火灾隐患报告政府"), ("56", "不得收费、不得指定产品和服务机构"),
            ("57", "检举、控告"), ("58", "未经验收、未经许可擅自使用的处罚"), ("60", "消防设施、通道类违法行为的处罚"),
            ("61", "生产、储存、经营场所与居住场所设在同一建筑物内的处罚"), ("62", "由公安机关处罚的行为,含谎报火警"),
            ("63", "违反规定使用明火等行为的处罚"), ("65", "不合格消防产品"), ("66", "电器、燃气安装使用不合规"),
            ("67", "不履行消防安全职责"), ("70", "处罚的决定机关"), ("73", "用语含义,公众聚集场所和人员密集场所"),
        ),
    ),
    Authority(
        "LAW-XZXK", "中华人民共和国行政许可法", "law", "2019年修正", _NPC, date(2019, 4, 23),
        articles=(
            ("32", "申请的处理和补正告知"), ("42", "一般办理期限"), ("44", "送达期限"), ("45", "不计入期限的时间"),
            ("47", "告知听证权利"), ("69", "撤销"), ("70", "注销"), ("79", "以欺骗手段取得许可"), ("82", "工作日"),
        ),
    ),
    Authority(
        "LAW-XZCF", "中华人民共和国行政处罚法", "law", "2021年修订", _NPC, date(2021, 1, 22), date(2021, 7, 15),
        articles=(
            ("27", "移送司法机关"), ("33", "不予处罚"), ("42", "执法人员不少于两人"), ("60", "九十日内作出决定"),
            ("61", "送达"), ("64", "听证程序"), ("85", "工作日"),
        ),
    ),
    Authority(
        "LAW-XZQZ", "中华人民共和国行政强制法", "law", "", _NPC, date(2011, 6, 30),
        articles=(
            ("18", "实施强制措施的程序"), ("25", "查封、扣押期限"), ("51", "代履行"), ("52", "立即代履行"), ("69", "工作日"),
        ),
    ),
    Authority(
        "LAW-PIPL", "中华人民共和国个人信息保护法", "law", "", _NPC, date(2021, 8, 20), date(2021, 11, 1),
        articles=(
            ("13", "处理个人信息的情形"), ("17", "告知"), ("19", "最短保存期限"), ("28", "敏感个人信息"),
            ("31", "不满十四周岁未成年人"), ("34", "国家机关处理个人信息"), ("36", "境内存储"), ("44", "知情权和决定权"),
            ("51", "安全措施"), ("55", "影响评估"), ("57", "泄露通知"),
        ),
    ),
    Authority("LAW-DSL", "中华人民共和国数据安全法", "law", "", _NPC, date(2021, 6, 10)),
    Authority(
        "LAW-CSL", "中华人民共和国网络安全法", "law", "2016年通过,后经修改", _NPC, None, date(2026, 1, 1),
        verification="unchecked", note="修改后文本自2026年1月1日起施行,条文待核对。",
        articles=(("21", "等级保护和网络日志留存"),),
    ),
    Authority(
        "LAW-MMF", "中华人民共和国密码法", "law", "", _NPC, date(2019, 10, 26), articles=(("27", "商用密码应用安全性评估"),),
    ),
    Authority(
        "LAW-WZA", "中华人民共和国无障碍环境建设法", "law", "", _NPC, date(2023, 6, 28), date(2023, 9, 1),
        articles=(("32", "网站、应用程序的信息无障碍"),),
    ),
    Authority("LAW-CHF", "中华人民共和国测绘法", "law", "2017年修订", _NPC, date(2017, 4, 27), articles=(("38", "地图审核"),)),
    Authority(
        "LAW-AQSC", "中华人民共和国安全生产法", "law", "2021年修正", _NPC, date(2021, 6, 10),
        articles=(("73", "举报制度"), ("74", "报告和举报的权利"), ("75", "基层组织的报告"), ("76", "举报奖励")),
    ),
    Authority(
        "LAW-CYF", "中华人民共和国草原法", "law", "2021年修正", _NPC, date(2021, 4, 29),
        articles=(("53", "草原防火责任制和防火期"),),
    ),
]  # fmt: skip

_REGULATIONS = [
    Authority(
        "REG-822", "森林草原防灭火条例", "administrative_regulation", "国务院令第822号", "国务院", date(2025, 11, 16),
        date(2026, 1, 1), replaces=("REG-542",), verification="public_copy",
        note="共6章63条。第二章以后条文未能核对,不收录;罚则以公布文本为准。",
        articles=(("4", "森林草原防灭火指挥机构和日常工作"), ("5", "部门分工")),
    ),
    Authority(
        "REG-542", "草原防火条例", "administrative_regulation", "国务院令第542号", "国务院", None, date(2009, 1, 1),
        date(2025, 12, 31), "repealed", note="已由森林草原防灭火条例(国务院令第822号)取代,仅供查阅历史;废止的表述待核对。",
        articles=(
            ("11", "草原火险区划"), ("18", "防火期野外用火"), ("20", "车辆防火装置"), ("26", "发现草原火灾立即报告"),
            ("31", "不得动员残疾人、孕妇、未成年人和老年人扑火"), ("44", "未经批准用火的处罚"), ("45", "其他违法行为的处罚"),
        ),
    ),
    Authority(
        "REG-716", "国务院关于在线政务服务的若干规定", "administrative_regulation", "国务院令第716号", "国务院",
        date(2019, 4, 26), verification="unchecked", note="电子签名、电子印章、电子证照的效力。",
    ),
    Authority(
        "REG-XF", "信访工作条例", "normative_document", "", "", date(2022, 2, 25), note="党内法规。",
        articles=(("23", "信访事项的受理、告知和异议期限"),),
    ),
    Authority(
        "REG-NDS", "网络数据安全管理条例", "administrative_regulation", "", "国务院", date(2024, 9, 24), date(2025, 1, 1),
        articles=(("9", "数据安全保护措施"),),
    ),
]  # fmt: skip

_RULES = [
    Authority(
        "RULE-120", "消防监督检查规定", "department_rule", "公安部令第107号,经公安部令第120号修改", "公安部",
        date(2012, 7, 17), date(2012, 11, 1), verification="public_copy",
        note="条文仍称公安机关消防机构,现由消防救援机构履行;是否已有新的规定待核对。",
        articles=(
            ("6", "消防监督检查的形式"), ("7", "抽查重点"), ("9", "投入使用、营业前检查内容"), ("10", "监督抽查内容"),
            ("14", "检查人员不少于两人并填写记录"), ("15", "公众聚集场所检查期限"), ("17", "举报投诉的受理、登记"),
            ("18", "举报投诉的核查时限和告知"), ("19", "责令改正"), ("20", "复查"), ("21", "重大火灾隐患"),
            ("22", "临时查封的情形和期限"), ("23", "紧急情况的临时查封"), ("25", "解除查封"), ("26", "强制执行"),
            ("28", "恢复施工、使用、生产、经营"), ("30", "公安派出所受理和移送"), ("33", "公安派出所书面移送"),
            ("38", "火灾隐患的情形"),
        ),
    ),
    Authority(
        "RULE-61", "机关、团体、企业、事业单位消防安全管理规定", "department_rule", "公安部令第61号", "公安部", None,
        date(2002, 5, 1), verification="public_copy",
        articles=(
            ("31", "应当当场改正的行为"), ("36", "消防安全培训次数"), ("38", "应当接受专门培训的人员"),
            ("40", "灭火和应急疏散演练"),
        ),
    ),
    Authority(
        "RULE-109", "社会消防安全教育培训规定", "department_rule", "公安部等令第109号", "公安部等", None, date(2009, 6, 1),
        verification="public_copy", articles=(("14", "单位的教育培训和演练"), ("15", "学校的教育培训和演练")),
    ),
    Authority(
        "RULE-GCJZ", "高层民用建筑消防安全管理规定", "department_rule", "应急管理部令第5号", "应急管理部", None,
        date(2021, 8, 1), verification="unchecked", articles=(("37", "电动自行车停放、充电"), ("47", "违规停放、充电的处罚")),
    ),
    Authority(
        "RULE-JSFW", "社会消防技术服务管理规定", "department_rule", "应急管理部令第7号", "应急管理部", None,
        date(2021, 11, 9), verification="unchecked",
    ),
    Authority(
        "RULE-51", "建设工程消防设计审查验收管理暂行规定", "department_rule", "住房和城乡建设部令第51号,经第58号修改",
        "住房和城乡建设部", verification="unchecked",
    ),
    Authority(
        "DOC-PROC", "消防救援机构办理行政案件程序规定", "normative_document", "应急〔2021〕77号", "应急管理部",
        verification="public_copy", articles=(("5", "语言文字和翻译"), ("6", "保守秘密")),
    ),
    Authority(
        "DOC-34", "应急管理部关于公众聚集场所消防安全检查全面实行告知承诺管理的通知", "normative_document", "应急〔2021〕34号",
        "应急管理部", verification="public_copy", note="标题据公开转载,以印发文本为准。",
    ),
    Authority(
        "DOC-87", "消防安全责任制实施办法", "normative_document", "国办发〔2017〕87号", "国务院办公厅",
        verification="public_copy",
    ),
    Authority(
        "DOC-54", "关于严格规范涉企行政检查的意见", "normative_document", "国办发〔2024〕54号", "国务院办公厅",
        verification="public_copy",
    ),
    Authority("DOC-19-34", "关于深化消防执法改革的意见", "normative_document", "厅字〔2019〕34号", verification="public_copy"),
    Authority(
        "DOC-XFZR", "消防行政执法责任制规定", "normative_document", "", "国家消防救援局", date(2025, 1, 2),
        verification="public_copy",
    ),
]  # fmt: skip

_LOCAL = [
    Authority(
        "NM-XFTL", "内蒙古自治区消防条例", "local_regulation", region=_REGION, verification="unchecked",
        note="现行文本的年份待核对,条文不收录。",
    ),
    Authority(
        "NM-48", "内蒙古自治区机关、团体、企业、事业单位消防安全管理规定", "normative_document", "内政办发〔2025〕48号",
        "内蒙古自治区人民政府办公厅", date(2025, 12, 31), region=_REGION, verification="public_copy",
        note="正文未能核对,不收录。",
    ),
    Authority(
        "NM-49", "内蒙古自治区“小单位、小场所”消防安全管理规定", "normative_document", "内政办发〔2025〕49号",
        "内蒙古自治区人民政府办公厅", date(2025, 12, 31), region=_REGION, verification="public_copy",
        note="正文未能核对,不收录。",
    ),
    Authority(
        "NM-NMQ", "内蒙古自治区农村牧区消防安全管理规定", "normative_document", published_on=date(2023, 8, 10),
        region=_REGION, verification="public_copy",
    ),
    Authority(
        "NM-ZDDW", "内蒙古自治区消防安全重点单位界定标准(试行)", "normative_document", region=_REGION,
        verification="public_copy", note="约自2024年1月起试行。",
    ),
    Authority(
        "NM-107", "内蒙古自治区消防安全领域柔性执法工作规定", "normative_document", "内消〔2025〕107号",
        published_on=date(2025, 11, 11), region=_REGION, verification="public_copy", note="正文未能核对,不收录。",
    ),
    Authority(
        "NM-SLCY", "内蒙古自治区森林草原防火条例", "local_regulation", region=_REGION, verification="public_copy",
        note="国务院令第822号施行后可能修订,以公布文本为准。",
    ),
]  # fmt: skip

_STANDARDS = [
    Authority(
        "STD-35181", "重大火灾隐患判定规则", "national_standard", "GB 35181-2025", "", date(2025, 4, 25), date(2025, 11, 1),
        replaces=("GB 35181-2017",), verification="public_copy",
        note="第5章、第6章判定要素未能核对,载入官方文本前不得用于判定。",
        articles=(
            ("4.2", "不应判定为重大火灾隐患的情形"), ("5", "直接判定要素"), ("6", "综合判定要素"),
            ("附录A", "消防设施不能正常运行的判定"),
        ),
    ),
    Authority(
        "STD-46034", "公众聚集场所投入使用营业消防安全检查规则", "national_standard", "GB 46034-2025", "", None,
        date(2026, 2, 1), verification="public_copy", note="条款未能核对。",
    ),
    Authority("STD-40248", "人员密集场所消防安全管理", "national_standard", "GB/T 40248-2021", verification="public_copy"),
    Authority("STD-25201", "建筑消防设施的维护管理", "national_standard", "GB 25201-2010", verification="public_copy"),
    Authority("STD-25506", "消防控制室通用技术要求", "national_standard", "GB 25506-2010", verification="public_copy"),
    Authority(
        "STD-26875", "城市消防远程监控系统", "national_standard", "GB/T 26875.1~.8", verification="public_copy",
        articles=((".3", "协议"), (".4", "基本数据项")),
    ),
    Authority(
        "STD-703", "住宿与生产储存经营合用场所消防安全技术要求", "industry_standard", "XF 703-2007(原 GA 703)",
        verification="unchecked",
    ),
]  # fmt: skip

AUTHORITIES: tuple[Authority, ...] = (*_LAWS, *_REGULATIONS, *_RULES, *_LOCAL, *_STANDARDS)
