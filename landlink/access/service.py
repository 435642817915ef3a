"""Service (服务水平): who is served by a kind of facility and how well, before planned sites and with them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from landlink.access import (
    METHODS,
    Decay,
    Method,
    Pairs,
    access,
    coverage,
    equity,
    gaussian_to,
    lorenz,
    nearest,
    network,
    power,
    straight,
)
from landlink.access import steps as in_steps
from landlink.access.people import counted, existing
from landlink.city.land import Land, resource_origin
from landlink.errors import DataError, Fault
from landlink.policy import Standard
from landlink.schema import PEOPLE, worst

When = Literal["before", "after"]
DECAYS = ("gaussian", "steps", "power")
TRAVEL = ("straight", "network")
# Kinds of the layer of roads on which nobody walks.
_NO_WAY = ("metro",)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class How:
    """How access is measured.

    Parameters
    ----------
    method
        One of :data:`landlink.access.METHODS`.
    decay
        One of :data:`DECAYS`; not used by ``2sfca``. All end at the facility's service radius: the Gaussian with a
        weight of 0.01, steps at thirds of it with 1, 0.68 and 0.22 (Luo & Qi 2009), the power with exponent 1 from a
        tenth of it.
    travel
        ``straight`` (the standards' service radius is a straight line) or ``network``, along the city's roads.
    circuity
        Factor of a straight distance, 1 or more.
    snap_m
        Distance up to which a cell or a facility joins a road, m.
    """

    method: Method = "e2sfca"
    decay: str = DECAYS[0]
    travel: str = TRAVEL[0]
    circuity: float = 1.0
    snap_m: float = 500.0


@dataclass(frozen=True, slots=True)
class Service:
    """Service of one kind of facility.

    Parameters
    ----------
    facility
        Kind of facility.
    radius_m
        Its service radius, m.
    standard
        Units per 1,000 persons who count, by its standard.
    cells
        ``cell``, ``code``, ``x``, ``y``; persons of each group who count (``residents``, ``settled``); and before and
        after the plan's sites ``access_before`` (units per 1,000 persons who count, shared with all residents who reach
        the same facilities), ``nearest_before_m``, and so on.
    facilities, sites
        Number of existing facilities, and of planned ones.
    status
        The least official status of what this rests on.
    """

    facility: str
    radius_m: float
    standard: float
    cells: pd.DataFrame
    facilities: int
    sites: int
    status: str

    def table(self, by: str | None = "code") -> pd.DataFrame:
        """Service by group and district, before and after.

        Parameters
        ----------
        by
            Column that groups the cells; None for the whole city.

        Returns
        -------
        ``group``, ``when``, ``code`` (missing for the whole city), ``persons``, ``access`` (mean, units per 1,000),
        ``gini``, ``palma``, ``covered`` (share with a facility within the radius), ``short_persons``, ``short_share``
        (with less than the standard) and ``lack`` (units that would bring them to it).

        Examples
        --------
        Two cells, the second out of reach of the only school until a site is built.

        >>> cells = pd.DataFrame({"code": ["440106"] * 2, "residents": [30, 10], "settled": [3, 1]})
        >>> before = cells.assign(nearest_before_m=[300.0, float("nan")], access_before=[100.0, 0.0])
        >>> after = before.assign(nearest_after_m=[300.0, 400.0], access_after=[100.0, 90.0])
        >>> table = Service("primary_school", 500, 80, after, 1, 1, "synthetic").table()
        >>> table.loc[table["group"] == "residents", ["when", "covered", "short_persons"]].values.tolist()
        [['before', 0.75, 10.0], ['after', 1.0, 0.0]]
        """
        tables = []
        for group in PEOPLE:
            for when in ("before", "after"):
                measured = pd.DataFrame(
                    {
                        "code": self.cells["code"],
                        "persons": self.cells[group],
                        "access": self.cells[f"access_{when}"],
                        "cost": self.cells[f"nearest_{when}_m"],
                    }
                )
                table = equity(measured, radius=self.radius_m, threshold=self.standard, by=by)
                table["lack"] = table["lack"] / 1000
                tables.append(table.assign(group=group, when=when))
        return pd.concat(tables, ignore_index=True)

    def covered(self, group: str) -> pd.DataFrame:
        """Share of a group with a facility within the radius, before and after, as :meth:`table` has it.

        Returns
        -------
        ``code`` (empty for the whole city), ``before`` and ``after``, 0–1; no row where none of the group live.

        Examples
        --------
        >>> cells = pd.DataFrame({"code": ["440106"] * 2, "settled": [30, 10]})
        >>> nearest = cells.assign(nearest_before_m=[300.0, 900.0], nearest_after_m=[300.0, 400.0])
        >>> Service("primary_school", 500, 80, nearest, 1, 1, "synthetic").covered("settled").values.tolist()
        [['440106', 0.75, 1.0], ['', 0.75, 1.0]]
        """
        lived_in = self.cells[self.cells[group] > 0]
        shares = [
            {"code": code}
            | {when: coverage(cells[f"nearest_{when}_m"], cells[group], self.radius_m) for when in ("before", "after")}
            for code, cells in [*lived_in.groupby("code"), ("", lived_in)]
            if len(cells)
        ]
        return pd.DataFrame(shares, columns=["code", "before", "after"])

    def lorenz(self, group: str, when: When) -> pd.DataFrame:
        """Lorenz curve of access, see :func:`landlink.access.lorenz`.

        Examples
        --------
        >>> cells = pd.DataFrame({"residents": [10, 10], "access_before": [0.0, 40.0]})
        >>> schools = Service("primary_school", 500, 80, cells, 1, 0, "synthetic")
        >>> schools.lorenz("residents", "before")["access"].tolist()
        [0.0, 0.0, 1.0]
        """
        return lorenz(self.cells[f"access_{when}"], self.cells[group])


def service(
    land: Land,
    cells: pd.DataFrame,
    standard: Standard,
    sites: gpd.GeoDataFrame,
    how: How | None = None,
    *,
    statuses: Iterable[str] = (),
) -> Service:
    """Measure the service of a kind of facility.

    Residents compete for the facilities; settled people are among them and have the access of where they live.

    Parameters
    ----------
    land
        Of which the layers ``facilities`` and ``roads`` are read.
    cells
        People on cells, as :func:`landlink.access.people.people` returns them.
    standard
        Standard of the facility; it has a service radius.
    sites
        Planned facilities of the kind: points in the land's plane with ``capacity`` in units. Without any,
        before and after are the same.
    statuses
        Statuses of what the persons and the sites rest on.

    Raises
    ------
    DataError
        An existing facility has no capacity, the city has no roads to go along, or an option is wrong.
    """
    how = how or How()
    _check(how)
    radius = standard.radius_m
    if radius is None:
        raise ValueError(f"{standard.facility.id} has no service radius")
    present = existing(land, standard.facility.id)[["capacity", "geometry"]]
    groups = {group: counted(cells, standard, group) for group in PEOPLE}
    measured = cells[["cell", "code", "x", "y"]].assign(**groups)
    all_facilities = pd.concat([present, sites], ignore_index=True)
    for when, facilities in (("before", present), ("after", all_facilities)):
        pairs = _pairs(measured, facilities, land, radius, how)
        decay = None if how.method == "2sfca" else _decay(how.decay, radius)
        scores = access(pairs, measured["residents"], facilities["capacity"], method=how.method, decay=decay)
        measured[f"access_{when}"] = 1000 * scores
        measured[f"nearest_{when}_m"] = _nearest(measured, facilities, pairs, how)
    ratio = float(standard.number("per_1000", 0))
    status = worst([*_statuses(land), *statuses])
    return Service(standard.facility.id, radius, ratio, measured, len(present), len(sites), status)


def _check(how: How) -> None:
    options = {"method": (how.method, METHODS), "decay": (how.decay, DECAYS), "travel": (how.travel, TRAVEL)}
    faults = [
        Fault("option.choice", {"option": name, "value": value, "choices": " | ".join(choices)})
        for name, (value, choices) in options.items()
        if value not in choices
    ]
    if faults:
        raise DataError(faults)


def _decay(name: str, radius: float) -> Decay:
    decays: Mapping[str, partial[Decay]] = {
        "gaussian": partial(gaussian_to, radius),
        "steps": partial(in_steps, [(radius / 3, 1.0), (2 * radius / 3, 0.68), (radius, 0.22)]),
        "power": partial(power, 1, least=radius / 10),
    }
    return decays[name]()


def _pairs(cells: pd.DataFrame, facilities: gpd.GeoDataFrame, land: Land, radius: float, how: How) -> Pairs:
    middles = cells[["x", "y"]].to_numpy()
    points = np.column_stack([facilities.geometry.x, facilities.geometry.y])
    if how.travel == "straight":
        return straight(middles, points, radius, circuity=how.circuity)
    if "roads" not in land.layers:
        raise DataError(Fault("package.resource_missing", {"name": "roads"}))
    roads = land.layers["roads"]
    return network(middles, points, roads[~roads["kind"].isin(_NO_WAY)], radius, snap_m=how.snap_m)


def _nearest(cells: pd.DataFrame, facilities: gpd.GeoDataFrame, pairs: Pairs, how: How) -> Floats:
    """Distance of the nearest facility, m, however far by a straight line; along roads none beyond the radius."""
    if how.travel == "network" or facilities.empty:
        return nearest(pairs)
    points = np.column_stack([facilities.geometry.x, facilities.geometry.y])
    distance_m: Floats = cKDTree(points).query(cells[["x", "y"]].to_numpy())[0] * how.circuity
    return distance_m


def _statuses(land: Land) -> list[str]:
    """Statuses of the facilities and of the population raster, where the city says them."""
    layers = [land.city.land[name] for name in ("facilities", "population-raster") if name in land.city.land]
    stated = [status for layer in layers if (status := resource_origin(layer)["status"])]
    facilities = land.layers.get("facilities")
    return [*stated, *([] if facilities is None else facilities["status"].unique())]
