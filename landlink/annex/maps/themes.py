"""What the map sheets show: colours, figures and legends of each theme, all from the plan's tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import pandas as pd

from landlink.annex.maps.underlays import Ground, Picture
from landlink.plan.derivation import Explainer
from landlink.plan.plan import Plan
from landlink.policy import Facility, Steps
from landlink.present import colors
from landlink.present.classes import classify
from landlink.present.tables import column_status
from landlink.schema import worst
from landlink.siting.sites import Siting
from landlink.texts import Lang, text
from landlink.units import exact_ha, ha, shown_ha


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the legend: an area, a line or a mark, with its colour and what else it is drawn with."""

    kind: Literal["area", "line", "mark"]
    label: str
    color: str
    marker: str = ""
    hatch: str = ""
    edge: str = ""
    dashes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """One site's place in degrees, and its mark."""

    id: str
    code: str
    lon: float
    lat: float
    marker: str
    color: str


@dataclass(frozen=True, slots=True)
class Theme:
    """What one sheet shows.

    Parameters
    ----------
    heading
        What the legend is of, with its unit.
    colors
        Colour by district.
    figures
        Figure by district, as the map names it.
    legend, remarks
        Lines of the legend, and what is to be said below them.
    column, cells
        Heading and figures, by district, of the table below the legend.
    sites
        Sites to be marked.
    centre
        The central area is outlined.
    status
        Status of the figures: the least official of them; empty where the plan does not know it.
    grounds
        What is shown beneath the names, the first lowest.
    caption
        What the map shows, where it stands beside another.
    second
        Theme of a map beside this one, without legend and table of its own.
    """

    heading: str
    colors: Mapping[str, str]
    legend: Sequence[Entry] = ()
    figures: Mapping[str, str] = field(default_factory=dict)
    remarks: Sequence[str] = ()
    column: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    sites: Sequence[Site] = ()
    centre: bool = False
    status: str = "official"
    grounds: Sequence[Ground | Picture] = ()
    caption: str = ""
    second: "Theme | None" = None


def overview(plan: Plan, lang: Lang) -> Theme:
    """Districts by name, with their official areas."""
    districts = plan.districts.set_index("code").sort_index()
    cells = {code: "–" if pd.isna(area) else f"{area:,.0f}" for code, area in districts["official_area_ha"].items()}
    return Theme(
        text("maps.heading.overview", lang),
        colors.pastels(districts.index.tolist(), districts.geometry.to_numpy()),
        column=text("maps.table.area", lang),
        cells=cells,
        centre=bool(plan.central),
        status="",
    )


def per_capita(plan: Plan, explainer: Explainer, lang: Lang) -> Theme:
    """Existing urban construction land a head, in the classes that the policy has a standard for."""
    quota = plan.quota.set_index("code")
    values = quota["per_capita_stock_m2"]
    heading = text("maps.heading.per_capita", lang)
    status = column_status(explainer, "quota")["per_capita_stock_m2"]
    content = plan.rules["linkage.standard"].content
    if not isinstance(content, Steps):
        shown = {code: Decimal(f"{value:.2f}") for code, value in values.items()}
        return _classed(shown, heading, text("maps.table.per_capita", lang), colors.ORANGES, status, lang)
    steps = content.steps
    shades = dict(zip(steps, colors.ramp(colors.ORANGES, len(steps)), strict=True))
    # The exact quotient, as the plan itself decides on the step.
    at = {
        code: content.at(Fraction(int(land), int(people)))
        for code, land, people in quota[["urban_land_m2", "urban_residents"]].itertuples()
    }
    legend = []
    for step in steps:
        standards = sorted({f"{quota.loc[code, 'standard_m2']:g}" for code, own in at.items() if own == step})
        span = step.label(text("maps.legend.per_capita", lang)).removeprefix("0 ≤ ")
        key = "maps.legend.standard" if standards else "maps.legend.unused"
        label = text(key, lang, span=span, standard=", ".join(standards))
        legend.append(Entry("area", label, shades[step]))
    figures = {code: f"{value:,.2f}" for code, value in values.items()}
    return Theme(
        heading,
        {code: shades[step] for code, step in at.items()},
        legend,
        figures,
        (text("maps.remark.steps", lang),),
        text("maps.table.per_capita", lang),
        figures,
        status=status,
    )


