"""Units of columns: detected in headings, and converted."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import pandas as pd

from landlink.errors import DataError, Fault
from landlink.files.tables.cells import LETTERS, NUMBER, decimal

# By spelling (see `spelled`): what is measured, and how many m², persons or hundredths the unit is.
UNITS: dict[str, tuple[str, Fraction]] = {
    spelling: (kind, Fraction(size))
    for kind, size, spellings in (
        ("area", 1, "平方米 平米 m2 sqm"),
        ("area", 10_000, "公顷 hm2 ha 万平方米 万m2"),
        ("area", Fraction(10_000, 15), "亩 mu"),
        ("area", Fraction(10_000_000, 15), "千亩"),
        ("area", Fraction(100_000_000, 15), "万亩"),
        ("area", 1_000_000, "平方公里 平方千米 km2"),
        ("area", 10_000_000, "千公顷 千hm2"),
        ("area", 100_000_000, "万公顷 万hm2"),
        ("persons", 1, "人 person"),
        ("persons", 1_000, "千人"),
        ("persons", 10_000, "万人"),
        ("share", 1, "% pct"),
        ("share", Fraction(1, 10), "‰"),
        ("area each", 1, "平方米/人 m2/人 m2/person"),
    )
    for spelling in spellings.split()
}
# Digits that a converted value keeps: more than a cell holds, so that converting to and fro gives the cell again.
_DIGITS = Context(prec=20, rounding=ROUND_HALF_EVEN)
_HAN_SPACE = re.compile(r"(?<=[\u2e80-\uffef])\s+|\s+(?=[\u2e80-\uffef])")
_BRACKETED = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
_UNIT_ENDING = re.compile(r"(.+?)(?:[/,，:：、\n]\s*(\S+)|\s+([\x21-\x7e²㎡㎢]+)|([%‰]))", re.DOTALL)
_NO_SUM = re.compile(
    r"率|占比|比例|比重|同比|环比|均|密度|指数|年份|年度|^年$|代码|编码|编号|序号|(DM|BM|BH|BSM)$|code|year|share|rate|pct"
    r"|densit|mean|average|per_|^no\.?$|^id$",
    re.IGNORECASE,
)
# Headings that a unit of the whole table may apply to, by what it measures.
_MEASURED = {
    "area": re.compile(r"^(?!.*(人|户|宗|套|个|数量|数$))"),
    "persons": re.compile(r"^(?!.*(面积|地|林|园|草|水|户数|宗|套|个))"),
    "share": re.compile(r"率|比"),
}


def convert(frame: pd.DataFrame, units: Mapping[str, str], targets: Mapping[str, str]) -> pd.DataFrame:
    """Convert columns to target units; a column without a unit is taken to be in its target unit.

    Cells that are no numbers stay as they are. An infinite decimal is rounded to twenty digits.

    Parameters
    ----------
    units
        Present unit by column.
    targets
        Target unit by column.

    Raises
    ------
    DataError
        Units that cannot be converted to their targets.

    Examples
    --------
    >>> convert(pd.DataFrame({"a": ["12.5", ""]}), {"a": "万人"}, {"a": "person"})["a"].tolist()
    ['125000', '']
    """
    converted, faults = frame.copy(), []
    for column, target in targets.items():
        unit = units.get(column, "")
        if column not in frame or not unit or not target:
            continue
        present, required = UNITS.get(spelled(unit)), UNITS.get(spelled(target))
        if present is None or required is None or present[0] != required[0]:
            faults.append(Fault("sheet.unit_unknown", {"found": unit, "wanted": target}, column=column))
        elif present != required:
            converted[column] = [_scaled(cell, present[1] / required[1]) for cell in frame[column]]
    if faults:
        raise DataError(faults)
    return converted


def _scaled(cell: str, factor: Fraction) -> str:
    if not NUMBER.fullmatch(cell) or cell.endswith("%"):
        return cell
    value = Fraction(cell) * factor
    return decimal(_DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator)))


def spelled(unit: str) -> str:
    """A unit as `UNITS` spells it.

    Examples
    --------
    >>> spelled("㎡ / 人")
    'm2/人'
    """
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", unit)).casefold()


def heading(parts: Iterable[str]) -> tuple[str, str]:
    """Name of a column from the cells above it, and the unit that they contain.

    Examples
    --------
    >>> heading(["建设用地", "面积（公顷）"])
    ('建设用地/面积', '公顷')
    """
    names: list[str] = []
    unit = ""
    for part in parts:
        name, detected = _without_unit(part.translate(LETTERS | {ord("％"): "%"}).strip())
        unit = detected or unit
        name = _HAN_SPACE.sub("", re.sub(r"\s+", " ", name)).strip()
        if name and name not in names[-1:]:
            names.append(name)
    return ("/".join(names), unit) if names else (unit, "")


def _without_unit(part: str) -> tuple[str, str]:
    if spelled(part) in UNITS:
        return "", part
    for match in _BRACKETED.finditer(part):
        unit = re.sub(r"^(计量)?单位\s*[:：]?", "", match[1]).strip()
        if spelled(unit) in UNITS:
            return part[: match.start()] + part[match.end() :], unit
    if ending := _UNIT_ENDING.fullmatch(part):
        unit = ending[2] or ending[3] or ending[4]
        if spelled(unit) in UNITS:
            return ending[1], unit
    return part, ""


def fits(unit: str, name: str) -> bool:
    """True if a unit of the whole table applies to a column of this name."""
    kind = UNITS.get(spelled(unit), ("", 0))[0]
    return kind in _MEASURED and bool(_MEASURED[kind].search(name)) and (kind == "share" or not _NO_SUM.search(name))


def adds_up(name: str, unit: str) -> bool:
    """True if a column's values can be added, as shares, averages, years and codes cannot."""
    return not _NO_SUM.search(name) and UNITS.get(spelled(unit), ("area",))[0] in ("area", "persons")
