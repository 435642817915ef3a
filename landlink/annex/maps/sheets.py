"""Which map sheets an edition has, declared once in :data:`KINDS`, and how each of them is drawn."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial

from matplotlib.figure import Figure

from landlink.annex.edition import Edition, Filing
from landlink.annex.maps import land_themes, themes
from landlink.annex.maps.canvas import Canvas
from landlink.annex.maps.frame import Box, Frame, fitted, middle_meridian
from landlink.annex.maps.map_body import RIM, Districts, draw_map, draw_scale
from landlink.annex.maps.panel import Imprint, draw_panel, draw_title, projection_note
from landlink.annex.maps.themes import Theme

# Parts of an A3 sheet: left, bottom, right, top, mm.
MAP = (18.0, 34.0, 304.0, 264.0)
PANEL = (316.0, 28.0, 408.0, 270.0)
# The two maps of a sheet that has two, in the room of one.
HALVES = ((18.0, 34.0, 154.5, 264.0), (167.5, 34.0, 304.0, 264.0))
_SCALE_Y = 16.0  # mm: height of the scale above the sheet's edge
_BOUNDARY_Y = 9.0  # mm: height of the note on boundaries
_MARGIN = 0.03  # share of the map's sides left free around the city
_DISTRICT_MARGIN = 0.08  # share left free around a district, whose neighbours show
# Digits of a fingerprint that are shown: enough to distinguish plans.
_SHORT = 16


@dataclass(frozen=True, slots=True)
class Subject:
    """What one sheet of a kind is of.

    Parameters
    ----------
    facility
        Id of a facility; empty where the kind has one sheet.
    title
        Message id of the title; the kind's where empty.
    """

    facility: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class SheetKind:
    """A kind of map sheet.

    Parameters
    ----------
    id
        Id of its sheet; of a kind with a sheet a facility, ``<id>-<facility>``.
    title
        Message id of the title, whose text names ``place`` and, if need be, ``facility``.
    theme
        What the sheet shows, of an edition and a facility's id, or of an edition alone.
    subjects
        Its sheets in an edition; none where it has none.
    in_document
        The document shows the sheet too.
    """

    id: str
    title: str
    theme: Callable[..., Theme]
    subjects: Callable[[Edition], Iterable[Subject]]
    in_document: bool = False


def _always(_: Edition) -> list[Subject]:
    return [Subject()]


def _needed(edition: Edition) -> list[Subject]:
    """A sheet for each facility that needs land."""
    needs = edition.rows(edition.plan.needs)
    needed = set(needs.loc[needs["land_m2"] > 0, "facility"])
    return [Subject(facility) for facility in edition.titles if facility in needed]


def _with_parcels(edition: Edition) -> list[Subject]:
    material = edition.material
    return [Subject()] if material is not None and material.parcels is not None else []


def _with_scores(edition: Edition) -> list[Subject]:
    subjects = _with_parcels(edition)
    return subjects if subjects and land_themes.land_of(edition)[1]["score"].notna().any() else []


def _measured(edition: Edition) -> list[Subject]:
    """A sheet for each facility whose service is measured."""
    if not _with_parcels(edition):
        return []
    material, _ = land_themes.land_of(edition)
    return [
        Subject(service.facility, "" if service.sites else "maps.title.access_before") for service in material.services
    ]


def _with_sites(edition: Edition) -> list[Subject]:
    siting = edition.plan.siting
    return [] if siting is None or (edition.district and edition.rows(siting.sites).empty) else [Subject()]


# In the order of the sheets.
KINDS = (
    SheetKind("overview", "maps.title.overview", themes.overview, _always, in_document=True),
    SheetKind("per_capita", "maps.title.per_capita", themes.per_capita, _always, in_document=True),
    SheetKind("quota", "maps.title.quota", themes.quota, _always, in_document=True),
    SheetKind("need", "maps.title.need", themes.need, _needed),
    SheetKind("supply", "maps.title.supply", land_themes.supply, _with_parcels, in_document=True),
    SheetKind("suitability", "maps.title.suitability", land_themes.suitability, _with_scores),
    SheetKind("access", "maps.title.access", land_themes.access, _measured),
    SheetKind("sites", "maps.title.sites", themes.sites, _with_sites, in_document=True),
)


@dataclass(frozen=True)
class Sheet:
    """One map sheet.

    Parameters
    ----------
    id
        Id of its kind in :data:`KINDS`, with a facility where the kind has several sheets.
    title
        City or district, and what is shown.
    number
        Number of the figure, from 1.
    draw
        Draws the sheet; a new figure each time.
    in_document
        The document shows it too.
    """

    id: str
    title: str
    number: int
    draw: Callable[[], Figure]
    in_document: bool

    @cached_property
    def figure(self) -> Figure:
        """The sheet as drawn, once."""
        return self.draw()


def sheets(edition: Edition, filing: Filing | None = None) -> list[Sheet]:
    """Map sheets of an edition.

    A district's are zoomed to it, its neighbours grey around it. Classes are those of the city, so that sheets can be
    compared.

    Raises
    ------
    DataError
        There is no such paper.
    OutputError
        No font has a character of a name.
    """
    filing = filing or Filing()
    ordered = edition.plan.districts.sort_values("code")
    shapes = dict(zip(ordered["code"], ordered.geometry, strict=True))
    Canvas(filing.paper, edition.lang)  # refuses an unknown paper before themes are made
    districts = Districts(shapes, edition.names, edition.plan.central, edition.district)
    drawn: list[Sheet] = []
    for kind in KINDS:
        for subject in kind.subjects(edition):
            names = {"place": edition.territory}
            if subject.facility:
                names["facility"] = edition.titles[subject.facility]
            title = edition.text(subject.title or kind.title, **names)
            theme = kind.theme(edition, subject.facility) if subject.facility else kind.theme(edition)
            number = len(drawn) + 1
            draw = partial(_draw, edition, filing, districts, theme, title, number)
            name = f"{kind.id}-{subject.facility}" if subject.facility else kind.id
            drawn.append(Sheet(name, title, number, draw, kind.in_document))
    return drawn


def _draw(edition: Edition, filing: Filing, districts: Districts, theme: Theme, title: str, number: int) -> Figure:
    canvas = Canvas(filing.paper, edition.lang)
    box = MAP if theme.second is None else HALVES[0]
    frame = _frame(districts, canvas, box)
    lines = _imprint(edition, filing, canvas, frame, theme)
    imprint = Imprint(title, edition.text("maps.number", number=number), lines)
    draw_title(canvas, imprint, MAP[0] - RIM)
    draw_map(canvas, frame, districts, theme)
    if theme.second is not None:
        draw_map(canvas, _frame(districts, canvas, HALVES[1]), districts, theme.second)
    draw_scale(canvas, frame, (MAP[0] + MAP[2]) / 2, _SCALE_Y)
    canvas.text(MAP[0] - RIM, _BOUNDARY_Y, edition.text("maps.boundaries"), 7.5, va="center_baseline")
    draw_panel(canvas, PANEL, frame, districts, theme, imprint)
    return canvas.figure


def _frame(districts: Districts, canvas: Canvas, box: Box) -> Frame:
    """Window of the city, or of the district in the city's projection."""
    meridian = middle_meridian(list(districts.shapes.values()))
    shown = [districts.shapes[code] for code in districts.shown]
    margin = _MARGIN if districts.district is None else _DISTRICT_MARGIN
    return fitted(shown, box, paper=canvas.ratio, margin=margin, meridian=meridian)


def _imprint(
    edition: Edition, filing: Filing, canvas: Canvas, frame: Frame, theme: Theme
) -> tuple[tuple[str, str], ...]:
    """Label and text of each line of what the sheet says of itself."""
    plan, text = edition.plan, edition.text
    nature = ((text("maps.imprint.nature"), text(f"maps.nature.{theme.status}")),) if theme.status else ()
    named = ((text("maps.imprint.credits"), "; ".join(theme.credits)),) if theme.credits else ()
    return (
        (text("maps.imprint.year"), text("maps.year", year=plan.options.year)),
        (text("maps.imprint.policy"), plan.policy_title[edition.lang]),
        *nature,
        *named,
        (text("maps.imprint.crs"), text("maps.crs")),
        (text("maps.imprint.projection"), projection_note(frame, canvas)),
        (text("maps.imprint.fingerprint"), f"{plan.fingerprint[:_SHORT]}…"),
        (text("maps.imprint.compiler"), filing.compiler),
        (text("maps.imprint.date"), filing.date),
    )
