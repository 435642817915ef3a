"""Figures of the city that go with a plan's own into annexes (基础资料): settlement, targets, land and service."""

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
from landlink.city.land import Land, credits_of, has_land, has_people, load_land
from landlink.errors import DataError
from landlink.plan.chain import check_districts, measure_service, people_on_cells
from landlink.plan.plan import Plan
from landlink.policy import origins_counted
from landlink.supply.find import Supply, find_supply
from landlink.supply.save import load_supply
from landlink.years.targets import targets

COVERAGE = ("facility", "code", "before", "after")


@dataclass(frozen=True, slots=True)
class Material:
    """Figures of the city that a plan does not hold; those that are not known are empty.

    Parameters
    ----------
    settlement
        Rows of the table ``settlement`` that the plan's settled population comes from, by district and channel.
    targets
        Targets against the statistics, see :func:`landlink.years.targets.targets`.
    parcels
        What can be developed of each parcel, and its score: see :attr:`landlink.supply.find.Supply.parcels`. None
        where supply has not been measured.
    constraints
        The table ``constraints``, in order.
    zones
        Shapes of each constraint that has a layer, in the parcels' plane, by constraint.
    credits
        Whom sheets that show a layer must name, by layer; see :func:`landlink.city.land.credits_of`.
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
    credits: Mapping[str, str] = field(default_factory=dict)
    land_status: str = ""
    services: tuple[Service, ...] = ()
    coverage: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=COVERAGE))


def material(plan: Plan, city: City, supply: Supply | None = None, services: tuple[Service, ...] = ()) -> Material:
    """Figures of a city that go with a plan's own.

    Parameters
    ----------
    supply
        Where land can be had; None where it has not been measured.
    services
        Service by kind of facility, of this plan.

    Raises
    ------
    DataError
        The plan is of another city's districts.
    """
    check_districts(plan, city.codes)
    settlement = settlement_rows(city, plan.options.year, plan.options.basis, origins_counted(plan.rules))
    figures = Material(settlement, targets(city, plan.rules), services=services, coverage=coverage(services))
    if supply is None:
        return figures
    return replace(
        figures,
        parcels=supply.parcels,
        constraints=supply.developable.constraints,
        zones=supply.land.zones,
        credits=credits_of(supply.land.city),
        land_status=supply.status,
    )


def coverage(services: Iterable[Service]) -> pd.DataFrame:
    """Coverage of settled people by facility, of districts and of the whole city; see :class:`Material`."""
    shares = [service.covered("settled").assign(facility=service.facility) for service in services]
    return pd.concat(shares, ignore_index=True)[list(COVERAGE)] if shares else pd.DataFrame(columns=list(COVERAGE))


def survey(plan: Plan, city: City, *, supply_folder: Path | None = None, accept_questions: bool = False) -> Material:
    """Measure supply and service where the city has the layers for it, and return all figures of the city.

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
    figures = material(plan, city)
    if not has_land(city):
        return figures
    land = load_land(city, accept_questions=accept_questions)
    if supply_folder is not None:
        supply = load_supply(supply_folder, land)
    else:
        with tempfile.TemporaryDirectory(prefix="landlink-") as name:
            supply = find_supply(land, Path(name))
    return material(plan, city, supply, tuple(_services(plan, land)))


def _services(plan: Plan, land: Land) -> Iterator[Service]:
    """Service of each kind of facility that it can be measured for; the others are named among the gaps."""
    if not has_people(land.city):
        return
    cells = people_on_cells(plan, land)
    for facility in plan.rules.with_radius:
        with suppress(DataError):  # existing facilities without a capacity
            yield measure_service(plan, land, cells, facility)
