"""Land needs on a map (用地需求图): figures of facilities and groups by district, their classes, symbols, derivations.

Beside them stands what the land of each district holds: the quota, measured supply and stock land (clause 7).
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd

from landlink.city.facts import MEASURED
from landlink.plan.derivation import Explainer, Node
from landlink.plan.derivation.node import shown
from landlink.plan.plan import Plan
from landlink.present.classes import Classes, classify
from landlink.present.colors import BLUES, GREENS, ORANGES, PURPLES
from landlink.present.labels import MARK, label, status_label, with_unit
from landlink.present.tables import column_status, shown_values
from landlink.schema import NEW_SOURCE, RESULTS, STATUSES, worst
from landlink.texts import Lang, has_text, text
from landlink.units import exact_ha, ha, shown_ha

# Columns of the needs that the map shows, with their ramps; to show a further one, add its line.
MEASURES: Mapping[str, Sequence[str]] = {
    "land_m2": GREENS,
    "granted_m2": BLUES,
    "unverified_m2": PURPLES,
    "deficit_m2": ORANGES,
}
TABLE_COLUMNS = (*MEASURES, "persons", "units")
# What stands beside the quota of a district: table and column, for rows of new land or of the district.
ACCOUNT = (
    ("quota", "quota_m2"),
    ("sources", "measured_m2"),
    ("sources", "synthetic_m2"),
    ("quota", "stock_need_m2"),
    ("ledger", "stock_met_m2"),
    ("ledger", "stock_short_m2"),
    ("ledger", "stock_unverified_m2"),
)
_OF_SOURCE = (
    *("need_m2", "measured_m2", "synthetic_m2", "available_m2", "known_by"),
    *("met_m2", "short_m2", "unverified_m2"),
)
# Columns of the sources that are measured in layers, with the status of their figures where the layers do not say it.
_FROM_LAYERS = {"measured_m2": STATUSES[0], "synthetic_m2": STATUSES[-1]}
# Subject that is all facilities together.
ALL = "all"
_DIGITS = (1, 2, 5)
# Which of the sizes 1, 2, 5, 10, … below the largest figure a legend shows, from the largest down.
_SIZES = (0, 1, 3)
# An area in m², None where it is not known, and its status.
Cell = tuple[int | None, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """What the map is about: a facility, a group of them, or all.

    Parameters
    ----------
    id
        ``all``, ``group.`` and a group's id, or a facility's id.
    title
        As people read it.
    facilities
        Ids in the order in which land is granted.
    """

    id: str
    title: str
    facilities: tuple[str, ...]


class Line(NamedTuple):
    """A figure of a district's account: label, area in ha (a dash where it is not known), and status in words."""

    label: str
    area: str
    status: str


def subjects(plan: Plan, lang: Lang) -> dict[str, Subject]:
    """All facilities, then groups and facilities in clause 7's order; a group of one is its facility."""
    groups: dict[str, list[str]] = {}
    for facility in plan.facilities:
        groups.setdefault(facility.group, []).append(facility.id)
    titles = plan.titles(lang)
    chosen = [Subject(ALL, text("ui.needs.subject.all", lang), tuple(titles))]
    for group, members in groups.items():
        named = text(f"model.group.{group}", lang)
        if len(members) > 1:
            title = text("ui.needs.subject.group", lang, group=named)
            chosen.append(Subject(f"group.{group}", title, tuple(members)))
        for id_ in members:
            title = text("ui.needs.subject.facility", lang, group=named, facility=titles[id_])
            chosen.append(Subject(id_, title, (id_,)))
    return {subject.id: subject for subject in chosen}


def short_label(column: str, lang: Lang) -> str:
    """Label of a column where there is little room: on the map and in the tables beside it.

    Examples
    --------
    >>> short_label("land_m2", "en"), short_label("unverified_m2", "en")
    ('Land need', 'On land not verified')
    """
    short = f"ui.short.{column}"
    return text(short if has_text(short) else f"model.column.{column}", lang)


def heading(subject: Subject, measure: str, lang: Lang) -> str:
    """Title of the map and its legend: subject, measure and unit."""
    return with_unit(f"{subject.title} · {short_label(measure, lang)}", "ha", lang)


def figures(plan: Plan, subject: Subject, measure: str) -> pd.Series:
    """Sum of a measure over a subject's facilities: m², int64, by code in the order of the quota table.

    Examples
    --------
    >>> import landlink
    >>> plan = landlink.make_plan(landlink.load_city("guangzhou"), landlink.load_policy("guangzhou-2018"), 2020)
    >>> by_id = subjects(plan, "en")
    >>> health = by_id["group.health"]
    >>> [int(figures(plan, by_id[id_], "land_m2")["440112"]) for id_ in (health.id, *health.facilities)]
    [24820, 23400, 1420]
    """
    rows = plan.needs[plan.needs["facility"].isin(subject.facilities)]
    return rows.groupby("code")[measure].sum().reindex(plan.quota["code"], fill_value=0)


