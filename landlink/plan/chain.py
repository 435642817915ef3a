"""The chain after the quota, run for a plan: people on cells, service of facilities, sites on parcels.

The stages themselves take tables and know of no plan: this module hands a plan's tables to them.
"""

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from landlink.access.cells import CELL_M
from landlink.access.people import people
from landlink.access.service import How, Service, service
from landlink.city.land import Land
from landlink.errors import DataError, Fault
from landlink.plan.plan import Plan
from landlink.siting.choose import choose_sites
from landlink.siting.limits import Watch
from landlink.siting.prepare import prepare
from landlink.siting.request import Chosen, Grants, Task, Wish
from landlink.supply.find import Supply


def check_districts(plan: Plan, codes: Iterable[str]) -> None:
    """Check that a city's districts are those of a plan.

    Raises
    ------
    DataError
        Their codes differ.

    Examples
    --------
    >>> import landlink
    >>> plan = landlink.make_plan(landlink.load_city("guangzhou"), landlink.load_policy("guangzhou-2018"), 2020)
    >>> check_districts(plan, plan.quota["code"])
    """
    in_plan, in_city = set(plan.quota["code"]), set(codes)
    if in_plan != in_city:
        values = {
            "plan": ", ".join(sorted(in_plan - in_city)) or "—",
            "city": ", ".join(sorted(in_city - in_plan)) or "—",
        }
        raise DataError(Fault("people.other_city", values))


def people_on_cells(
    plan: Plan, land: Land, *, cell_m: float = CELL_M, housing_share: float = 0.0, jobs_share: float = 0.0
) -> pd.DataFrame:
    """Residents and settled people of a plan on cells; see :func:`landlink.access.people.people`.

    Raises
    ------
    DataError
        The land is of another city than the plan, has no population raster, or a share is drawn by nothing.
    """
    check_districts(plan, land.districts["code"])
    residents = plan.base.table.set_index("code")["residents"]
    settled = plan.quota.set_index("code")["settled"]
    return people(land, residents, settled, cell_m=cell_m, housing_share=housing_share, jobs_share=jobs_share)


def measure_service(plan: Plan, land: Land, cells: pd.DataFrame, facility: str, how: How | None = None) -> Service:
    """Service of a kind of facility, before the plan's sites and with them; see :func:`landlink.access.service`.

    Raises
    ------
    DataError
        The facility has no radius or the policy does not know it, an existing one has no capacity, the city has no
        roads to go along, or an option is wrong.
    """
    plan.rules.radius_m(facility)
    sites = sites_of(plan, land, facility)
    statuses = [*plan.base.sources["status"], *([] if plan.siting is None else [plan.siting.data_status])]
    return service(land, cells, plan.rules.standard(facility), sites, how, statuses=statuses)


def sites_of(plan: Plan, land: Land, facility: str) -> gpd.GeoDataFrame:
    """The plan's sites of a kind of facility as points in the land's plane, with their capacities in units."""
    if plan.siting is None:
        return gpd.GeoDataFrame({"capacity": pd.Series(dtype="int64")}, geometry=[], crs=land.crs)
    sites = plan.siting.sites[plan.siting.sites["facility"] == facility].to_crs(land.crs)
    points = sites.representative_point()
    return gpd.GeoDataFrame({"capacity": sites["units"].to_numpy("int64")}, geometry=points.to_numpy(), crs=land.crs)


def grants(plan: Plan) -> Grants:
    """Land that a plan grants to facilities; sites that the plan has do not count.

    Examples
    --------
    >>> import landlink
    >>> plan = landlink.make_plan(landlink.load_city("guangzhou"), landlink.load_policy("guangzhou-2018"), 2020)
    >>> grants(plan).plan == plan.fingerprint
    True
    """
    fingerprint = plan.fingerprint if plan.siting is None else plan.siting.plan
    return Grants(fingerprint, plan.needs, plan.quota, plan.central, plan.rules)


def siting_task(plan: Plan, supply: Supply, cells: pd.DataFrame, wish: Wish) -> Task:
    """Problem of siting a plan's facilities; see :func:`landlink.siting.prepare.prepare`."""
    return prepare(grants(plan), supply, cells, wish)


def site_facilities(
    plan: Plan,
    supply: Supply,
    cells: pd.DataFrame,
    wish: Wish | None = None,
    *,
    time_limit: float | None = 60,
    gap: float = 0.01,
    seed: int = 0,
    threads: int = 1,
    watch: Watch | None = None,
    iterations: int | None = None,
) -> Chosen:
    """Choose parcels for a plan's facilities, to a proven gap; see :func:`landlink.siting.choose.choose_sites`."""
    return choose_sites(
        grants(plan),
        supply,
        cells,
        wish,
        time_limit=time_limit,
        gap=gap,
        seed=seed,
        threads=threads,
        watch=watch,
        iterations=iterations,
    )
