"""Sites from the solver's answer: who goes where, what is provided, and what the next best parcel would cost."""

from dataclasses import asdict

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from landlink.crs import CGCS2000
from landlink.errors import DataError, Fault
from landlink.schema import RESULTS
from landlink.siting.request import Chosen, Task
from landlink.siting.sites import Siting
from landlink.siting.solver import Allocation, Conflict, next_best

Floats = npt.NDArray[np.float64]
# Fault of each conflict of what is fixed.
_FAULTS = {
    "fixed_and_barred": "sites.fixed_and_barred",
    "fixed_no_room": "sites.fixed_no_room",
    "fixed_over_budget": "sites.fixed_over_budget",
}


def conclude(task: Task, answer: Allocation) -> Chosen:
    """Sites, provision and catchments of an answer.

    Raises
    ------
    DataError
        No choice meets what is asked for; a fault a reason.
    """
    if answer.status == "infeasible":
        raise DataError([_fault(task, conflict) for conflict in answer.conflicts])
    problem, parcels = task.problem, task.parcels
    chosen = pd.DataFrame({name: getattr(problem, name)[answer.taken] for name in ("candidate", "kind", "units")})
    chosen["capacity_persons"], chosen["site_m2"] = problem.capacity[answer.taken], problem.land_m2[answer.taken]
    chosen["option"] = answer.taken
    attributes = parcels.drop(columns="geometry").reset_index(drop=True)
    chosen = chosen.join(attributes[["parcel", "code", "land_source", "score", "status"]], on="candidate")
    chosen = chosen.sort_values(["kind", "code", "parcel"], ignore_index=True)
    chosen["site"] = [f"S{number:03d}" for number in range(1, len(chosen) + 1)]
    chosen["facility"] = [task.facilities[kind] for kind in chosen["kind"]]
    names = task.grants.quota.set_index("code")["district"]
    chosen["district"] = chosen["code"].map(names)
    catchments = _catchments(task, answer, chosen)
    weighted = catchments.assign(person_m=catchments["persons"] * catchments["metres"])
    by_site = weighted.groupby("site")[["persons", "person_m"]].sum().reindex(chosen["site"])
    served = by_site["persons"].fillna(0).astype("int64").to_numpy()
    chosen["served"] = served
    chosen["mean_m"] = by_site["person_m"].to_numpy() / np.where(served > 0, served, np.nan)
    chosen = chosen.merge(_instead(task, answer), on="option", how="left")
    shapes = parcels.geometry.iloc[chosen["candidate"]].to_crs(CGCS2000)
    sites = gpd.GeoDataFrame(chosen[RESULTS["sites"].names], geometry=shapes.to_numpy(), crs=CGCS2000)
    wish = asdict(task.wish)
    siting = Siting(
        task.grants.plan,
        sites,
        _provision(task, answer, chosen, catchments),
        answer.status,
        answer.objective,
        answer.bound,
        answer.without,
        dict(answer.terms),
        wish.pop("weights"),
        {**wish, "facilities": list(task.facilities)},
        task.data_status,
        len(parcels),
        task.large,
    )
    return Chosen(siting, catchments, answer)


def _fault(task: Task, conflict: Conflict) -> Fault:
    """Why no choice has all that is fixed, in the words of parcels and facilities."""
    if conflict.pair is None:
        return Fault(_FAULTS[conflict.id])
    candidate, kind = conflict.pair
    values = {"candidate": task.parcels["parcel"].iloc[candidate], "kind": task.facilities[kind]}
    return Fault(_FAULTS[conflict.id], values)


def _catchments(task: Task, answer: Allocation, chosen: pd.DataFrame) -> pd.DataFrame:
    """Persons that each site serves, by cell."""
    parts = []
    for kind, served in enumerate(answer.served):
        pairs = served.tocoo()
        sites = chosen[chosen["kind"] == kind].set_index("candidate")["site"]
        cost = task.problem.kinds[kind].cost
        cells = task.cells.iloc[pairs.row][["cell", "code", "x", "y"]].reset_index(drop=True)
        metres = _stored(cost, pairs.row, pairs.col)
        parts.append(
            cells.assign(site=sites[pairs.col].to_numpy(), persons=pairs.data.astype("int64"), metres=metres, kind=kind)
        )
    return pd.concat(parts, ignore_index=True)


def _stored(matrix: sparse.csr_array, rows: npt.NDArray[np.integer], columns: npt.NDArray[np.integer]) -> Floats:
    """Values at rows and columns that are all stored, a stored 0 among them."""
    key = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)) * matrix.shape[1] + matrix.indices
    values: Floats = matrix.data[np.searchsorted(key, rows.astype("int64") * matrix.shape[1] + columns)]
    return values


def _instead(task: Task, answer: Allocation) -> pd.DataFrame:
    """The next best parcel for each site, and what it would cost."""
    best = next_best(task.problem, answer, task.wish.weights)
    parcels = task.parcels["parcel"].to_numpy()
    instead = best["instead"].to_numpy()
    return pd.DataFrame(
        {
            "option": best["option"],
            "instead": np.where(instead >= 0, parcels[instead], ""),
            "instead_unserved": best["persons_lost"].where(instead >= 0).astype("Int64"),
            "instead_m": best["metres"].where(instead >= 0),
        }
    )


def _provision(task: Task, answer: Allocation, chosen: pd.DataFrame, catchments: pd.DataFrame) -> pd.DataFrame:
    """Served and unserved persons and land by district and facility."""
    quota, codes = task.grants.quota, task.cells["code"].to_numpy()
    granted = task.grants.needs.set_index(["code", "facility"])["granted_m2"]
    least = (
        pd.Series(task.problem.land_m2)
        .groupby([task.parcels["code"].to_numpy()[task.problem.candidate], task.problem.kind])
        .min()
    )
    sited = chosen.groupby(["code", "kind"])["site_m2"].sum()
    new = catchments.groupby(["code", "kind"])["persons"].sum()
    rows = []
    for code, district in zip(quota["code"], quota["district"], strict=True):
        for kind, name in enumerate(task.facilities):
            inside = codes == code
            persons = int(task.problem.kinds[kind].persons[inside].sum())
            unserved, served = int(answer.uncovered[kind][inside].sum()), int(new.get((code, kind), 0))
            budget, land = int(granted[code, name]), int(sited.get((code, kind), 0))
            reason = task.unsited.get((code, name), "")
            if not reason and land < budget:
                reason = "left" if budget - land < least.get((code, kind), np.inf) else "no_gain"
            rows.append(
                (
                    code,
                    district,
                    name,
                    persons,
                    persons - unserved - served,
                    served,
                    unserved,
                    budget,
                    land,
                    budget - land,
                    reason,
                )
            )
    table = pd.DataFrame(rows, columns=RESULTS["provision"].names)
    order = {name: kind for kind, name in enumerate(task.facilities)}
    return table.sort_values(
        ["code", "facility"],
        key=lambda column: column.map(order) if column.name == "facility" else column,
        ignore_index=True,
    )
