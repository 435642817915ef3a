"""The problem of siting: who is to be served, where facilities of which size could stand, on which land."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import ceil

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.spatial import cKDTree

from landlink.access import straight
from landlink.access.people import counted, existing
from landlink.city.land import Land, resource_origin
from landlink.errors import DataError, Fault
from landlink.policy import Standard
from landlink.schema import NEW_SOURCE, PEOPLE, worst
from landlink.siting.request import RULES, Grants, Task, Wish
from landlink.siting.solver import Budget, Kind, Problem
from landlink.supply.find import Supply
from landlink.units import half_up

# Sizes of a facility that are tried on one parcel at most.
SIZES = 12
# Equal parts that a facility without standard sizes is divided into at most.
PARTS = 4
# Suitability, 0–1, of a parcel without a score: the middle of the scale.
UNKNOWN = 0.5
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def prepare(grants: Grants, supply: Supply, cells: pd.DataFrame, wish: Wish) -> Task:
    """State the problem.

    Parameters
    ----------
    grants
        What is needed and granted.
    supply
        Where land can be had.
    cells
        People on cells, as :func:`landlink.access.people.people` returns them.

    Raises
    ------
    DataError
        A facility, group, source or parcel is unknown, or a parcel that must be chosen is not large enough.
    """
    grants = replace(grants, rules=grants.rules.only(*RULES))
    names = wish.facilities or grants.rules.with_radius
    radii = [grants.rules.radius_m(name) for name in names]
    _check(wish, names, supply)
    options, unsited = _all_options(grants, supply, names, wish)
    middles = cells[["x", "y"]].to_numpy("float64")
    standards = [grants.rules.standard(name) for name in names]
    persons = [counted(cells, standard, wish.group).to_numpy("int64") for standard in standards]
    parcels = _kept(supply, options, persons, middles, radii, wish)
    large = options["parcel"].nunique()
    options = options[options["parcel"].isin(parcels["parcel"])]
    index = pd.Series(np.arange(len(parcels)), index=parcels["parcel"])
    points = points_of(parcels)
    kinds = []
    for standard, people, radius in zip(standards, persons, radii, strict=True):
        spare, reach = _spare(standard, supply.land, cells, radius, wish)
        kinds.append(Kind(people, straight(middles, points, radius).cost, radius, spare, reach))
    problem = Problem(
        tuple(kinds),
        candidate=index[options["parcel"]].to_numpy("int64"),
        kind=options["kind"].to_numpy("int64"),
        units=options["units"].to_numpy("int64"),
        capacity=options["capacity"].to_numpy("int64"),
        land_m2=options["land_m2"].to_numpy("int64"),
        area_m2=parcels["developable_m2"].to_numpy("int64"),
        suitability=parcels["score"].fillna(UNKNOWN).to_numpy("float64"),
        is_new=(parcels["land_source"] == NEW_SOURCE).to_numpy(),
        budgets=tuple(_budgets(grants, names, parcels)),
        fixed=_pairs(wish.fixed, index, names, needed=True),
        barred=_pairs(wish.barred, index, names, needed=False),
        split=wish.split,
    )
    return Task(grants, wish, problem, tuple(names), parcels, cells, large, unsited, _status(supply))


def points_of(parcels: gpd.GeoDataFrame) -> Floats:
    """A point within each parcel's developable shape, x and y.

    Examples
    --------
    >>> from shapely import box
    >>> points_of(gpd.GeoDataFrame(geometry=[box(0, 0, 40, 20)])).tolist()
    [[20.0, 10.0]]
    """
    points = parcels.representative_point()
    return np.column_stack([points.x, points.y])


def _all_options(
    grants: Grants, supply: Supply, names: Sequence[str], wish: Wish
) -> tuple[pd.DataFrame, dict[tuple[str, str], str]]:
    """Sizes of facilities that parcels have room for, and why a facility has none in a district."""
    needs = grants.needs.set_index(["code", "facility"])
    usable = supply.parcels["land_source"].isin(wish.sources) & (supply.parcels["developable_m2"] > 0)
    by_district = dict(list(supply.parcels[usable].groupby("code")))
    no_parcels = supply.parcels.iloc[:0]
    tables, unsited = [], {}
    for kind, name in enumerate(names):
        standard = grants.rules.standard(name)
        for code in grants.quota["code"]:
            need, central = needs.loc[(code, name)], code in grants.central
            parcels = by_district.get(code, no_parcels)
            largest = int(parcels["developable_m2"].max()) if len(parcels) else 0
            sizes = _sizes(standard, int(need["units"]), int(need["granted_m2"]), largest, central=central)
            options = _options(parcels, kind, standard, sizes)
            if need["granted_m2"] and options.empty:
                unsited[code, name] = "no_parcel" if sizes else "too_small"
            tables.append(options)
    return pd.concat(tables, ignore_index=True), unsited


def _check(wish: Wish, names: Sequence[str], supply: Supply) -> None:
    faults: list[Fault] = []
    known = set(supply.developable.parcels["parcel"])
    for parcel, facility in (*wish.fixed, *wish.barred):
        if parcel not in known:
            faults.append(Fault("land.parcel_unknown", {"parcel": parcel}))
        if facility not in names:
            values = {"option": "facility", "value": facility, "choices": " | ".join(names)}
            faults.append(Fault("option.choice", values))
    if faults:
        raise DataError(faults)


def _sizes(standard: Standard, needed: int, granted_m2: int, largest_m2: int, *, central: bool) -> Mapping[int, int]:
    """Land in m² by size in units: sizes of the standard that the granted land holds, the largest first.

    A facility without standard sizes is sited whole; where the largest parcel has no room for it, in equal parts.
    """

    def land(units: int) -> int:
        return half_up(units * standard.land_per_unit(units, central=central))

    module = int(standard.number("module_units", 1))
    most = needed
    while most > 0 and land(most) > granted_m2:
        excess = ceil((land(most) - granted_m2) / standard.land_per_unit(most, central=central) / module)
        most -= max(1, excess) * module
    if most <= 0:
        return {}
    least = int(standard.number("min_units", 0))
    if not least and "max_units" not in standard.fields:
        parts = (ceil(most / count) for count in range(1, PARTS + 1))
        return next(({units: land(units)} for units in parts if land(units) <= largest_m2), {most: land(most)})
    top = min(most, int(standard.number("max_units", most)))
    sizes = range(top, max(least, 1) - 1, -module)
    chosen = np.unique(np.linspace(0, len(sizes) - 1, min(SIZES, len(sizes))).round().astype(int))
    return {sizes[step]: land(sizes[step]) for step in chosen}


def _options(parcels: gpd.GeoDataFrame, kind: int, standard: Standard, sizes: Mapping[int, int]) -> pd.DataFrame:
    """Sizes of a facility that each parcel has room for."""
    capacity = standard.persons_for(list(sizes))
    choices = pd.DataFrame({"units": list(sizes), "land_m2": list(sizes.values()), "capacity": capacity, "kind": kind})
    fitting = parcels[["parcel", "code", "developable_m2"]].merge(choices.astype("int64"), how="cross")
    return fitting[fitting["land_m2"] <= fitting["developable_m2"]]


def _kept(
    supply: Supply,
    options: pd.DataFrame,
    persons: Sequence[Ints],
    middles: Floats,
    radii: Sequence[float],
    wish: Wish,
) -> gpd.GeoDataFrame:
    """Parcels to consider: for each kind and district, spread out, those first that the most people could reach."""
    parcels = supply.parcels[supply.parcels["parcel"].isin(options["parcel"])].reset_index(drop=True)
    if len(parcels) <= wish.candidates:
        return parcels
    points, codes = points_of(parcels), parcels["code"].to_numpy()
    turns = np.full(len(parcels), np.inf)
    for kind, people in enumerate(persons):
        large = np.flatnonzero(parcels["parcel"].isin(options.loc[options["kind"] == kind, "parcel"]))
        lived_in = people > 0
        reached = _reachable(straight(middles[lived_in], points[large], radii[kind]).cost)
        persons_reached = reached.T @ people[lived_in]
        turns[large] = np.minimum(turns[large], _turns(points[large], codes[large], persons_reached, radii[kind]))
    turns[parcels["parcel"].isin([parcel for parcel, _ in wish.fixed])] = -1
    return parcels.iloc[np.sort(np.argsort(turns, kind="stable")[: wish.candidates])].reset_index(drop=True)


def _turns(points: Floats, codes: npt.NDArray[np.object_], reached: Floats, radius: float) -> Floats:
    """Turn of each parcel: the most reached first, none beside one of the same round, the districts by turns."""
    neighbours = cKDTree(points).query_ball_point(points, radius / 2)
    turn, round_ = np.full(len(points), np.inf), 0
    order = np.argsort(-reached, kind="stable")
    while len(order):
        accepted = np.zeros(len(points), dtype=bool)
        blocked = np.zeros(len(points), dtype=bool)
        for parcel in order:
            if not blocked[parcel]:
                accepted[parcel] = blocked[parcel] = True
                blocked[neighbours[parcel]] = True
        parcels = order[accepted[order]]
        rank = pd.Series(codes[parcels]).groupby(codes[parcels]).cumcount().to_numpy()
        turn[parcels] = round_ + rank / len(points)
        order, round_ = order[~accepted[order]], round_ + 1
    return turn


def _spare(
    standard: Standard, land: Land, cells: pd.DataFrame, radius: float, wish: Wish
) -> tuple[Ints, sparse.csr_array]:
    """What existing facilities have left for the people to be served, in persons, and how far they are.

    Where settled people are to be served the other residents come first: each cell divides its own between the
    facilities in reach by their capacities.
    """
    present = existing(land, standard.facility.id)
    if not wish.existing or present.empty:
        return np.zeros(0, dtype="int64"), sparse.csr_array((len(cells), 0))
    capacity = standard.persons_for(present["capacity"])
    points = np.column_stack([present.geometry.x, present.geometry.y])
    pairs = straight(cells[["x", "y"]].to_numpy(), points, radius)
    if wish.group == PEOPLE[0]:
        return capacity, pairs.cost
    others = counted(cells, standard, PEOPLE[0]) - counted(cells, standard, PEOPLE[1])
    reached = _reachable(pairs.cost)
    in_reach = reached @ capacity
    per_person = np.divide(others.clip(lower=0), in_reach, out=np.zeros(len(cells)), where=in_reach > 0)
    load = capacity * (reached.T @ per_person)
    return np.maximum(0, np.floor(capacity - load)).astype("int64"), pairs.cost


def _reachable(pairs: sparse.csr_array) -> sparse.csr_array:
    """1 for each stored pair, be its cost 0 or not."""
    return sparse.csr_array((np.ones(pairs.nnz), pairs.indices, pairs.indptr), shape=pairs.shape)


def _pairs(
    pairs: Iterable[tuple[str, str]], index: "pd.Series[int]", names: Sequence[str], *, needed: bool
) -> tuple[tuple[int, int], ...]:
    """Candidate and kind of pairs of parcel and facility; one that is no candidate is a fault where it is needed."""
    missing = [parcel for parcel, _ in pairs if needed and parcel not in index.index]
    if missing:
        raise DataError([Fault("sites.fixed_unusable", {"parcel": parcel}) for parcel in missing])
    return tuple((int(index[parcel]), names.index(name)) for parcel, name in pairs if parcel in index.index)


def _budgets(grants: Grants, names: Sequence[str], parcels: gpd.GeoDataFrame) -> list[Budget]:
    """Land that each district grants each facility, and new land that its quota gives all of them."""
    granted = grants.needs.set_index(["code", "facility"])["granted_m2"]
    quota = grants.quota.set_index("code")["quota_m2"]
    new = (parcels["land_source"] == NEW_SOURCE).to_numpy()
    budgets = []
    for code in grants.quota["code"]:
        inside = (parcels["code"] == code).to_numpy()
        budgets += [Budget(int(granted[code, name]), kind, np.flatnonzero(inside)) for kind, name in enumerate(names)]
        budgets.append(Budget(int(quota[code]), None, np.flatnonzero(inside & new)))
    return budgets


def _status(supply: Supply) -> str:
    """The least official status of parcels, constraints, facilities and population raster."""
    land = supply.land
    layers = [land.city.land[name] for name in ("facilities", "population-raster") if name in land.city.land]
    stated = [resource_origin(layer)["status"] for layer in layers]
    return worst([supply.status, *(status for status in stated if status)])
