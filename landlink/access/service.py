"""Service (服务水平): who is served by a kind of facility and how well, before the plan's sites and with them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from landlink.plan.plan import Plan
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
        How many there are of existing ones and of the plan's.
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
        """
        found = []
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
                found.append(table.assign(group=group, when=when))
        return pd.concat(found, ignore_index=True)

    def covered(self, group: str) -> pd.DataFrame:
        """Share of a group with a facility within the radius, before and after, as :meth:`table` has it.

        Returns
        -------
        ``code`` (empty for the whole city), ``before`` and ``after``, 0–1; no row where none of the group live.
        """
        lived_in = self.cells[self.cells[group] > 0]
        found = [
            {"code": code}
            | {when: coverage(cells[f"nearest_{when}_m"], cells[group], self.radius_m) for when in ("before", "after")}
            for code, cells in [*lived_in.groupby("code"), ("", lived_in)]
            if len(cells)
        ]
        return pd.DataFrame(found, columns=["code", "before", "after"])

    def lorenz(self, group: str, when: When) -> pd.DataFrame:
        """Lorenz curve of access, see :func:`landlink.access.lorenz`."""
        return lorenz(self.cells[f"access_{when}"], self.cells[group])


def service(plan: Plan, land: Land, there: pd.DataFrame, facility: str, how: How | None = None) -> Service:
    """Measure the service of a kind of facility.

    Residents compete for the facilities; settled people are among them and have the access of where they live.

    Parameters
    ----------
    plan
        With or without sites; without, before and after are the same.
    there
        People on cells, as :func:`landlink.access.people.people` returns them.
    facility
        One with a service radius.

    Raises
    ------
    DataError
        The facility has no radius or is none, an existing one has no capacity, the city has no roads to go along, or an
        option is wrong.
    """
    how = how or How()
    _check(how)
    radius = plan.rules.radius_m(facility)
    groups = {group: counted(plan, there, facility, group) for group in PEOPLE}
    present = existing(land, facility)[["capacity", "geometry"]]
    planned = sites_of(plan, land, facility)
    cells = there[["cell", "code", "x", "y"]].assign(**groups)
    for when, offered in (("before", present), ("after", pd.concat([present, planned], ignore_index=True))):
        pairs = _pairs(cells, offered, land, radius, how)
        decay = None if how.method == "2sfca" else _decay(how.decay, radius)
        found = access(pairs, cells["residents"], offered["capacity"], method=how.method, decay=decay)
        cells[f"access_{when}"] = 1000 * found
        cells[f"nearest_{when}_m"] = _nearest(cells, offered, pairs, how)
    standard = float(plan.rules.standard(facility).number("per_1000", 0))
    return Service(facility, radius, standard, cells, len(present), len(planned), _status(plan, land))


def sites_of(plan: Plan, land: Land, facility: str) -> gpd.GeoDataFrame:
    """The plan's sites of a kind of facility as points in the land's plane, with their capacities in units."""
    if plan.siting is None:
        return gpd.GeoDataFrame({"capacity": pd.Series(dtype="int64")}, geometry=[], crs=land.crs)
    chosen = plan.siting.sites[plan.siting.sites["facility"] == facility].to_crs(land.crs)
    points = chosen.representative_point()
    return gpd.GeoDataFrame({"capacity": chosen["units"].to_numpy("int64")}, geometry=points.to_numpy(), crs=land.crs)


def without_sites(plan: Plan) -> Plan:
    """Return the plan as it was before sites were chosen."""
    return plan if plan.siting is None else replace(plan, siting=None, fingerprint=plan.siting.plan)


def _check(how: How) -> None:
    given = {"method": (how.method, METHODS), "decay": (how.decay, DECAYS), "travel": (how.travel, TRAVEL)}
    faults = [
        Fault("option.choice", {"option": name, "value": value, "choices": " | ".join(choices)})
        for name, (value, choices) in given.items()
        if value not in choices
    ]
    if faults:
        raise DataError(faults)


def _decay(name: str, radius: float) -> Decay:
    made: Mapping[str, partial[Decay]] = {
        "gaussian": partial(gaussian_to, radius),
        "steps": partial(in_steps, [(radius / 3, 1.0), (2 * radius / 3, 0.68), (radius, 0.22)]),
        "power": partial(power, 1, least=radius / 10),
    }
    return made[name]()


def _pairs(cells: pd.DataFrame, offered: gpd.GeoDataFrame, land: Land, radius: float, how: How) -> Pairs:
    middles = cells[["x", "y"]].to_numpy()
    points = np.column_stack([offered.geometry.x, offered.geometry.y])
    if how.travel == "straight":
        return straight(middles, points, radius, circuity=how.circuity)
    if "roads" not in land.layers:
        raise DataError(Fault("package.resource_missing", {"name": "roads"}))
    roads = land.layers["roads"]
    return network(middles, points, roads[~roads["kind"].isin(_NO_WAY)], radius, snap_m=how.snap_m)


def _nearest(cells: pd.DataFrame, offered: gpd.GeoDataFrame, pairs: Pairs, how: How) -> Floats:
    """Distance of the nearest facility, m, however far by a straight line; along roads none beyond the radius."""
    if how.travel == "network" or offered.empty:
        return nearest(pairs)
    points = np.column_stack([offered.geometry.x, offered.geometry.y])
    found: Floats = cKDTree(points).query(cells[["x", "y"]].to_numpy())[0] * how.circuity
    return found


def _status(plan: Plan, land: Land) -> str:
    layers = [land.city.land[name] for name in ("facilities", "population-raster") if name in land.city.land]
    statuses = [resource_origin(layer)["status"] for layer in layers]
    facilities = land.layers.get("facilities")
    own = [] if facilities is None else list(facilities["status"].unique())
    siting = [] if plan.siting is None else [plan.siting.data_status]
    return worst([*(status for status in statuses if status), *own, *siting, *plan.base.sources["status"]])
