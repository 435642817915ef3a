"""Which map sheets a plan has, and how each of them is drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import geopandas as gpd
from matplotlib.figure import Figure

from landlink.annex.maps import land_themes, themes
from landlink.annex.maps.canvas import Ink
from landlink.annex.maps.frame import Box, Frame, fitted, middle_meridian
from landlink.annex.maps.map_body import RIM, Land, draw_map, draw_scale
from landlink.annex.maps.panel import Imprint, draw_panel, draw_title, projection_note
from landlink.annex.maps.themes import Theme
from landlink.annex.material import Material
from landlink.errors import DataError, Fault
from landlink.plan.derivation import Explainer
from landlink.plan.plan import Plan
from landlink.texts import Lang, text

# Map and panel on an A3 sheet: left, bottom, right, top in mm.
MAP, PANEL = (18.0, 34.0, 304.0, 264.0), (316.0, 28.0, 408.0, 270.0)
HALVES = ((18.0, 34.0, 154.5, 264.0), (167.5, 34.0, 304.0, 264.0))
_SCALE_Y, _BOUNDARY_Y = 16.0, 9.0
_MARGIN, _DISTRICT_MARGIN = 0.03, 0.08
_SHORT = 16


@dataclass(frozen=True)
class Sheet:
    """One map sheet.

    Parameters
    ----------
    id
        ``overview``, ``per_capita``, ``quota``, ``need-<facility>``, ``supply``, ``suitability``,
        ``access-<facility>`` or ``sites``.
    title
        City or district, and what is shown.
    number
        Number of the figure, from 1.
    draw
        Draws the sheet; a new figure each time.
    """

    id: str
    title: str
    number: int
    draw: Callable[[], Figure]

    @cached_property
    def figure(self) -> Figure:
        """The sheet as drawn, once."""
        return self.draw()


def sheets(
    plan: Plan,
    lang: Lang = "zh",
    *,
    district: str | None = None,
    paper: str = "A3",
    compiler: str = "",
    date: str = "",
    material: Material | None = None,
) -> list[Sheet]:
    """Return the map sheets of a plan, or of one of its districts.

    Parameters
    ----------
    lang
        Language of the sheets.
    district
        Code of the district that the sheets are zoomed to, its neighbours grey around it; the city where None. Classes
        are those of the city, so that sheets can be compared.
    paper
        ``A4`` to ``A1``, in landscape.
    compiler
        Who compiles the plan (编制单位); left blank to be filled in where empty.
    date
        When it is compiled (编制日期); left blank to be filled in where empty.
    material
        Land and service, for the sheets that show them.

    Returns
    -------
    Districts, existing land a head, quota, one sheet for each facility that needs land; where the material has them
    supply with its constraints, suitability, and access to each facility before and after; and the sites, if any.

    Raises
    ------
    DataError
        The district is not in the plan, or there is no such paper.
    """
    ordered = plan.districts.sort_values("code")
    shapes = dict(zip(ordered["code"], ordered.geometry, strict=True))
    names = plan.names(lang)
    if district is not None and district not in shapes:
        raise DataError(Fault("annex.district_unknown", {"code": district, "have": ", ".join(shapes)}))
    Ink(paper, lang)  # refuses a paper that there is none of, before any sheet is drawn
    land = Land(shapes, names, plan.central, district)
    place = plan.city_title[lang]
    if district is not None:
        place = text("maps.place", lang, city=place, district=names[district])
    return [
        Sheet(name, title, number, partial(_draw, plan, lang, paper, (compiler, date), land, theme, title, number))
        for number, (name, title, theme) in enumerate(_themes(plan, lang, place, district, material), 1)
    ]


def _themes(
    plan: Plan, lang: Lang, place: str, district: str | None, material: Material | None
) -> list[tuple[str, str, Theme]]:
    """Id, title and theme of each sheet."""
    explainer = Explainer(plan, lang)
    found = [
        ("overview", text("maps.title.overview", lang, place=place), themes.overview(plan, lang)),
        ("per_capita", text("maps.title.per_capita", lang, place=place), themes.per_capita(plan, explainer, lang)),
        ("quota", text("maps.title.quota", lang, place=place), themes.quota(plan, explainer, lang)),
    ]
    needs = plan.needs if district is None else plan.needs[plan.needs["code"] == district]
    needed = set(needs.loc[needs["land_m2"] > 0, "facility"])
    for facility in plan.facilities:
        if facility.id in needed:
            title = text("maps.title.need", lang, place=place, facility=facility.title[lang])
            found.append((f"need-{facility.id}", title, themes.need(plan, explainer, facility, lang)))
    if material is not None and material.parcels is not None:
        found += _land_themes(plan, material, material.parcels, lang, place, district)
    siting = plan.siting
    if siting is not None and (district is None or (siting.sites["code"] == district).any()):
        title = text("maps.title.sites", lang, place=place)
        found += [("sites", title, themes.sites(plan, siting, explainer, lang, district))]
    return found


def _land_themes(
    plan: Plan, material: Material, parcels: gpd.GeoDataFrame, lang: Lang, place: str, district: str | None
) -> list[tuple[str, str, Theme]]:
    """Id, title and theme of each sheet on land and service."""
    title = text("maps.title.supply", lang, place=place)
    found = [("supply", title, land_themes.supply(plan, material, parcels, lang, district))]
    if parcels["score"].notna().any():
        title = text("maps.title.suitability", lang, place=place)
        found += [("suitability", title, land_themes.suitability(plan, material, parcels, lang, district))]
    titles = plan.titles(lang)
    for service in material.services:
        facility = titles[service.facility]
        title = (
            text("maps.title.access", lang, place=place, facility=facility)
            if service.sites
            else text("maps.title.access_before", lang, place=place, facility=facility)
        )
        theme = land_themes.access(plan, material, service, parcels.crs, lang, district)
        found.append((f"access-{service.facility}", title, theme))
    return found


def _draw(
    plan: Plan, lang: Lang, paper: str, compiled: tuple[str, str], land: Land, theme: Theme, title: str, number: int
) -> Figure:
    ink = Ink(paper, lang)
    boxes: tuple[Box, ...] = (MAP,) if theme.second is None else HALVES
    frame = _frame(land, ink, boxes[0])
    imprint = Imprint(title, text("maps.number", lang, number=number), _imprint(plan, ink, frame, theme, compiled))
    draw_title(ink, imprint, MAP[0] - RIM)
    draw_map(ink, frame, land, theme)
    if theme.second is not None:
        draw_map(ink, _frame(land, ink, boxes[1]), land, theme.second)
    middle = (MAP[0] + MAP[2]) / 2
    draw_scale(ink, frame, middle, _SCALE_Y)
    ink.text(MAP[0] - RIM, _BOUNDARY_Y, text("maps.boundaries", lang), 7.5, va="center_baseline")
    draw_panel(ink, PANEL, frame, land, theme, imprint)
    return ink.figure


def _frame(land: Land, ink: Ink, box: Box) -> Frame:
    """Window of the city, or of the district in the city's projection."""
    shapes = list(land.shapes.values())
    shown = [land.shapes[code] for code in land.shown]
    margin = _MARGIN if land.district is None else _DISTRICT_MARGIN
    return fitted(shown, box, paper=ink.ratio, margin=margin, meridian=middle_meridian(shapes))


def _imprint(
    plan: Plan, ink: Ink, frame: Frame, theme: Theme, compiled: tuple[str, str]
) -> tuple[tuple[str, str], ...]:
    lang = ink.lang
    nature = {
        "official": text("maps.nature.official", lang),
        "estimated": text("maps.nature.estimated", lang),
        "synthetic": text("maps.nature.synthetic", lang),
    }
    known = ((text("maps.imprint.nature", lang), nature[theme.status]),) if theme.status else ()
    return (
        (text("maps.imprint.year", lang), text("maps.year", lang, year=plan.options.year)),
        (text("maps.imprint.policy", lang), plan.policy_title[lang]),
        *known,
        (text("maps.imprint.crs", lang), text("maps.crs", lang)),
        (text("maps.imprint.projection", lang), projection_note(frame, ink)),
        (text("maps.imprint.fingerprint", lang), f"{plan.fingerprint[:_SHORT]}…"),
        (text("maps.imprint.compiler", lang), compiled[0]),
        (text("maps.imprint.date", lang), compiled[1]),
    )
