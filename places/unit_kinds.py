"""How units are sorted: by duty under the law (category) and by use (place type). Codes with their Chinese names."""

from __future__ import annotations

# docs/sources.md
CATEGORIES = {
    "KEY_UNIT": "消防安全重点单位",
    "HIGH_RISK_UNIT": "火灾高危单位",
    "GENERAL_UNIT": "一般单位",
    "SMALL_PLACE": "小单位、小场所",
    "RESIDENTIAL": "住宅小区",
    "PASTORAL_SETTLEMENT": "嘎查、牧户",
    "CONSTRUCTION_SITE": "建设工程施工现场",
}
KEY_CATEGORIES = frozenset({"KEY_UNIT", "HIGH_RISK_UNIT"})  # 消防安全重点单位, 火灾高危单位

# 消防法 73(三): public assembly venues, which need the check before they open (docs/sources.md).
VENUES = {
    "HOTEL": "宾馆",
    "RESTAURANT": "饭店",
    "MALL": "商场",
    "MARKET": "集贸市场",
    "BUS_WAITING": "客运车站候车室",
    "FERRY_WAITING": "客运码头候船厅",
    "AIRPORT_TERMINAL": "民用机场航站楼",
    "STADIUM": "体育场馆",
    "HALL": "会堂",
    "ENT_SHOW": "演出、放映场所",
    "ENT_DANCE": "歌舞娱乐场所",
    "ENT_NIGHTCLUB": "夜总会、音乐茶座、酒吧和餐饮场所",
    "ENT_GAME": "游艺、游乐场所",
    "ENT_FITNESS": "营业性健身、休闲场所",
    "ENT_NETBAR": "网吧",
}

# 消防法 73(四): crowded places besides.
CROWDED_PLACES = {
    "HOSPITAL": "医院",
    "SCHOOL": "学校",
    "CARE_HOME": "养老院、福利院",
    "NURSERY": "托儿所、幼儿园",
    "LIBRARY": "公共图书馆",
    "EXHIBITION": "公共展览馆、博物馆",
    "LABOUR_INTENSIVE": "劳动密集型企业生产加工车间、员工集体宿舍",
    "TOURIST_SITE": "旅游活动场所",
    "RELIGIOUS_SITE": "宗教活动场所",
}

# The ten classes of 内政办发〔2025〕49号 (docs/sources.md).
SMALL_PLACES = {
    "SHOP": "小购物场所",
    "CATERING": "小餐饮场所",
    "LODGING": "小住宿场所",
    "ENTERTAINMENT": "小公共娱乐场所",
    "LEISURE": "小休闲健身场所",
    "MEDICAL_CARE": "小医养场所",
    "TEACH_OFFICE": "小教学办公场所",
    "WORKSHOP_STORAGE": "小生产加工和仓储物流场所",
    "FLAMMABLE": "小易燃易爆危险品生产销售储存场所",
    "NEW_BUSINESS": "新业态新领域等其他小型生产经营场所",
}

PLACE_TYPES = {**VENUES, **CROWDED_PLACES, **SMALL_PLACES, "OTHER": "其他"}
