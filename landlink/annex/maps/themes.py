"""What the map sheets show: colours, figures and legends of each theme, all from the plan's tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import pandas as pd

from landlink.annex.edition import Edition
from landlink.annex.maps.underlays import Underlay
from landlink.city.inspection import MOST_DEPARTURE_PCT, boundary_departures
from landlink.policy import Steps
from landlink.present import colors
from landlink.present.classes import classify
from landlink.present.tables import column_status
from landlink.schema import worst
from landlink.texts import listed
from landlink.units import exact_ha, ha, shown_ha

# Ground of a map whose districts have no figure of their own.
PLAIN = "#fbfaf5"


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of the legend: an area, a line or a mark, with its colour and what else it is drawn with."""

    kind: Literal["area", "line", "mark"]
    label: str
    color: str
    marker: str = ""
    hatch: str = ""
    edge: str = ""
    dashes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteMark:
    """A site on a map: its id, its district's code, longitude and latitude, marker and colour."""

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
    underlays
        What is shown beneath the names, the first lowest.
    caption
        What the map shows, where it stands beside another.
    second
        Theme of a map beside this one, without legend and table of its own.
    credits
        Whom the sheet must name for the layers that it shows.
    """

    heading: str
    colors: Mapping[str, str]
    legend: Sequence[LegendEntry] = ()
    figures: Mapping[str, str] = field(default_factory=dict)
    remarks: Sequence[str] = ()
    column: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    sites: Sequence[SiteMark] = ()
    centre: bool = False
    status: str = "official"
    underlays: Sequence[Underlay] = ()
    caption: str = ""
    second: "Theme | None" = None
    credits: Sequence[str] = ()


def overview(edition: Edition) -> Theme:
    """Districts by name, with their official areas."""
    districts = edition.plan.districts.set_index("code").sort_index()
    areas = districts["official_area_ha"]
    return Theme(
        edition.text("maps.heading.overview"),
        colors.pastels(districts.index.tolist(), districts.geometry.to_numpy()),
        column=edition.text("maps.table.area"),
        cells={code: "–" if pd.isna(area) else f"{area:,.0f}" for code, area in areas.items()},
        remarks=_boundary_remarks(edition),
        centre=bool(edition.plan.central),
        status="",
    )


def _boundary_remarks(edition: Edition) -> list[str]:
    """Districts shown whose boundary departs from the published area beside it."""
    apart = edition.rows(boundary_departures(edition.plan.districts))
    named = [
        edition.names[code] if pd.isna(departure) else f"{edition.names[code]} {departure:+.1f}%"
        for code, departure in zip(apart["code"], apart["departure_pct"], strict=True)
    ]
    values = {"most": MOST_DEPARTURE_PCT, "districts": listed(named, edition.lang)}
    return [edition.text("maps.remark.boundaries", **values)] if named else []


def per_capita(edition: Edition) -> Theme:
    """Existing urban construction land a head, in the classes that the policy has a standard for."""
    table = edition.plan.quota.set_index("code")
    values = table["per_capita_stock_m2"]
    heading, column = edition.text("maps.heading.per_capita"), edition.text("maps.table.per_capita")
    status = column_status(edition.explainer, "quota")["per_capita_stock_m2"]
    content = edition.plan.rules["linkage.standard"].content
    if not isinstance(content, Steps):
        shown = {code: Decimal(f"{value:.2f}") for code, value in values.items()}
        return classed(edition, shown, heading, column, colors.ORANGES, status)
    shades = dict(zip(content.steps, colors.ramp(colors.ORANGES, len(content.steps)), strict=True))
    # The exact quotient, as the plan itself decides on the step.
    steps = {
        code: content.at(Fraction(int(land), int(people)))
        for code, land, people in table[["urban_land_m2", "urban_residents"]].itertuples()
    }
    legend = []
    for step, shade in shades.items():
        reaching = [code for code in steps if steps[code] == step]
        standards = sorted({f"{table.loc[code, 'standard_m2']:g}" for code in reaching})
        span = step.label(edition.text("maps.legend.per_capita")).removeprefix("0 ≤ ")
        used = edition.text("maps.legend.standard", span=span, standard=", ".join(standards))
        legend.append(LegendEntry("area", used if standards else edition.text("maps.legend.unused", span=span), shade))
    figures = {code: f"{value:,.2f}" for code, value in values.items()}
    return Theme(
        heading,
        {code: shades[step] for code, step in steps.items()},
        legend,
        figures,
        (edition.text("maps.remark.steps"),),
        column,
        figures,
        status=status,
    )


def quota(edition: Edition) -> Theme:
    """New construction land that districts are given."""
    table = edition.plan.quota
    values = dict(zip(table["code"], shown_ha(table["quota_m2"]), strict=True))
    total = edition.text("maps.remark.total", total=f"{ha(edition.plan.totals()['quota_m2']):,}")
    heading, column = edition.text("maps.heading.quota"), edition.text("maps.table.quota")
    status = column_status(edition.explainer, "quota")["quota_m2"]
    return classed(edition, values, heading, column, colors.BLUES, status, total)


def need(edition: Edition, facility: str) -> Theme:
    """Land that one facility needs."""
    table = edition.plan.needs
    areas = table[table["facility"] == facility].set_index("code")["land_m2"]
    derivations = (edition.explainer.explain("needs", code, "land_m2", facility=facility) for code in areas.index)
    heading = edition.text("maps.heading.need", facility=edition.titles[facility])
    total = edition.text("maps.remark.total", total=f"{exact_ha(areas.sum()):,}")
    values = {code: exact_ha(area) for code, area in areas.items()}
    status = worst(node.status for node in derivations)
    return classed(edition, values, heading, edition.text("maps.table.need"), colors.GREENS, status, total)


def sites(edition: Edition) -> Theme:
    """Parcels chosen, marked by facility."""
    siting = edition.plan.siting
    if siting is None:
        raise ValueError("a plan without sites has no sheet of them")
    table = edition.rows(siting.sites)
    marks = {facility: colors.facility_mark(index) for index, facility in enumerate(edition.titles)}
    counts = table["facility"].value_counts()
    legend = []
    for facility, title in edition.titles.items():
        if facility in counts:
            marker, color = marks[facility]
            label = edition.text("maps.legend.sites", facility=title, count=counts[facility])
            legend.append(LegendEntry("mark", label, color, marker))
    points = table.geometry.representative_point()
    site_marks = [
        SiteMark(site, code, float(point.x), float(point.y), *marks[facility])
        for site, code, facility, point in zip(table["site"], table["code"], table["facility"], points, strict=True)
    ]
    area = f"{exact_ha(table['site_m2'].sum()):,}"
    granted = column_status(edition.explainer, "needs")["granted_m2"]
    return Theme(
        edition.text("maps.heading.sites"),
        plain(edition),
        legend,
        remarks=(edition.text("maps.remark.sites", count=len(table), area=area),),
        column=edition.text("maps.table.sites"),
        cells={code: str(count) for code, count in table["code"].value_counts().items()},
        sites=site_marks,
        status=worst([siting.data_status, *table["status"], granted]),
    )


def classed(
    edition: Edition,
    values: Mapping[str, Decimal],
    heading: str,
    column: str,
    shades: Sequence[str],
    status: str,
    *remarks: str,
) -> Theme:
    """Theme of figures, as they are shown, in classes; zero has none.

    Parameters
    ----------
    values
        Figure by district.
    heading, column
        Heading of the legend and of the table.
    shades
        Ramp of colours.
    status
        Status of the figures.
    remarks
        What is to be said below the legend.
    """
    classes = classify(pd.Series({code: float(value) for code, value in values.items()}))
    legend = [LegendEntry("area", label, color) for label, color in classes.legend(shades)]
    if classes.has_zero:
        legend.insert(0, LegendEntry("area", edition.text("maps.legend.none"), colors.ZERO))
    notes = [*remarks, *([edition.text("maps.remark.classes")] if classes.count > 1 else [])]
    figures = {code: f"{value:,}" for code, value in values.items()}
    shown = classes.colors(shades, colors.ZERO)
    return Theme(heading, shown, legend, figures, notes, column, figures, status=status)


def plain(edition: Edition) -> Mapping[str, str]:
    """The same quiet colour for all districts."""
    return dict.fromkeys(edition.plan.districts["code"], PLAIN)