def quota(plan: Plan, explainer: Explainer, lang: Lang) -> Theme:
    """New construction land that districts are given."""
    status = column_status(explainer, "quota")["quota_m2"]
    table = plan.quota
    values = dict(zip(table["code"], shown_ha(table["quota_m2"]), strict=True))
    total = text("maps.remark.total", lang, total=f"{ha(plan.totals()['quota_m2']):,}")
    heading, column = text("maps.heading.quota", lang), text("maps.table.quota", lang)
    return _classed(values, heading, column, colors.BLUES, status, lang, total)


def need(plan: Plan, explainer: Explainer, facility: Facility, lang: Lang) -> Theme:
    """Land that one facility needs."""
    own = plan.needs[plan.needs["facility"] == facility.id].set_index("code")["land_m2"]
    status = worst(explainer.explain("needs", code, "land_m2", facility=facility.id).status for code in own.index)
    heading = text("maps.heading.need", lang, facility=facility.title[lang])
    total = text("maps.remark.total", lang, total=f"{exact_ha(own.sum()):,}")
    values = {code: exact_ha(area) for code, area in own.items()}
    return _classed(values, heading, text("maps.table.need", lang), colors.GREENS, status, lang, total)


def sites(plan: Plan, siting: Siting, explainer: Explainer, lang: Lang, district: str | None) -> Theme:
    """Parcels chosen, marked by facility, of the city or of a district."""
    table = siting.sites if district is None else siting.sites[siting.sites["code"] == district]
    marks = {facility.id: colors.facility_mark(place) for place, facility in enumerate(plan.facilities)}
    counts = table["facility"].value_counts()
    legend = [
        Entry(
            "mark",
            text("maps.legend.sites", lang, facility=facility.title[lang], count=counts[facility.id]),
            marks[facility.id][1],
            marks[facility.id][0],
        )
        for facility in plan.facilities
        if facility.id in counts
    ]
    points = table.geometry.representative_point()
    placed = [
        Site(site, code, float(point.x), float(point.y), *marks[facility])
        for site, code, facility, point in zip(table["site"], table["code"], table["facility"], points, strict=True)
    ]
    total = text("maps.remark.sites", lang, count=len(table), area=f"{exact_ha(table['site_m2'].sum()):,}")
    status = worst([siting.data_status, *table["status"], column_status(explainer, "needs")["granted_m2"]])
    return Theme(
        text("maps.heading.sites", lang),
        dict.fromkeys(plan.districts["code"], "#fbfaf5"),
        legend,
        remarks=(total,),
        column=text("maps.table.sites", lang),
        cells={code: str(count) for code, count in table["code"].value_counts().items()},
        sites=placed,
        status=status,
    )


def _classed(
    values: Mapping[str, Decimal],
    heading: str,
    column: str,
    shades: Sequence[str],
    status: str,
    lang: Lang,
    *remarks: str,
) -> Theme:
    """Theme of figures, as they are shown, in classes; zero has none."""
    classes = classify(pd.Series({code: float(value) for code, value in values.items()}))
    legend = [Entry("area", label, color) for label, color in classes.legend(shades)]
    notes = list(remarks)
    if classes.count > 1:
        notes.append(text("maps.remark.classes", lang))
    if classes.has_zero:
        legend.insert(0, Entry("area", text("maps.legend.none", lang), colors.ZERO))
    figures = {code: f"{value:,}" for code, value in values.items()}
    return Theme(heading, classes.colors(shades, colors.ZERO), legend, figures, notes, column, figures, status=status)
