"""Planners' tables: what is read right whatever wrote it, and every way a file can be wrong, with its message."""

import datetime as dt
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from landlink.errors import DataError, Fault
from landlink.files.tables import UNITS, Sheet, convert, guess, read_sheet
from landlink.schema import INPUTS
from landlink.texts import has_text
from tests.office import soffice

Rows = Sequence[Sequence[object]]
PLAIN: Rows = [["代码", "区名", "人口"], ["440103", "荔湾区", 10], ["440104", "越秀区", 20]]


def book(path: Path, rows: Rows, *merged: str, change: Callable[[Worksheet], object] | None = None) -> Path:
    """Write a workbook of one sheet, 用地, with openpyxl."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "用地"
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    if change:
        change(sheet)
    workbook.save(path)
    return path


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Sheet]:
    def read(rows: Rows, *merged: str, change: Callable[[Worksheet], object] | None = None) -> Sheet:
        return read_sheet(book(tmp_path / "表.xlsx", rows, *merged, change=change))

    return read


@pytest.fixture
def read_text(tmp_path: Path) -> Callable[..., Sheet]:
    def read_text(content: str, encoding: str = "utf-8", suffix: str = ".csv") -> Sheet:
        path = tmp_path / f"表{suffix}"
        path.write_bytes(content.encode(encoding))
        return read_sheet(path)

    return read_text


def cells(sheet: Sheet) -> dict[int, list[str]]:
    return {int(row): list(line) for row, line in zip(sheet.frame.index, sheet.frame.to_numpy(), strict=True)}


def asked(sheet: Sheet) -> list[tuple[str, int | None, str]]:
    assert all(fault.question for fault in sheet.notes)
    return [place(fault) for fault in sheet.notes]


def place(fault: Fault) -> tuple[str, int | None, str]:
    if has_text(f"errors.{fault.id}.found"):
        assert all(fault.text(lang) for lang in ("zh", "en"))
    return fault.id, fault.row, fault.column


TYPICAL: Rows = [
    ["广州市2020年各区用地情况统计表"],
    ["填报单位：广州市规划局", None, None, None, None, None, "单位：公顷"],
    [],
    ["行政区代码", "区名", "用地面积", None, "人口（万人）", "城镇化率\n（%）", "更新日期"],
    [None, None, "新增", "存量"],
    ["甲", "乙", "（1）", "（2）", "（3）", "（4）", "（5）"],
    [440103.0, "荔　湾 区", 12.5, "８，４３３", 1e5, 96.7, dt.datetime(2020, 1, 31)],  # noqa: DTZ001 - Excel has no zone
    [440104, "越秀区", "—", "1,000", 0.1 + 0.2, "…", dt.date(2020, 2, 1)],
    ["合　计", None, 12.5, 9433, 100000.3],
    ["注：1.数据来源于变更调查。"],
    ["2.不含水域。"],
    ["填表人：张三", None, "审核人：李四"],
]
MERGED = ("A1:G1", "A4:A5", "B4:B5", "C4:D4", "E4:E5", "F4:F5", "G4:G5", "A9:B9")


def test_a_typical_table(read: Callable[..., Sheet]) -> None:
    sheet = read(TYPICAL, *MERGED)
    assert list(sheet.frame) == ["行政区代码", "区名", "用地面积/新增", "用地面积/存量", "人口", "城镇化率", "更新日期"]
    assert cells(sheet) == {
        7: ["440103", "荔湾区", "12.5", "8433", "100000", "96.7", "2020-01-31"],
        8: ["440104", "越秀区", "", "1000", "0.3", "", "2020-02-01"],
    }
    assert sheet.units == {"用地面积/新增": "公顷", "用地面积/存量": "公顷", "人口": "万人", "城镇化率": "%"}
    assert (sheet.name, sheet.header, sheet.total, sheet.notes) == ("用地", 4, 9, ())


def write_xlsxwriter(path: Path) -> Path:
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet("用地")
    for row, line in enumerate(TYPICAL):
        for column, value in enumerate(line):
            if isinstance(value, dt.date):
                sheet.write_datetime(row, column, value, workbook.add_format({"num_format": "yyyy/m/d"}))
            elif value is not None:
                sheet.write(row, column, value)
    for cell in MERGED:
        sheet.merge_range(cell, TYPICAL[int(cell[1]) - 1][ord(cell[0]) - ord("A")])
    sheet.write_formula("C9", "=SUM(C7:C8)", None, 12.5)
    workbook.close()
    return path


def test_a_workbook_of_xlsxwriter(tmp_path: Path, read: Callable[..., Sheet]) -> None:
    written = read_sheet(write_xlsxwriter(tmp_path / "x.xlsx"))
    expected = read(TYPICAL, *MERGED)
    pd.testing.assert_frame_equal(written.frame, expected.frame)
    assert (written.units, written.total, written.notes) == (expected.units, 9, ())


@pytest.mark.office
def test_workbooks_of_libreoffice(tmp_path: Path) -> None:
    """A text table turned into a workbook, and formulas that nothing had calculated before."""
    program, made = soffice(), tmp_path / "made"
    text = tmp_path / "text.csv"
    text.write_text(
        "用地表,,\n代码,区名,面积（亩）\n440103,荔湾区,12.5\n440104,越秀区,3\n合计,,15.5\n", encoding="utf-8"
    )
    sums = book(
        tmp_path / "sums.xlsx",
        [*PLAIN, ["合计", None, "=SUM(C2:C3)"], ["注：略"]],
        change=lambda sheet: sheet.__setitem__("B3", '=IF(1,"","x")'),
    )
    office = [program, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    for target, file in (("ods", text), ("xlsx", made / "text.ods"), ("xlsx", sums)):
        utf8 = ["--infilter=CSV:44,34,76,1"] if file == text else []
        command = [*office, *utf8, "--convert-to", target, "--outdir", str(made), str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    sheet = read_sheet(made / "text.xlsx")
    assert cells(sheet) == {3: ["440103", "荔湾区", "12.5"], 4: ["440104", "越秀区", "3"]}
    assert (sheet.units, sheet.total, sheet.notes) == ({"面积": "亩"}, 5, ())
    sheet = read_sheet(made / "sums.xlsx")
    assert cells(sheet) == {2: ["440103", "荔湾区", "10"], 3: ["440104", "", "20"]}
    assert (sheet.total, sheet.notes) == (4, ())
    with pytest.raises(DataError) as error:
        read_sheet(made / "text.ods")
    assert [fault.id for fault in error.value.faults] == ["sheet.format"]


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("suffix", "sign"), [(".csv", ","), (".tsv", "\t"), (".txt", "\t"), (".csv", ";")])
def test_encodings_and_separators(read_text: Callable[..., Sheet], encoding: str, suffix: str, sign: str) -> None:
    lines = ["用地表,,", "代码,区名,面积（㎡）", '440103,荔湾区,"8,433"', "", "440104,越秀区,２"]
    if encoding == "gbk":
        lines[1] = "代码,区名,面积（平方米）"
    content = "\r\n".join(
        line.replace(",", sign) if '"' not in line else f'440103{sign}荔湾区{sign}"8,433"' for line in lines
    )
    sheet = read_text(content, encoding, suffix)
    assert cells(sheet) == {3: ["440103", "荔湾区", "8433"], 5: ["440104", "越秀区", "2"]}
    assert list(sheet.units) == ["面积"]
    assert (sheet.name, sheet.header, sheet.total) == ("", 2, None)


CELLS: dict[object, str] = {
    440103: "440103",
    440104.0: "440104",
    12.5: "12.5",
    100000.0: "100000",
    1e-7: "0.0000001",
    -0.0: "0",
    0.1 + 0.2: "0.3",
    "８４３３": "8433",
    "８，４３３．５": "8433.5",
    "-1,234,567": "-1234567",
    "1,23": "1,23",
    "\u3000ＸＺＱ\xa0": "XZQ",
    "地块（Ａ）": "地块（A）",
    "①": "①",
    "越 秀　区": "越秀区",
    "年鉴 2020 表": "年鉴 2020 表",
    "—": "",
    "——": "",
    "-": "",
    "－": "",
    "/": "",
    "…": "",
    "......": "",
    "－５": "-5",
    "−5": "-5",
    "2020/1": "2020/1",
    True: "TRUE",
    dt.datetime(2020, 1, 31, 8, 30): "2020-01-31T08:30:00",  # noqa: DTZ001
    dt.date(2020, 1, 31): "2020-01-31",
    dt.time(8, 30): "08:30:00",
}


@pytest.mark.parametrize(("value", "expected"), CELLS.items(), ids=map(repr, CELLS))
def test_cells(read: Callable[..., Sheet], value: object, expected: str) -> None:
    assert cells(read([["代码", "区名", "备注"], ["440103", "荔湾区", value]])) == {2: ["440103", "荔湾区", expected]}


@pytest.mark.parametrize(
    ("value", "form", "expected", "unit"),
    [
        (0.125, "0.0%", "12.5", "%"),
        (0.5543, '0.00"%"', "0.5543", None),
        (0.07, r"0.00\%", "0.07", None),
        (10103, "000000", "010103", None),
        (12.25, '#,##0.00_);[Red]"亏"0.00', "12.25", None),
    ],
)
def test_numbers_as_excel_shows_them(
    read: Callable[..., Sheet], value: float, form: str, expected: str, unit: str | None
) -> None:
    def look(sheet: Worksheet) -> None:
        sheet["C2"].number_format = form

    sheet = read([["代码", "区名", "占比"], ["440103", "荔湾区", value]], change=look)
    assert (sheet.frame["占比"].tolist(), sheet.units.get("占比")) == ([expected], unit)


def test_percent_signs_go_to_the_unit_or_stay_where_they_are_mixed(read_text: Callable[..., Sheet]) -> None:
    sheet = read_text("区名,甲率,乙率,丙率(%),丁率(‰)\nA,1%,1%,1%,1%\nB,,2,2,2\nC,３％,x,3,3\n")
    assert cells(sheet)[2] == ["A", "1", "1%", "1", "1%"]
    assert sheet.frame["甲率"].tolist() == ["1", "", "3"]
    assert sheet.units == {"甲率": "%", "丙率": "%", "丁率": "‰"}


HEADINGS = {
    "面积（公顷）": ("面积", "公顷"),
    "面积(hm²)": ("面积", "hm²"),
    "面积（单位：万亩）": ("面积", "万亩"),
    "面积/亩": ("面积", "亩"),
    "面积\n平方公里": ("面积", "平方公里"),
    "面 积 ㎡": ("面积", "㎡"),
    "面积m²": ("面积m²", None),
    "面积，km²": ("面积", "km²"),
    "人口(万人)合计": ("人口合计", "万人"),
    "城镇化率%": ("城镇化率", "%"),
    "自然增长率（‰）": ("自然增长率", "‰"),
    "人均用地（㎡/人）": ("人均用地", "㎡/人"),
    "面积（不含水域）（公顷）": ("面积（不含水域）", "公顷"),
    "其中：耕地": ("其中：耕地", None),
    "户数（户）": ("户数（户）", None),
    "urban_land_ha": ("urban_land_ha", None),
    "Urban  land (ha)": ("Urban land", "ha"),
    "ＸＺＱＤＭ": ("XZQDM", None),
    "人": ("人", None),
}


@pytest.mark.parametrize(("heading", "expected"), HEADINGS.items(), ids=HEADINGS)
def test_headings(read: Callable[..., Sheet], heading: str, expected: tuple[str, str | None]) -> None:
    sheet = read([["代码", heading], ["440103", 1]])
    name = list(sheet.frame)[1]
    assert (name, sheet.units.get(name)) == expected


# rows, merged cells, the headings, the header's row and the rows of data
HEADERS: dict[str, tuple[Rows, tuple[str, ...], list[str], int, list[int]]] = {
    "plain": (PLAIN, (), ["代码", "区名", "人口"], 1, [2, 3]),
    "annex number beside a merged title": (
        [["附表1", "各区用地"], [], *PLAIN],
        ("B1:C1",),
        ["代码", "区名", "人口"],
        3,
        [4, 5],
    ),
    "two cells of title": (
        [["广州市", "2020年度"], ["代码", "区名", "人口", "用地"], ["440103", "荔湾区", 1, 2]],
        (),
        ["代码", "区名", "人口", "用地"],
        2,
        [3],
    ),
    "three rows": (
        [
            ["区名", "用地", None, None, "人口"],
            [None, "新增", None, "存量"],
            [None, "耕地", "林地"],
            ["荔湾区", 1, 2, 3, 4],
        ],
        ("A1:A3", "B1:D1", "B2:C2", "D2:D3", "E1:E3"),
        ["区名", "用地/新增/耕地", "用地/新增/林地", "用地/存量", "人口"],
        1,
        [4],
    ),
    "years below a group": (
        [["区名", "人口", None], [None, 2019, 2020], ["荔湾区", 1, 2]],
        ("A1:A2", "B1:C1"),
        ["区名", "人口/2019", "人口/2020"],
        1,
        [3],
    ),
    "nothing merged": (
        [["区名", "用地", None, "人口"], [None, "新增", "存量", None], ["荔湾区", 1, 2, 3]],
        (),
        ["区名", "用地/新增", "用地/存量", "人口"],
        1,
        [3],
    ),
    "group without its neighbour": (
        [["用地表"], [None, "用地", None], ["区名", "新增", "存量"], ["荔湾区", 1, 2]],
        ("A1:C1", "B2:C2"),
        ["区名", "用地/新增", "用地/存量"],
        2,
        [4],
    ),
    "a column outside the groups": (
        [[None, "用地", None, None], ["区名", "新增", "存量", "人口"], ["荔湾区", 1, 2, 3]],
        ("B1:C1",),
        ["区名", "用地/新增", "用地/存量", "人口"],
        1,
        [3],
    ),
    "a row of units": (
        [["区名", "用地", "人口"], [None, "公顷", "万人"], ["荔湾区", 1, 2]],
        (),
        ["区名", "用地", "人口"],
        1,
        [3],
    ),
    "numbered": ([PLAIN[0], ["甲", "乙", "1"], *PLAIN[1:]], (), ["代码", "区名", "人口"], 1, [3, 4]),
    "grades are data": ([["等级", "户"], ["甲", 1], ["乙", 2]], (), ["等级", "户"], 1, [2, 3]),
    "one grade is data": ([["等级", "户"], ["甲", 1]], (), ["等级", "户"], 1, [2]),
    "numbered with brackets": (
        [PLAIN[0], ["(1)", "（2）", "(3)=(1)+(2)"], *PLAIN[1:]],
        (),
        ["代码", "区名", "人口"],
        1,
        [3, 4],
    ),
    "numbered with circles": ([PLAIN[0], ["①", "②", "③"], *PLAIN[1:]], (), ["代码", "区名", "人口"], 1, [3, 4]),
    "numbered plainly": ([PLAIN[0], [1, 2, 3], *PLAIN[1:]], (), ["代码", "区名", "人口"], 1, [3, 4]),
    "serial numbers are data": (
        [["序号", "甲地", "乙地"], [1, 2, 3], [2, 5, 5]],
        (),
        ["序号", "甲地", "乙地"],
        1,
        [2, 3],
    ),
    "words only": (
        [["街道", "区名"], ["沙面街道", "荔湾区"], ["岭南街道", "荔湾区"]],
        (),
        ["街道", "区名"],
        1,
        [2, 3],
    ),
    "first data without numbers": (
        [["市", "区", "面积"], ["广州", "荔湾区", None], ["广州", "越秀区", 2]],
        (),
        ["市", "区", "面积"],
        1,
        [2, 3],
    ),
    "all in groups": (
        [["人口", None, "用地", None], ["新增", "存量", "新增", "存量"], [1, 2, 3, 4]],
        ("A1:B1", "C1:D1"),
        ["人口/新增", "人口/存量", "用地/新增", "用地/存量"],
        1,
        [3],
    ),
    "a heading like a title": (
        [["名称", "来自哪张统计表", "区名"], ["人口", "甲", "乙"]],
        (),
        ["名称", "来自哪张统计表", "区名"],
        1,
        [2],
    ),
    "a column merged over two": (
        [["区名", None, "人口"], ["荔湾区", None, 1]],
        ("A1:B1", "A2:B2"),
        ["区名", "人口"],
        1,
        [2],
    ),
}


@pytest.mark.parametrize(("rows", "merged", "names", "header", "data"), HEADERS.values(), ids=HEADERS)
def test_headers(
    read: Callable[..., Sheet], rows: Rows, merged: tuple[str, ...], names: list[str], header: int, data: list[int]
) -> None:
    sheet = read(rows, *merged)
    assert (list(sheet.frame), sheet.header, list(sheet.frame.index)) == (names, header, data)


def test_merged_districts_are_filled_down_and_merged_measures_questioned(read: Callable[..., Sheet]) -> None:
    rows = [
        ["代码", "区名", "年份", "面积"],
        [440103, "荔湾区", 2019, 5],
        [None, None, 2020],
        [440104, "越秀区", 2020, 7],
    ]
    sheet = read(rows, "A2:A3", "B2:B3", "D2:D3")
    assert cells(sheet)[3] == ["440103", "荔湾区", "2020", "5"]
    assert asked(sheet) == [("sheet.merged_number", 2, "面积")]
    assert asked(read(rows, "A2:A3", "B2:B3")) == []


NOTES = [
    "注：略",
    "注1：略",
    "备注：略",
    "数据来源：统计年鉴",
    "数据来源于统计年鉴2020",
    "*初步数",
    "填表人：张三",
    "说明：略",
]


@pytest.mark.parametrize("note", NOTES)
def test_notes_below_the_table(read: Callable[..., Sheet], note: str) -> None:
    assert list(read([*PLAIN, [], [note], ["2.另注"]]).frame.index) == [2, 3]


def test_what_may_be_data_is_not_dropped(read: Callable[..., Sheet]) -> None:
    assert list(read([*PLAIN, ["440105"], [None, "备注：略", 3]]).frame.index) == [2, 3, 4, 5]
    assert list(read([["注：略"], *PLAIN, [None, "从化区"]]).frame.index) == [3, 4, 5]


LINES = {
    "单位：公顷": {"新增用地": "公顷", "存量": "公顷"},
    "（计量单位:亩）": {"新增用地": "亩", "存量": "亩"},
    "单位：公顷、万人": {"新增用地": "公顷", "常住人口": "万人"},
    "单位：％": {"新增占比": "%"},
    "单位：万元": {},
    "填报单位：某局": {},
}


@pytest.mark.parametrize(("line", "units"), LINES.items(), ids=LINES)
def test_the_unit_of_a_whole_table(read: Callable[..., Sheet], line: str, units: dict[str, str]) -> None:
    names = [
        "代码",
        "区名",
        "年份",
        "新增用地",
        "存量",
        "常住人口",
        "新增占比",
        "人均用地",
        "户数(户)",
        "水域（平方米）",
    ]
    sheet = read([[line], names, ["440103", "荔湾区", 2020, 1, 2, 3, 4, 5, 6, 7]])
    assert sheet.units == {**units, "水域": "平方米"}
    assert asked(sheet) == ([("sheet.unit_line", None, "")] if "万元" in line else [])


# what is put below 荔湾 10.5, 越秀 20.25, and what is asked: stated and sum
TOTALS: dict[str, tuple[str, object, tuple[str, str] | None]] = {
    "right": ("合计", 30.75, None),
    "within rounding": ("总计", 30.76, None),
    "at the edge of rounding": ("全市", "30.74", None),
    "beyond it": ("小计", 30.77, ("30.77", "30.75")),
    "coarser": ("Total", 30.8, None),
    "too coarse": ("全市合计", 31, ("31", "30.75")),
    "padded": ("合　　计：", 3075, ("3075", "30.75")),
    "empty": ("Grand Total", None, None),
}


@pytest.mark.parametrize(("name", "stated", "expected"), TOTALS.values(), ids=TOTALS)
@pytest.mark.parametrize("leading", [False, True])
def test_totals(
    read: Callable[..., Sheet], name: str, stated: object, expected: tuple[str, str] | None, *, leading: bool
) -> None:
    data: Rows = [["440103", "荔湾区", 10.5, 99, 2020], ["440104", "越秀区", 20.25, 98, 2020]]
    total: Rows = [[None, name, stated, 98.5, 2020]]
    sheet = read(
        [["代码", "区名", "面积", "城镇化率", "年份"], *(total if leading else []), *data, *([] if leading else total)]
    )
    row = 2 if leading else 4
    assert (sheet.total, list(sheet.frame["面积"])) == (row, ["10.5", "20.25"])
    assert asked(sheet) == ([("sheet.total_differs", row, "面积")] if expected else [])
    assert [(fault.values["stated"], fault.values["sum"]) for fault in sheet.notes] == ([expected] if expected else [])


def test_sums_of_excel_carry_its_noise(read: Callable[..., Sheet]) -> None:
    values = [1234.56789012345 + number / 3 for number in range(500)]
    assert asked(read([["区名", "面积"], *(["区", value] for value in values), ["合计", sum(values)]])) == []


def test_totals_within_the_table_stay_and_are_asked_about(read: Callable[..., Sheet]) -> None:
    sheet = read([["区名", "面积"], ["甲", 1], ["乙", 2], ["小计", 3], ["丙", 4], ["合计", 7]])
    assert (sheet.total, list(sheet.frame.index)) == (6, [2, 3, 4, 5])
    assert asked(sheet) == [("sheet.total_inside", 4, "")]


def test_totals_above_and_below(read: Callable[..., Sheet]) -> None:
    sheet = read([["区名", "面积"], ["全市", 3], ["甲", 1], ["乙", 2], ["合计", 6]])
    assert (sheet.total, list(sheet.frame.index)) == (2, [3, 4])
    assert asked(sheet) == [("sheet.total_differs", 5, "面积")]


def test_a_row_alone_is_no_total(read: Callable[..., Sheet]) -> None:
    sheet = read([["区名", "面积"], ["全市", 3]])
    assert (sheet.total, cells(sheet)) == (None, {2: ["全市", "3"]})


def test_hidden_rows_and_columns_are_kept_and_told(read: Callable[..., Sheet]) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.row_dimensions[30].hidden = True
        sheet.column_dimensions.group("B", "C", hidden=True)

    sheet = read(PLAIN, change=hide)
    assert cells(sheet)[3] == ["440104", "越秀区", "20"]
    assert asked(sheet) == [("sheet.hidden", None, "")]
    assert sheet.notes[0].values == {"rows": "3", "columns": "B, C"}


def test_digits_that_were_lost_are_asked_about(read_text: Callable[..., Sheet], read: Callable[..., Sheet]) -> None:
    sheet = read_text("代码,编号,面积\n4.40E+05,1E5,1.5\n440104,2,3\n")
    assert (cells(sheet)[2], asked(sheet)) == (["440000", "1E5", "1.5"], [("sheet.digits_lost", 2, "代码")])
    assert asked(read([["编号", "面积"], [4401030010010000001, 1.5]])) == [("sheet.digits_lost", 2, "编号")]


def test_text_protected_from_excel(read_text: Callable[..., Sheet]) -> None:
    assert cells(read_text('代码,面积\n="010103",1\n\t010104,2\n')) == {2: ["010103", "1"], 3: ["010104", "2"]}


def test_a_sheet_among_several(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", PLAIN, change=lambda sheet: sheet.parent.create_sheet("空"))
    assert read_sheet(path).name == "用地"
    path = book(tmp_path / "b.xlsm", PLAIN, change=lambda sheet: sheet.parent.create_sheet("二").append(["x"]))
    assert ids(path) == [("sheet.choose", None, "")]
    assert read_sheet(path, sheet="用地").frame.shape == (2, 3)

    def hide(sheet: Worksheet) -> None:
        other = sheet.parent.create_sheet("旧")
        other.append(["x"])
        other.sheet_state = "hidden"

    assert read_sheet(book(tmp_path / "c.xlsx", PLAIN, change=hide)).name == "用地"


def test_a_stray_format_far_away_costs_nothing(read: Callable[..., Sheet]) -> None:
    def stray(sheet: Worksheet) -> None:
        sheet["XFD1048576"].number_format = "0.00"

    assert read(PLAIN, change=stray).frame.shape == (2, 3)


def test_columns_that_only_their_units_tell_apart(read: Callable[..., Sheet]) -> None:
    sheet = read([["区名", "面积（亩）", "面积（公顷）"], ["荔湾区", 15, 1]])
    assert sheet.units == {"面积(亩)": "亩", "面积(公顷)": "公顷"}
    sheet = read([["单位：公顷"], ["区名", "面积（亩）", "面积"], ["荔湾区", 15, 1]])
    assert sheet.units == {"面积(亩)": "亩", "面积": "公顷"}


def ids(path: Path, sheet: str | None = None) -> list[tuple[str, int | None, str]]:
    with pytest.raises(DataError) as error:
        read_sheet(path, sheet=sheet)
    assert {fault.file for fault in error.value.faults} == {path.name}
    return [place(fault) for fault in error.value.faults]


# name of the file, its content, and the faults
BROKEN: dict[str, tuple[str, bytes | Rows, list[tuple[str, int | None, str]]]] = {
    "old Excel": ("a.xls", b"\xd0\xcf\x11\xe0", [("sheet.xls", None, "")]),
    "another format": ("a.ods", b"PK", [("sheet.format", None, "")]),
    "no format": ("a", b"x", [("sheet.format", None, "")]),
    "password": ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", [("sheet.protected", None, "")]),
    "no workbook": ("a.xlsx", b"<html></html>", [("sheet.unreadable", None, "")]),
    "empty file": ("a.xlsx", b"", [("sheet.unreadable", None, "")]),
    "empty text": ("a.csv", b" \r\n", [("file.empty", None, "")]),
    "encoding": ("a.csv", "区".encode() + b"\xff\xff,\x80", [("file.encoding", None, "")]),
    "binary": ("a.csv", bytes(range(256)), [("file.encoding", None, "")]),
    "quote": ("a.csv", b'a,b\n1,"2\n', [("file.not_csv", 2, "")]),
    "empty sheet": ("a.xlsx", [[]], [("sheet.empty", None, "")]),
    "only numbers": ("a.xlsx", [[1, 2], [3, 4]], [("sheet.header_none", None, "")]),
    "only a title": ("a.xlsx", [["各区用地表"]], [("sheet.header_none", None, "")]),
    "only a header": ("a.xlsx", [PLAIN[0], ["注：略"]], [("sheet.no_rows", 1, "")]),
    "column without heading": (
        "a.xlsx",
        [["代码", "区名", None, "人口"], [1, "a", 2, 3]],
        [("sheet.header_missing", 2, "")],
    ),
    "words below a heading over two": (
        "a.csv",
        "市,,面积\n广州,荔湾区,\n".encode(),
        [("sheet.header_missing", 2, "")],
    ),
    "separator unquoted": ("a.csv", "代码,人口\n1,2\n2,8,433\n".encode(), [("sheet.header_missing", 3, "")]),
    "heading twice": ("a.xlsx", [["代码", "人口", "人口"], [1, 2, 3]], [("sheet.header_twice", 1, "人口")]),
    "formula": ("a.xlsx", [*PLAIN, ["440105", "海珠区", "=1+1"]], [("sheet.formula_uncached", 4, "人口")]),
    "error as text": ("a.csv", "代码,人口\n1,#DIV/0!\n".encode(), [("sheet.cell_error", 2, "人口")]),
    "column too narrow": ("a.csv", "代码,人口\n1,######\n".encode(), [("sheet.cell_error", 2, "人口")]),
    "several": (
        "a.xlsx",
        [["代码", "人口", None], [1, "#REF!", 5], ["#N/A", "=A1", None], ["合计", 9]],
        [
            ("sheet.header_missing", 2, ""),
            ("sheet.cell_error", 2, "人口"),
            ("sheet.cell_error", 3, "代码"),
            ("sheet.formula_uncached", 3, "人口"),
        ],
    ),
}


@pytest.mark.parametrize(("name", "content", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_files(
    tmp_path: Path, name: str, content: bytes | Rows, expected: list[tuple[str, int | None, str]]
) -> None:
    path = tmp_path / name
    path.write_bytes(content) if isinstance(content, bytes) else book(path, content)
    assert ids(path) == expected


def test_files_and_sheets_that_are_not_there(tmp_path: Path) -> None:
    assert ids(tmp_path / "none.xlsx") == [("file.missing", None, "")]
    (tmp_path / "folder.csv").mkdir()
    assert ids(tmp_path / "folder.csv") == [("sheet.unreadable", None, "")]
    path = book(tmp_path / "a.xlsx", PLAIN, change=lambda sheet: sheet.parent.create_sheet("空"))
    assert ids(path, "无") == [("sheet.unknown", None, "")]
    assert ids(path, "空") == [("sheet.empty", None, "")]
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    assert ids(tmp_path / "a.csv", "用地") == [("sheet.unknown", None, "")]


def test_a_workbook_cut_short(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", PLAIN)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert ids(path) == [("sheet.unreadable", None, "")]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    assert ids(path) == [("sheet.unreadable", None, "")]


def test_a_formula_that_xlsxwriter_wrote_is_not_taken_for_0(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet()
    sheet.write_row("A1", ["代码", "人口"])
    sheet.write_row("A2", ["440103", "=1+1"])
    workbook.close()
    assert ids(path) == [("sheet.formula_uncached", 2, "人口")]


CONVERSIONS = [
    ("12.5", "万人", "person", "125000"),
    ("0.0001", "万人", "人", "1"),
    ("15", "亩", "ha", "1"),
    ("1", "亩", "公顷", "0.066666666666666666667"),
    ("1.5", "万亩", "ha", "1000"),
    ("0.1", "km²", "ha", "10"),
    ("3.3", "平方公里", "公顷", "330"),
    ("12345", "m²", "ha", "1.2345"),
    ("12345", "㎡", "hm²", "1.2345"),
    ("7", "hm²", "m2", "70000"),
    ("7", "hm²", "ha", "7"),
    ("7.10", "公顷", "ha", "7.10"),
    ("8.1", "‰", "pct", "0.81"),
    ("-1e3", "万人", "person", "-1e3"),
    ("约5", "万人", "person", "约5"),
    ("", "万人", "person", ""),
    ("123456789012345678.9", "平方米", "ha", "12345678901234.56789"),
    ("5", "", "ha", "5"),
    ("5", "㎡/人", "m2/person", "5"),
]


@pytest.mark.parametrize(("cell", "unit", "wanted", "expected"), CONVERSIONS)
def test_conversions(cell: str, unit: str, wanted: str, expected: str) -> None:
    frame = pd.DataFrame({"甲": [cell], "乙": ["1"]}, index=[7], dtype=str)
    converted = convert(frame, {"甲": unit, "乙": "亩"}, {"甲": wanted, "丙": "ha"})
    assert converted.to_dict("index") == {7: {"甲": expected, "乙": "1"}}
    assert frame["甲"].tolist() == [cell]


def test_all_units_that_do_not_fit_are_told() -> None:
    frame = pd.DataFrame({"甲": ["1"], "乙": ["1"], "丙": ["1"]})
    with pytest.raises(DataError) as error:
        convert(frame, {"甲": "万元", "乙": "亩", "丙": "亩"}, {"甲": "ha", "乙": "person", "丙": "ha"})
    assert [place(fault) for fault in error.value.faults] == [
        ("sheet.unit_unknown", None, "甲"),
        ("sheet.unit_unknown", None, "乙"),
    ]


KINDS = sorted({kind for kind, _ in UNITS.values()})


@given(
    st.data(),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**13), max_value=10**13),
)
def test_converting_there_and_back_changes_nothing(data: st.DataObject, number: Decimal) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    units = sorted(unit for unit, (of, _) in UNITS.items() if of == kind)
    one, other = data.draw(st.sampled_from(units)), data.draw(st.sampled_from(units))
    there = convert(pd.DataFrame({"a": [f"{number:f}"]}), {"a": one}, {"a": other})
    back = convert(there, {"a": other}, {"a": one})["a"].iloc[0]
    assert Decimal(back) == number
    assert "e" not in back.lower()


GUESSES: list[tuple[str, list[str], dict[str, str]]] = [
    (
        "land",
        ["XZQDM", "XZQMC", "年度", "城镇建设用地", "MJ", "数据来源"],
        {"XZQDM": "code", "年度": "year", "城镇建设用地": "urban_land_ha", "数据来源": "source"},
    ),
    ("land", ["代码", "行政区代码", "面积（公顷）"], {"行政区代码": "code", "面积（公顷）": "urban_land_ha"}),
    ("land", ["要素代码", "YSDM", "DLMC", "备注"], {}),
    ("land", ["code", "year", "urban_land_ha"], {"code": "code", "year": "year", "urban_land_ha": "urban_land_ha"}),
    ("land", ["CODE", "Urban Land (ha)"], {"CODE": "code", "Urban Land (ha)": "urban_land_ha"}),
    (
        "districts",
        ["ＸＺＱＤＭ", "行政区名称", "面积"],
        {"ＸＺＱＤＭ": "code", "行政区名称": "name", "面积": "official_area_ha"},
    ),
    (
        "subdistricts",
        ["行政区名称", "街道名称", "街道代码"],
        {"街道名称": "name", "街道代码": "subdistrict", "行政区名称": ""},
    ),
    ("settlement", ["区划代码", "2019年/落户人口数"], {"区划代码": "code"}),
    ("settlement", ["区划代码", "2019年/落户人口"], {"区划代码": "code", "2019年/落户人口": "persons"}),
    ("settlement", ["落户人口数", "人口"], {"人口": "persons"}),
    ("settlement", ["进城落户人口数"], {"进城落户人口数": "persons"}),
    (
        "parcels",
        ["BSM", "YSDM", "DLBM", "DLMC", "ZLDWDM", "ZLDWMC", "TBMJ", "用地来源"],
        {"BSM": "parcel", "DLBM": "land_use", "ZLDWDM": "code", "用地来源": "land_source"},
    ),
    ("parcels", ["TBBH", "BSM", "规划用地代码"], {"BSM": "parcel", "规划用地代码": "land_use"}),
]


@pytest.mark.parametrize(("table", "columns", "expected"), GUESSES)
def test_guesses(table: str, columns: list[str], expected: dict[str, str]) -> None:
    assert guess(columns, INPUTS[table]) == {column: name for column, name in expected.items() if name}


@pytest.mark.parametrize("table", INPUTS.values(), ids=INPUTS)
def test_declared_names_are_guessed_as_themselves(table: object) -> None:
    assert guess(table.names, table) == {name: name for name in table.names}  # type: ignore[attr-defined]


@given(st.permutations(["XZQDM", "行政区代码", "代码", "区名", "面积", "用地面积", "年", "年份", "x"]))
@example(["代码"])
def test_guesses_use_each_name_once(columns: list[str]) -> None:
    found = guess(columns, INPUTS["land"])
    assert len(set(found.values())) == len(found) <= len(columns)
    assert set(found) <= set(columns)
    assert len(columns) == 1 or set(found) == {"行政区代码", "年份", "用地面积"}
