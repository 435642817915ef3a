"""Which declared column a foreign heading stands for."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from landlink.columns import Table
from landlink.files.tables.units import heading

# Headings by declared column, `table.column` going first; the likelier ones first, capitals match whole only.
SYNONYMS: dict[str, str] = {
    "code": "行政区代码 行政区划代码 区划代码 区县代码 区代码 代码 district_code adcode XZQDM XZQHDM QXDM ZLDWDM",
    "name": "行政区名称 区名称 区名 名称 district XZQMC QXMC MC",
    "district": "行政区名称 区名称 区名 行政区 区县 name XZQMC QXMC MC",
    "name_en": "英文名称 英文名 english_name YWMC",
    "subdistricts.name": "街道名称 街镇名称 乡镇名称 街道 XZQMC XZMC",
    "facilities.name": "设施名称 SSMC",
    "stations.name": "站名 车站名称 站点名称 ZDMC",
    "subdistrict": "街道代码 街镇代码 乡镇代码 XZDM",
    "official_area_ha": "行政区面积 土地面积 土地总面积 辖区面积 面积 area MJ XZQMJ",
    "year": "年份 年度 年 计划年度 NF ND",
    "date": "日期 数据日期 时点 统计时间 RQ",
    "persons": "落户人口 进城落户人口 落户人数 人口 人数 population RK RS",
    "population.persons": "常住人口 户籍人口 人口 人数 总人口 population RK RS",
    "central_persons": "中心城区落户人口 中心城区人口 中心城区落户人数",
    "moved_in": "迁入人口 迁入人数 迁入",
    "moved_out": "迁出人口 迁出人数 迁出",
    "urban_share_pct": "城镇化率 常住人口城镇化率 城镇人口比重 urbanization_rate CZHL",
    "urban_land_ha": "城镇建设用地面积 城镇建设用地 建设用地面积 用地面积 面积 urban_land area MJ YDMJ CZJSYDMJ",
    "new_capacity_ha": "可新增用地 可新增建设用地 新增空间 新增用地上限",
    "stock_available_ha": "存量用地 可用存量用地 存量可用面积 存量建设用地",
    "basis": "口径 数据口径",
    "channel": "落户渠道 渠道 落户方式",
    "series": "系列 数据系列",
    "kind": "类型 类别 LX",
    "parcel": "地块编号 地块编码 地块号 图斑编号 标识码 parcel_id BSM TBBH DKBH",
    "land_use": "地类编码 地类代码 用地代码 用地编码 规划用地代码 用地用海分类代码 DLBM YDDM GHYDLBDM YDYHFLDM",
    "code_system": "分类标准 用地分类标准 编码体系",
    "land_source": "用地来源 土地来源 YDLY",
    "facility": "设施编号 设施编码 设施类型 设施代码 SSBH",
    "capacity": "规模 容量 服务能力 学位数 床位数",
    "surplus_units": "富余数 富余数量 富余",
    "source": "数据来源 来源 资料来源 出处 SJLY",
    "status": "数据性质 数据状态 状态",
    "confidence": "可信度 可靠程度",
    "value": "数值 指标值",
    "indicator": "指标 指标名称",
    "unit": "单位 计量单位",
}
# Likeness, 0 to 1, from which on a heading is taken for a column.
_ALIKE = 0.8


def guess(columns: Sequence[str], table: Table) -> dict[str, str]:
    """Declared column that each foreign heading seems to stand for; none is used twice.

    Examples
    --------
    >>> from landlink.schema import INPUTS
    >>> guess(["XZQDM", "年度", "城镇建设用地面积（公顷）", "备注"], INPUTS["land"])
    {'XZQDM': 'code', '年度': 'year', '城镇建设用地面积（公顷）': 'urban_land_ha'}
    """
    fits = []
    for number, column in enumerate(columns):
        plain = heading([column])[0]
        for order, name in enumerate(table.names):
            in_table = SYNONYMS.get(f"{table.name}.{name}", "").split()
            for rank, synonym in enumerate([name, *in_table, *SYNONYMS.get(name, "").split()]):
                score = _likeness(plain, synonym)
                if score >= _ALIKE:
                    fits.append((-score, rank, order, number, column, name))
    guesses: dict[str, str] = {}
    for *_, column, name in sorted(fits):
        if column not in guesses and name not in guesses.values():
            guesses[column] = name
    return {column: guesses[column] for column in columns if column in guesses}


def _likeness(heading: str, synonym: str) -> float:
    """1 for the same words, a little less for a part of a heading of several rows, else how alike the letters are."""
    parts = [re.sub(r"[\s_]", "", part).casefold() for part in (heading, *reversed(heading.split("/")))]
    known = synonym.replace("_", "").casefold()
    if known in parts:
        return 1 - parts.index(known) / 100
    return 0.0 if synonym.isupper() else min(0.9, SequenceMatcher(None, parts[0], known, autojunk=False).ratio())
