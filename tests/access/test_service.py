"""People on cells, and who is served before and after sites, on a small example of land."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

import landlink
from landlink import cli
from landlink.access.people import counted, existing
from landlink.access.save import save_services
from landlink.access.service import How
from landlink.city.land import Land
from landlink.errors import DataError
from landlink.plan.chain import measure_service, people_on_cells
from landlink.plan.plan import Plan
from landlink.schema import PEOPLE
from landlink.siting.sites import Siting


@pytest.fixture(scope="module")
def plan(land: Land) -> Plan:
    return landlink.make_plan(land.city, landlink.load_policy("guangzhou-2018"), 2020)


@pytest.fixture(scope="module")
def there(plan: Plan, land: Land) -> pd.DataFrame:
    return people_on_cells(plan, land, cell_m=400)


def sited(plan: Plan, land: Land, facility: str, units: int) -> Plan:
    """The plan with one site in the middle of the most peopled part of 天河."""
    point = land.layers["facilities"].query("facility == 'hospital' and code == '440106'").geometry.iloc[0]
    shape = gpd.GeoSeries([point.buffer(60)], crs=land.crs).to_crs(4490)
    row = {
        "site": "S001", "parcel": "P1", "code": "440106", "district": "天河区", "facility": facility, "units": units,
        "capacity_persons": 10, "served": 5, "mean_m": 80.0, "site_m2": 9_000, "land_source": "renewal", "score": 0.5,
        "instead": "", "instead_unserved": pd.NA, "instead_m": np.nan, "status": "synthetic",
    }  # fmt: skip
    sites = gpd.GeoDataFrame([row], geometry=shape.to_numpy(), crs=4490)
    provision = pd.DataFrame(columns=["code", "district", "facility"])
    siting = Siting(plan.fingerprint, sites, provision, "optimal", 1.0, 1.0, 2.0, {}, {}, {}, "synthetic", 1, 1)
    return plan.with_siting(siting)


def test_people_sum_to_the_plan_s_figures(plan: Plan, there: pd.DataFrame) -> None:
    sums = there.groupby("code")[["residents", "settled"]].sum()
    assert sums["settled"].tolist() == plan.quota["settled"].tolist()
    assert sums["residents"].tolist() == plan.base.table["residents"].tolist()
    aged = counted(there, plan.rules.standard("elder_care"), "settled").groupby(there["code"]).sum()
    needs = plan.needs[plan.needs["facility"] == "elder_care"].set_index("code")["persons"]
    assert aged.tolist() == needs.tolist()


def test_people_near_housing_and_jobs(plan: Plan, land: Land, there: pd.DataFrame) -> None:
    near = people_on_cells(plan, land, cell_m=400, housing_share=0.5, jobs_share=0.3)
    assert near["residents"].tolist() == there["residents"].tolist()
    assert near.groupby("code")["settled"].sum().tolist() == there.groupby("code")["settled"].sum().tolist()
    housing = shapely.MultiPoint(list(existing(land, "affordable_housing").geometry))
    far = shapely.distance(shapely.points(near["x"], near["y"]), housing)
    assert (near["settled"] * far).sum() < 0.8 * (there["settled"] * far).sum()


def test_service_before_sites(plan: Plan, land: Land, there: pd.DataFrame) -> None:
    for facility in plan.rules.with_radius:
        found = measure_service(plan, land, there, facility)
        cells = found.cells
        assert (cells["access_before"] == cells["access_after"]).all()
        # Capacity is conserved: what residents have is what those facilities hold that anybody reaches.
        had = (cells["access_before"] * cells["residents"]).sum() / 1000
        facilities = existing(land, facility)
        points = shapely.points(cells.loc[cells["residents"] > 0, ["x", "y"]].to_numpy())
        tree = shapely.STRtree(points)
        reached = facilities[[len(tree.query(point, "dwithin", found.radius_m)) > 0 for point in facilities.geometry]]
        assert had == pytest.approx(reached["capacity"].sum(), rel=1e-9)
        near = cells["nearest_before_m"] <= found.radius_m
        assert ((cells["access_before"] > 0) == near).mean() > 0.999
        assert found.status == "synthetic"


def test_a_site_serves_those_around_it(plan: Plan, land: Land, there: pd.DataFrame) -> None:
    before = measure_service(plan, land, there, "hospital", How(method="2sfca"))
    after = measure_service(sited(plan, land, "hospital", 5_000), land, there, "hospital", How(method="2sfca"))
    assert after.sites == 1
    cells = after.cells
    assert (before.cells["access_before"] == cells["access_before"]).all()
    gained = cells["access_after"] - cells["access_before"]
    assert (gained >= -1e-9).all()
    assert (gained * cells["residents"]).sum() / 1000 == pytest.approx(5_000)
    whole = after.table(None).set_index(["group", "when"])
    for group in ("residents", "settled"):
        assert whole.loc[(group, "after"), "short_persons"] <= whole.loc[(group, "before"), "short_persons"]
        assert whole.loc[(group, "after"), "covered"] >= whole.loc[(group, "before"), "covered"]
        curve = after.lorenz(group, "after")
        assert curve["population"].iloc[-1] == pytest.approx(1)
        assert (curve["access"] <= curve["population"] + 1e-12).all()


@pytest.mark.parametrize(
    "how",
    [
        How(decay="steps"),
        How(decay="power"),
        How(method="3sfca"),
        How(method="m2sfca"),
        How(circuity=1.4),
        How(travel="network"),
    ],
    ids=lambda how: f"{how.method}-{how.decay}-{how.travel}-{how.circuity}",
)
def test_ways_to_measure(plan: Plan, land: Land, there: pd.DataFrame, how: How) -> None:
    found = measure_service(plan, land, there, "hospital", how)
    plain = measure_service(plan, land, there, "hospital")
    assert found.cells["access_before"].max() > 0
    assert not np.allclose(found.cells["access_before"], plain.cells["access_before"])
    table = found.table()
    assert len(table) == 2 * 2 * len(plan.quota)
    assert table["gini"].between(0, 1).all()


@pytest.mark.parametrize("group", PEOPLE)
def test_covered_is_what_the_table_has(plan: Plan, land: Land, there: pd.DataFrame, group: str) -> None:
    nobody = there.assign(settled=there["settled"].where(there["code"] != "440112", 0))
    found = measure_service(plan, land, nobody, "hospital")
    table = pd.concat([found.table(), found.table(None).assign(code="")])
    told = table[(table["group"] == group) & (table["persons"] > 0)]
    expected = told.pivot_table(index="code", columns="when", values="covered")
    covered = found.covered(group).set_index("code")
    assert covered.to_dict() == expected.to_dict()
    assert ("440112" in covered.index) == (group == "residents")
    assert covered.to_numpy().max() > 0
    empty = replace(found, cells=found.cells.assign(**{group: 0}))
    assert empty.covered(group).empty


def test_sizes_in_persons(plan: Plan) -> None:
    # 80 places per 1,000 persons: 1,080 places serve 13,500; 1,125 serve 14,062.5, so 14,062 whole persons.
    assert plan.rules.standard("primary_school").persons_for([1_080, 1_125]).tolist() == [13_500, 14_062]


def without(land: Land, name: str) -> Land:
    return replace(land, layers={key: layer for key, layer in land.layers.items() if key != name})


def unsized(land: Land) -> Land:
    layer = land.layers["facilities"].copy()
    layer.loc[layer["facility"] == "hospital", "capacity"] = pd.NA
    return replace(land, layers={**land.layers, "facilities": layer})


FAULTS: dict[str, tuple[Callable[[Plan, Land, pd.DataFrame], object], str]] = {
    "no capacity": (
        lambda plan, land, there: measure_service(plan, unsized(land), there, "hospital"), "people.capacity_missing",
    ),
    "no radius": (lambda plan, land, there: measure_service(plan, land, there, "senior_secondary"), "option.choice"),
    "no facility": (lambda plan, land, there: measure_service(plan, land, there, "cinema"), "option.choice"),
    "no method": (
        lambda plan, land, there: measure_service(plan, land, there, "hospital", How(method="4sfca")), "option.choice",
    ),
    "no roads": (
        lambda plan, land, cells: measure_service(
            plan, without(land, "roads"), cells, "hospital", How(travel="network")
        ),
        "package.resource_missing",
    ),
    "no raster": (lambda plan, land, _: people_on_cells(plan, replace(land, rasters={})), "package.resource_missing"),
    "other city": (
        lambda plan, land, _: people_on_cells(plan, replace(land, districts=land.districts.iloc[:5])),
        "people.other_city",
    ),
    "nothing draws": (
        lambda plan, land, _: people_on_cells(plan, without(land, "facilities"), jobs_share=0.2),
        "people.drawn_by_nothing",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("do", "expected"), FAULTS.values(), ids=FAULTS)
def test_faults(
    do: Callable[[Plan, Land, pd.DataFrame], object], expected: str, plan: Plan, land: Land, there: pd.DataFrame
) -> None:
    with pytest.raises(DataError) as error:
        do(plan, land, there)
    assert [fault.id for fault in error.value.faults] == [expected]
    assert error.value.text("en") != error.value.text("zh")


def test_without_facilities_nobody_is_served(plan: Plan, land: Land, there: pd.DataFrame) -> None:
    found = measure_service(plan, without(land, "facilities"), there, "hospital")
    assert (found.cells["access_before"] == 0).all()
    assert found.cells["nearest_before_m"].isna().all()
    assert (found.table(None)["covered"] == 0).all()


def test_what_is_written(plan: Plan, land: Land, there: pd.DataFrame, tmp_path: Path) -> None:
    with_site = sited(plan, land, "hospital", 400)
    found = [measure_service(with_site, land, there, name) for name in ("hospital", "elder_care")]
    written = save_services(found, land, 400, tmp_path)
    assert sorted(path.name for path in written) == [
        "access.csv", "access_elder_care.tif", "access_hospital.tif", "access_hospital_after.tif", "lorenz.csv",
    ]  # fmt: skip
    table = pd.read_csv(tmp_path / "access.csv", dtype={"code": str})
    assert len(table) == 2 * 2 * 2 * (len(plan.quota) + 1)
    with rasterio.open(tmp_path / "access_hospital.tif") as source:
        assert source.tags()["status"] == "synthetic"
        values = source.read(1, masked=True)
    assert (~values.mask).sum() == len(there)
    assert np.nansum(values) == pytest.approx(found[0].cells["access_before"].sum(), rel=1e-5)


def test_the_command(example: Path, plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    landlink.save_plan(plan, tmp_path / "plan")
    arguments = ["access", str(example), "--plan", str(tmp_path / "plan"), "--cell", "400", "--lang", "en"]
    assert cli.main([*arguments, "--facility", "hospital", "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    assert "General hospital" in shown
    assert "synthetic" in shown
    assert (tmp_path / "out/access.csv").is_file()
    assert cli.main([*arguments, "--facility", "cinema", "--out", str(tmp_path / "none")]) == 2
    assert not (tmp_path / "none").exists()
    assert "kindergarten" in capsys.readouterr().err
