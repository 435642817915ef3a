"""What annexes tell beside a plan's own figures (基础资料): settlement by channel, targets, land and service."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd

from landlink.access.service import Service
from landlink.city import City
from landlink.city.facts import settlement_rows
from landlink.city.land import Land, has_land, load_land
from landlink.errors import DataError
from landlink.plan.chain import check_districts, measure_service, people_on_cells
from landlink.plan.plan import Plan
from landlink.supply.find import Supply, find_supply
from landlink.supply.save import load_supply
from landlink.years.targets import targets

COVERAGE = ("facility", "code", "before", "after")


@dataclass(frozen=True, slots=True)
class Material:
    """Figures of the city that a plan does not hold; what is not at hand is empty.

    Parameters
    ----------
    settlement
        Rows of the table ``settlement`` that the plan's settled population comes from, by district and channel.
    targets
        Targets against the statistics, see :func:`landlink.years.targets.targets`.
    parcels
        What can be developed of each parcel, and its score: see :attr:`landlink.supply.find.Supply.parcels`. None
        where land has not been looked at.
    constraints
        The table ``constraints``, in order.
    zones
        Shapes of each constraint that has a layer, in the parcels' plane, by constraint.
    land_status
        The least official status of parcels and constraints.
    services
        Service by kind of facility, before and after the plan's sites.
    coverage
        Share of settled people with a facility within its radius: ``facility``, ``code`` (empty for the whole city),
        ``before`` and ``after``; missing where nobody settles.
    """

    settlement: pd.DataFrame
    targets: pd.DataFrame
    parcels: gpd.GeoDataFrame | None = None
    constraints: pd.DataFrame = field(default_factory=pd.DataFrame)
    zones: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    land_status: str = ""
    services: tuple[Service, ...] = ()
    coverage: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=COVERAGE))


def material(plan: Plan, city: City, found: Supply | None = None, services: tuple[Service, ...] = ()) -> Material:
    """Return what the annexes of a plan can tell of its city.

    Parameters
    ----------
    found
        Where land can be had; None where it has not been looked for.
    services
        Service by kind of facility, of this plan.

    Raises
    ------
    DataError
        The plan is of another city's districts.
    """
    check_districts(plan, city.codes)
    settled = settlement_rows(city, plan.options.year, plan.options.basis)
    told = targets(city, plan.rules)
    known = Material(settled, told, services=services, coverage=coverage(services))
    if found is None:
        return known
    return replace(
        known,
        parcels=found.parcels,
        constraints=found.developable.constraints,
        zones=found.land.zones,
        land_status=found.status,
    )


def coverage(services: Iterable[Service]) -> pd.DataFrame:
    """Coverage of settled people by facility, of districts and of the whole city; see :class:`Material`."""
    found = [one.covered("settled").assign(facility=one.facility) for one in services]
    return pd.concat(found, ignore_index=True)[list(COVERAGE)] if found else pd.DataFrame(columns=list(COVERAGE))


def survey(plan: Plan, city: City, *, supply_folder: Path | None = None, accept_questions: bool = False) -> Material:
    """Look for land and measure service, where the city has the layers for it, and return it all.

    Parameters
    ----------
    supply_folder
        Folder of :func:`landlink.supply.save.save_supply`, whose supply is taken instead of being computed again.

    Raises
    ------
    DataError
        The plan is of another city's districts, something is wrong with the city's land, or the saved supply is of
        other data.
    """
    known = material(plan, city)
    if not has_land(city):
        return known
    land = load_land(city, accept_questions=accept_questions)
    if supply_folder is not None:
        found = load_supply(supply_folder, land)
    else:
        with tempfile.TemporaryDirectory(prefix="landlink-") as name:
            found = find_supply(land, Path(name))
    return material(plan, city, found, tuple(_services(plan, land)))


def _services(plan: Plan, land: Land) -> Iterator[Service]:
    """Service of each kind of facility that it can be measured for; the others are told among the gaps."""
    cells = people_on_cells(plan, land)
    for facility in plan.rules.with_radius:
        with suppress(DataError):  # existing facilities without a capacity
            yield measure_service(plan, land, cells, facility)
