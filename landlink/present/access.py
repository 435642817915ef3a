"""Access as people read it: headline, tables by district, and the classes of its map."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from pyproj import CRS, Transformer

from landlink.access.service import Service
from landlink.crs import CGCS2000
from landlink.present.labels import status_label
from landlink.schema import PEOPLE
from landlink.texts import Lang, text

# Bounds of classes of access, as shares of the standard; the first separates no access from little.
OF_STANDARD = (1e-9, 0.25, 0.5, 0.75, 1.0, 1.5)
# Bounds of classes of its change, as shares of the standard; the first two separate no change from a loss or a gain.
OF_CHANGE = (-1e-6, 1e-6, 0.1, 0.25, 0.5)
# Bounds of classes of the distance to the nearest facility, as shares of the radius.
OF_RADIUS = (0.25, 0.5, 0.75, 1.0, 2.0, 4.0)
# Points of a Lorenz curve that a chart draws.
_POINTS = 400
# Figures of the headline.
FIGURES = ("covered", "short_persons", "access", "gini", "palma")


@dataclass(frozen=True, slots=True)
class CellClasses:
    """A figure of the cells in classes.

    Parameters
    ----------
    values
        Value of each cell; NaN where there is none.
    edges
        Ascending bounds between the classes; a class holds its lower bound.
    labels
        Labels of the classes, one more than there are edges.
    """

    values: "pd.Series[float]"
    edges: tuple[float, ...]
    labels: list[str]


def headline(service: Service, group: str, unit: str, lang: Lang) -> dict[str, tuple[str, str, str]]:
    """Label, value before and value after the plan's sites, by figure: the whole city's, for one group.

    Parameters
    ----------
    unit
        Unit of the facility's size, such as places or beds.
    """
    table = service.table(None)
    by_when = table[table["group"] == group].set_index("when")
    mark = "" if service.status == "official" else f" {status_label(service.status, lang)}"
    labels = {
        "covered": text("ui.access.covered", lang, radius=f"{service.radius_m:,.0f}") + mark,
        "short_persons": text("ui.access.short", lang),
        "access": f"{text('ui.access.mean', lang)} ({text('ui.access.per_1000', lang, unit=unit)})",
        "gini": text("ui.access.gini", lang),
        "palma": text("ui.access.palma", lang),
    }
    return {
        name: (
            labels[name],
            _figure(name, float(by_when.loc["before", name]), service.standard),
            _figure(name, float(by_when.loc["after", name]), service.standard),
        )
        for name in FIGURES
    }


def city_table(services: Iterable[Service], titles: Mapping[str, str], lang: Lang) -> pd.DataFrame:
    """Service of the whole city by facility and group; with sites a row before and a row after them.

    Parameters
    ----------
    titles
        Titles of the facilities by id.
    """
    columns = ("group", "when", "covered", "access", "standard", "gini", "short_persons")
    rows = [
        (
            titles[service.facility],
            text(f"model.people.{row['group']}", lang),
            text(f"model.when.{row['when']}", lang),
            f"{100 * row['covered']:.1f} %",
            f"{row['access']:.4g}",
            f"{service.standard:g}",
            f"{row['gini']:.3f}",
            f"{row['short_persons']:,.0f}",
        )
        for service in services
        for row in service.table(None).to_dict("records")
        if service.sites or row["when"] == "before"
    ]
    headings = [text("model.column.facility", lang), *(text(f"cli.access.{name}", lang) for name in columns)]
    return pd.DataFrame(rows, columns=headings)


def district_table(service: Service, group: str, names: Mapping[str, str], lang: Lang) -> pd.DataFrame:
    """Service of a group by district, the whole city last; with sites a row before and a row after them."""
    table = pd.concat([service.table(), service.table(None)], ignore_index=True)
    table = table[(table["group"] == group) & (table["when"].eq("before") | bool(service.sites))]
    table["code"] = table["code"].fillna("")
    order = {"": "~", "before": "0"}  # the whole city after all districts, before ahead of after
    table = table.sort_values(["code", "when"], key=lambda column: column.replace(order), kind="stable")
    return pd.DataFrame(
        {
            text("model.column.district", lang): [
                names.get(code, text("ui.needs.all", lang)) for code in table["code"]
            ],
            text("ui.access.when", lang): [text(f"model.when.{when}", lang) for when in table["when"]],
            text("model.column.persons", lang): table["persons"].astype("int64"),
            text("ui.access.share", lang): (100 * table["covered"]).round(1),
            text("ui.access.access", lang): table["access"].round(4),
            text("ui.access.gini", lang): table["gini"].round(3),
            text("ui.access.short", lang): table["short_persons"].astype("int64"),
            text("ui.access.lack", lang): table["lack"].round(1),
        }
    )


def cell_at(service: Service, point: tuple[float, float], plane: CRS, cell_m: float) -> "pd.Series[Any] | None":
    """Row of the cell that a longitude and latitude lie in; None where nobody lives.

    Parameters
    ----------
    plane
        Coordinate system of the cells.
    cell_m
        Side of the cells, m.
    """
    x, y = Transformer.from_crs(CGCS2000, plane, always_xy=True).transform(*point)
    cells = service.cells
    hits = cells[(cells["x"] - x).abs().le(cell_m / 2) & (cells["y"] - y).abs().le(cell_m / 2)]
    return None if hits.empty else hits.iloc[0]


def cell_table(service: Service, cell: "pd.Series[Any]", name: str, unit: str, lang: Lang) -> pd.DataFrame:
    """Figures of one cell.

    Parameters
    ----------
    cell
        Row of ``service.cells``.
    name
        Name of its district.
    unit
        Unit of the facility's size, such as places or beds.
    """
    per_1000 = text("ui.access.per_1000", lang, unit=unit)
    rows = [
        (text("model.column.district", lang), name),
        *((text(f"model.people.{group}", lang), f"{cell[group]:,}") for group in PEOPLE),
    ]
    for when in ("before", "after") if service.sites else ("before",):
        title = text(f"model.when.{when}", lang)
        access, distance_m = float(cell[f"access_{when}"]), float(cell[f"nearest_{when}_m"])
        against = "below" if access < service.standard else "reached"
        rows += [
            (f"{text('ui.access.access', lang)} · {title}", f"{access:.4g} {per_1000}"),
            (
                f"{text('ui.access.shows.nearest', lang)} · {title}",
                "—" if np.isnan(distance_m) else f"{distance_m:,.0f} m",
            ),
            (f"{text('ui.access.against', lang)} · {title}", text(f"ui.access.{against}", lang)),
        ]
    return pd.DataFrame(rows, columns=[text("ui.access.figure", lang), text("ui.access.value", lang)])


def lorenz_curves(service: Service, group: str, lang: Lang) -> pd.DataFrame:
    """Lorenz curves of a group before and, with sites, after them, thinned for a chart."""
    curves = []
    for when in ("before", "after") if service.sites else ("before",):
        curve = service.lorenz(group, when)
        kept = np.unique(np.linspace(0, len(curve) - 1, _POINTS).astype(int))
        curves.append(curve.iloc[kept].assign(part=text(f"model.when.{when}", lang)))
    return pd.concat(curves)


def cell_classes(service: Service, figure: str, lang: Lang) -> CellClasses:
    """A figure of the cells in classes.

    Parameters
    ----------
    figure
        Access ``before`` or ``after`` the sites, its ``change``, distance of the ``nearest`` facility, or whether
        access falls ``short`` of the standard.
    """
    cells, standard = service.cells, max(service.standard, 1e-12)
    last = "after" if service.sites else "before"
    if figure == "nearest":
        bounds = [f"{share * service.radius_m:,.0f} m" for share in OF_RADIUS]
        shares = cells[f"nearest_{last}_m"].fillna(np.inf) / service.radius_m
        return CellClasses(shares, OF_RADIUS, _open_ended(bounds))
    if figure == "short":
        reached = (cells[f"access_{last}"] / standard >= 1 - 1e-12).astype("float64")
        return CellClasses(reached, (0.5,), [text("ui.access.below", lang), text("ui.access.reached", lang)])
    if figure == "change":
        bounds = [f"{100 * share:+.0f} %" for share in OF_CHANGE]
        labels = [text("ui.access.less", lang), text("ui.access.same", lang), *_open_ended(bounds[2:])]
        return CellClasses((cells["access_after"] - cells["access_before"]) / standard, OF_CHANGE, labels)
    bounds = [f"{100 * share:.0f} %" for share in OF_STANDARD]
    labels = [text("ui.access.nothing", lang), *_open_ended(bounds[1:])]
    return CellClasses(cells[f"access_{figure}"] / standard, OF_STANDARD, labels)


def _open_ended(bounds: Sequence[str]) -> list[str]:
    """Labels of the classes between bounds, below the first and from the last on."""
    return [f"< {bounds[0]}", *(f"{low} – {high}" for low, high in pairwise(bounds)), f"≥ {bounds[-1]}"]


def _figure(name: str, value: float, standard: float) -> str:
    if not np.isfinite(value):
        return "—"
    if name == "covered":
        return f"{100 * value:.1f} %"
    if name == "short_persons":
        return f"{value:,.0f}"
    return f"{value:.4g} / {standard:g}" if name == "access" else f"{value:.3f}"