def derived(explainer: Explainer, subject: Subject, measure: str, code: str) -> Node:
    """Derivation of a district's figure: of one facility in full, of several the sum with its addends."""
    parts = [explainer.explain("needs", code, measure, facility=facility) for facility in subject.facilities]
    if len(parts) == 1:
        return parts[0]
    titles = explainer.plan.titles(explainer.lang)
    area = sum(int(str(part.value)) for part in parts)
    return Node.computed(
        f"sum.{measure}",
        f"{subject.title} · {short_label(measure, explainer.lang)}",
        area,
        shown(area),
        unit=text("model.unit.m2", explainer.lang),
        formula=text("ui.needs.sum", explainer.lang),
        clause=parts[0].clause if parts else "",
        inputs=tuple(part.leaf(titles[id_]) for id_, part in zip(subject.facilities, parts, strict=True)),
    )


def addends(explainer: Explainer, subject: Subject, measure: str, code: str) -> list[Node]:
    """Derivations of what a district's figure adds up, each under its facility's title; none of a single facility."""
    if len(subject.facilities) == 1:
        return []
    titles = explainer.plan.titles(explainer.lang)
    parts = {id_: explainer.explain("needs", code, measure, facility=id_) for id_ in subject.facilities}
    return [replace(part, label=f"{titles[id_]} · {part.label}") for id_, part in parts.items()]


def status_of(explainer: Explainer, subject: Subject, measure: str) -> str:
    """Status of a map's figures: the least official of them."""
    codes = explainer.plan.quota["code"]
    return worst(derived(explainer, subject, measure, code).status for code in codes)


def classes(areas: pd.Series) -> Classes:
    """Classes of a map's figures, those of the map sheets: of the areas in ha, unrounded.

    Parameters
    ----------
    areas
        m² by code, see :func:`figures`.

    Examples
    --------
    >>> classes(pd.Series({"a": 0, "b": 640_000, "c": 1_871_500, "d": 2_595_400})).edges
    (64.0, 110.0, 200.0, 260.0)
    """
    return classify(pd.Series({code: float(exact_ha(area)) for code, area in areas.items()}, dtype="float64"))


def radii(areas: pd.Series, largest: float) -> dict[str, float]:
    """Radius of each district's symbol, whose area is in proportion to the figure; zeros have none.

    Parameters
    ----------
    areas
        m² by code, none negative.
    largest
        Radius of the largest figure's symbol.

    Examples
    --------
    >>> radii(pd.Series({"a": 10_000, "b": 40_000, "c": 0}), 20)
    {'a': 10.0, 'b': 20.0}
    """
    most = int(areas.max()) if len(areas) else 0
    return {str(code): largest * math.sqrt(int(area) / most) for code, area in areas.items() if area > 0}


def sizes(areas: pd.Series, largest: float) -> list[tuple[str, float]]:
    """Legend of the symbols: three round areas in ha within the figures, the largest first, with their radii.

    Examples
    --------
    >>> [(label, round(radius, 2)) for label, radius in sizes(pd.Series({"a": 2_000_000, "b": 400}), 20)]
    [('200', 20.0), ('100', 14.14), ('20', 6.32)]
    >>> sizes(pd.Series({"a": 0}), 20)
    []
    """
    most = int(areas.max()) if len(areas) else 0
    if most <= 0:
        return []
    exponent = exact_ha(most).adjusted()
    rounded = [Decimal(digit).scaleb(power) for power in range(exponent - 2, exponent + 1) for digit in _DIGITS]
    below = [size for size in rounded if size <= exact_ha(most)][::-1]
    chosen = [below[index] for index in _SIZES]
    return [(f"{size:,f}", largest * math.sqrt(float(size / exact_ha(most)))) for size in chosen]


def shown_figures(areas: pd.Series) -> dict[str, str]:
    """Figures of the map in ha as the table shows them, by code.

    Examples
    --------
    >>> shown_figures(pd.Series({"a": 12_345_600, "b": 0}))
    {'a': '1,234.56', 'b': '0.00'}
    """
    in_ha = shown_values(areas, RESULTS["needs"]["land_m2"])
    return {str(code): f"{area:,.2f}" for code, area in in_ha.items()}


def needs_table(explainer: Explainer, subject: Subject, code: str | None) -> pd.DataFrame:
    """Needs of a subject's facilities in one district or in all: areas in ha, headings marked where not official."""
    plan, lang = explainer.plan, explainer.lang
    status = column_status(explainer, "needs")
    rows = plan.needs[plan.needs["facility"].isin(subject.facilities)]
    rows = rows if code is None else rows[rows["code"] == code]
    table = pd.DataFrame(index=rows.index)
    if code is None:
        table[text("model.column.district", lang)] = rows["code"].map(plan.names(lang))
    if code is not None or len(subject.facilities) > 1:
        table[text("model.column.facility", lang)] = rows["facility"].map(plan.titles(lang))
    for name in TABLE_COLUMNS:
        table[_marked(short_label(name, lang), status[name])] = shown_values(rows[name], RESULTS["needs"][name])
    return table


def account(explainer: Explainer, code: str) -> list[Line]:
    """Supply beside the quota of a district: new land, measured and synthetic, and what meets its need from stock."""
    lang = explainer.lang
    return [
        Line(
            text(f"ui.needs.new.{name}", lang) if table == "sources" else label(table, name, lang),
            "—" if area is None else f"{ha(area):,}",
            "" if status == STATUSES[0] else status_label(status, lang),
        )
        for (table, name), [(area, status)] in _account(explainer, [code]).items()
    ]


def account_table(explainer: Explainer) -> pd.DataFrame:
    """Supply beside the quota by district, in ha; empty cells where nothing is measured."""
    plan, lang = explainer.plan, explainer.lang
    names, codes = plan.names(lang), plan.quota["code"].tolist()
    shown_rows: dict[str, Sequence[object]] = {text("model.column.district", lang): [names[code] for code in codes]}
    for (table, name), cells in _account(explainer, codes).items():
        named = text(f"ui.needs.new.{name}", lang) if table == "sources" else short_label(name, lang)
        shown_rows[_marked(named, worst(status for _, status in cells))] = _in_ha(cells)
    return pd.DataFrame(shown_rows)


def sources_table(explainer: Explainer, code: str) -> pd.DataFrame:
    """Land of a district by source, in ha: needed, measured, available and by what known, met, short, not verified."""
    plan, lang = explainer.plan, explainer.lang
    rows = plan.sources[plan.sources["code"] == code].to_dict("records")
    named = label("sources", "land_source", lang)
    shown_rows: dict[str, Sequence[object]] = {
        named: [text(f"model.land_source.{row['land_source']}", lang) for row in rows]
    }
    for name in _OF_SOURCE:
        if name == "known_by":
            shown_rows[label("sources", name, lang)] = [text(f"model.known_by.{row[name]}", lang) for row in rows]
            continue
        cells = [_cell(explainer, "sources", name, row) for row in rows]
        shown_rows[_marked(label("sources", name, lang), worst(status for _, status in cells))] = _in_ha(cells)
    return pd.DataFrame(shown_rows)


def existing(layer: gpd.GeoDataFrame, plan: Plan, subject: Subject, lang: Lang) -> gpd.GeoDataFrame:
    """Existing facilities of a subject's kinds.

    Parameters
    ----------
    layer
        ``facility``, ``name``, ``capacity`` (units, missing where it is not known), ``status`` and points.

    Returns
    -------
    ``label`` (kind, name and size as people read them), ``status`` and points.
    """
    chosen = layer[layer["facility"].isin(subject.facilities)]
    units = {facility.id: facility.unit[lang] for facility in plan.facilities}
    titles = plan.titles(lang)
    labels = [
        f"{titles[kind]} · {name}" + ("" if pd.isna(size) else f" · {int(size):,} {units[kind]}")
        for kind, name, size in zip(chosen["facility"], chosen["name"], chosen["capacity"], strict=True)
    ]
    return chosen.assign(label=labels)[["label", "status", "geometry"]]


def _account(explainer: Explainer, codes: Sequence[str]) -> dict[tuple[str, str], list[Cell]]:
    """Figures of the districts' accounts in the order of the codes, by table and column."""
    plan = explainer.plan
    new_land = plan.sources[plan.sources["land_source"] == NEW_SOURCE]
    tables = {"quota": plan.quota, "ledger": plan.ledger, "sources": new_land}
    rows = {name: {row["code"]: row for row in table.to_dict("records")} for name, table in tables.items()}
    return {
        (table, name): [_cell(explainer, table, name, rows[table][code]) for code in codes] for table, name in ACCOUNT
    }


def _cell(explainer: Explainer, table: str, name: str, row: Mapping[Hashable, Any]) -> Cell:
    """Figure of a row of a district, or of a source of its land."""
    if pd.isna(row[name]):
        return None, STATUSES[0]
    area, code = int(row[name]), row["code"]
    if name not in _FROM_LAYERS:
        return area, explainer.explain(table, code, name, source=row.get("land_source")).status
    facts = explainer.plan.base.sources
    stated = facts.loc[(facts["code"] == code) & (facts["item"] == MEASURED), "status"]
    return area, worst([_FROM_LAYERS[name], *stated])


def _marked(named: str, status: str) -> str:
    return named if status == STATUSES[0] else named + MARK


def _in_ha(cells: Sequence[Cell]) -> list[float | None]:
    """Areas in ha that add up to their total, those that are not known left out."""
    known = iter(shown_ha(area for area, _ in cells if area is not None))
    return [None if area is None else float(next(known)) for area, _ in cells]
