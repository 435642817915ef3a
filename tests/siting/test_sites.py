"""Parcels for a plan's facilities on a small example of land: what is chosen, what is refused, and solves beside."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest

import landlink
from landlink import cli
from landlink.annex import Edition, write_geopackage
from landlink.city.land import load_land
from landlink.errors import DataError
from landlink.plan.chain import measure_service, people_on_cells, site_facilities, siting_task
from landlink.plan.plan import Plan
from landlink.plan.site_files import save_sites
from landlink.siting.request import Chosen, Wish
from landlink.siting.solver import Weights
from landlink.siting.worker import Solve
from landlink.supply.find import Supply, find_supply
from landlink.units import half_up

FEW = ("primary_school", "elder_care")


@pytest.fixture(scope="module")
def found(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Supply:
    return find_supply(load_land(landlink.load_city(example)), tmp_path_factory.mktemp("rasters"), cell_m=400)


@pytest.fixture(scope="module")
def plan(found: Supply) -> Plan:
    return landlink.make_plan(found.land.city, landlink.load_policy("guangzhou-2018"), 2020)


@pytest.fixture(scope="module")
def there(plan: Plan, found: Supply) -> pd.DataFrame:
    return people_on_cells(plan, found.land, cell_m=400)


@pytest.fixture(scope="module")
def chosen(plan: Plan, found: Supply, there: pd.DataFrame) -> Chosen:
    return site_facilities(plan, found, there, Wish(candidates=200), gap=0.02, time_limit=30)


def assert_sound(chosen: Chosen, plan: Plan, found: Supply) -> None:
    """Assert that sites keep to parcels, grants, quota, radius and sizes, and that every person is counted once."""
    siting, sites, provision = chosen.siting, chosen.siting.sites, chosen.siting.provision
    parcels = found.developable.parcels.set_index("parcel")
    assert (parcels.loc[sites["parcel"], "developable_m2"].to_numpy() >= sites["site_m2"]).all()
    assert (parcels.loc[sites["parcel"], "code"].to_numpy() == sites["code"]).all()
    granted = plan.needs.set_index(["code", "facility"])["granted_m2"]
    taken = sites.groupby(["code", "facility"])["site_m2"].sum()
    assert (taken <= granted[taken.index]).all()
    new = sites[sites["land_source"] == "new"].groupby("code")["site_m2"].sum()
    assert (new <= plan.quota.set_index("code")["quota_m2"][new.index]).all()
    for site in sites.to_dict("records"):
        standard = plan.rules.standard(site["facility"])
        units = site["units"]
        assert site["site_m2"] == half_up(units * standard.land_per_unit(units, central=site["code"] in plan.central))
        assert units % int(standard.number("module_units", 1)) == 0
        assert units >= int(standard.number("min_units", 1))
        assert site["served"] <= site["capacity_persons"]
    catchments = chosen.catchments.merge(sites[["site", "facility"]], on="site")
    assert (catchments["metres"] <= catchments["facility"].map(plan.rules.radius_m) + 1e-6).all()
    assert catchments.groupby("site")["persons"].sum().to_dict() == {
        site: count for site, count in zip(sites["site"], sites["served"], strict=True) if count
    }
    parts = provision[["served_existing", "served_new", "unserved"]]
    assert (parts >= 0).all().all()
    assert (parts.sum(axis=1) == provision["persons"]).all()
    assert (provision["sited_m2"] + provision["unsited_m2"] == provision["granted_m2"]).all()
    assert provision["sited_m2"].sum() == sites["site_m2"].sum()
    assert provision["served_new"].sum() == sites["served"].sum()
    assert siting.bound <= siting.objective
    weighed = sum(siting.weights[name] * value for name, value in siting.terms.items())
    assert weighed == pytest.approx(siting.objective, rel=1e-9)


def test_sites_of_all_facilities(chosen: Chosen, plan: Plan, found: Supply) -> None:
    assert_sound(chosen, plan, found)
    assert len(chosen.siting.sites) > 20
    assert chosen.siting.sites["parcel"].is_unique
    assert chosen.siting.status in ("optimal", "gap", "time")
    assert chosen.siting.data_status == "synthetic"
    assert chosen.siting.candidates == 200
    assert chosen.siting.parcels > 200
    persons = chosen.siting.provision.set_index(["code", "facility"])["persons"]
    assert (persons == plan.needs.set_index(["code", "facility"])["persons"][persons.index]).all()


def test_the_plan_with_sites(chosen: Chosen, plan: Plan, found: Supply, there: pd.DataFrame, tmp_path: Path) -> None:
    sited = plan.with_siting(chosen.siting)
    assert sited.fingerprint != plan.fingerprint
    written = save_sites(plan, chosen, tmp_path / "sited")
    assert {path.name for path in written} >= {"sites.csv", "provision.csv", "catchments.csv", "plan.json"}
    read = landlink.load_plan(tmp_path / "sited")
    assert read.fingerprint == sited.fingerprint
    pd.testing.assert_frame_equal(read.table("sites"), sited.table("sites"))
    write_geopackage(Edition(read), tmp_path / "layers.gpkg")
    assert "sites" in pyogrio.list_layers(tmp_path / "layers.gpkg")[:, 0]
    before = measure_service(plan, found.land, there, "primary_school").table(None)
    after = measure_service(read, found.land, there, "primary_school").table(None)
    late = after["when"] == "after"
    assert (after.loc[late, "covered"].to_numpy() >= before.loc[late, "covered"].to_numpy()).all()
    assert after.loc[late, "covered"].sum() > before.loc[late, "covered"].sum()
    # Sites are chosen for the plan as it is without them.
    again = site_facilities(read, found, there, Wish(("elder_care",), candidates=40), gap=0.05, time_limit=20)
    assert again.siting.plan == plan.fingerprint


def test_what_is_fixed_and_barred(chosen: Chosen, plan: Plan, found: Supply, there: pd.DataFrame) -> None:
    own = chosen.siting.sites[chosen.siting.sites["facility"] == "elder_care"]
    barred = tuple((parcel, "elder_care") for parcel in own["parcel"].iloc[:3])
    free = site_facilities(plan, found, there, Wish(("elder_care",), candidates=100), gap=0)
    others = free.siting.sites["parcel"]
    spare = found.developable.parcels.query("code == '440118' and developable_m2 > 5000 and land_source != 'none'")
    fixed = tuple((parcel, "elder_care") for parcel in spare["parcel"][~spare["parcel"].isin(others)].iloc[:1])
    bound = site_facilities(
        plan, found, there, Wish(("elder_care",), candidates=100, fixed=fixed, barred=barred), gap=0
    )
    assert_sound(bound, plan, found)
    parcels = set(bound.siting.sites["parcel"])
    assert {parcel for parcel, _ in fixed} <= parcels
    assert not {parcel for parcel, _ in barred} & parcels
    assert free.siting.status == bound.siting.status == "optimal"


def test_the_next_best_is_no_better(plan: Plan, found: Supply, there: pd.DataFrame) -> None:
    wish = Wish(("elder_care",), candidates=60)
    best = site_facilities(plan, found, there, wish, gap=0)
    rows = best.siting.sites[best.siting.sites["instead"] != ""]
    assert len(rows)
    site = rows.iloc[0]
    other = site_facilities(
        plan, found, there, Wish(("elder_care",), candidates=60, barred=((site["parcel"], "elder_care"),)), gap=0
    )
    assert other.siting.objective >= best.siting.objective - 1e-9
    assert site["instead"] not in set(best.siting.sites["parcel"])


@pytest.mark.parametrize(
    "wish",
    [
        Wish(FEW, group="residents", candidates=80),
        Wish(FEW, split=True, candidates=80),
        Wish(FEW, sources=("new",), candidates=80),
        Wish(FEW, existing=False, candidates=80),
        Wish(FEW, weights=Weights(cover=10, distance=30, suitability=50, new_land=50), candidates=80),
    ],
    ids=["residents", "split", "new only", "nothing existing", "weights"],
)
def test_wishes(plan: Plan, found: Supply, there: pd.DataFrame, wish: Wish) -> None:
    made = site_facilities(plan, found, there, wish, gap=0.02, time_limit=30)
    assert_sound(made, plan, found)
    assert set(made.siting.sites["facility"]) <= set(FEW)
    assert set(made.siting.sites["land_source"]) <= set(wish.sources)
    if not wish.existing:
        assert (made.siting.provision["served_existing"] == 0).all()


FAULTS: dict[str, tuple[Callable[[Supply], Wish], str]] = {
    "facility": (lambda _: Wish(("cinema",)), "option.choice"),
    "no radius": (lambda _: Wish(("senior_secondary",)), "option.choice"),
    "group": (lambda _: Wish(FEW, group="tourists"), "option.choice"),
    "source": (lambda _: Wish(FEW, sources=("none",)), "option.choice"),
    "parcel": (lambda _: Wish(FEW, fixed=(("nowhere", "elder_care"),)), "land.parcel_unknown"),
    "barred facility": (lambda found: Wish(FEW, barred=((first(found), "hospital"),)), "option.choice"),
    "no room": (lambda found: Wish(FEW, fixed=((in_use(found), "elder_care"),)), "sites.fixed_unusable"),
    "both": (
        lambda found: Wish(FEW, fixed=((first(found), "elder_care"),), barred=((first(found), "elder_care"),)),
        "sites.fixed_and_barred",
    ),
}


def first(found: Supply) -> str:
    return str(found.developable.parcels.query("code == '440118' and developable_m2 > 9000")["parcel"].iloc[0])


def in_use(found: Supply) -> str:
    return str(found.developable.parcels.query("land_source == 'none'")["parcel"].iloc[0])


@pytest.mark.parametrize(("wish", "expected"), FAULTS.values(), ids=FAULTS)
def test_faults(plan: Plan, found: Supply, there: pd.DataFrame, wish: Callable[[Supply], Wish], expected: str) -> None:
    with pytest.raises(DataError) as error:
        site_facilities(plan, found, there, wish(found), time_limit=10)
    assert {fault.id for fault in error.value.faults} == {expected}
    assert error.value.text("en") != error.value.text("zh")


def test_sites_beyond_the_granted_land(plan: Plan, found: Supply, there: pd.DataFrame) -> None:
    # 从化 is granted land for one elder care home; two that must be there are one too many.
    spare = found.developable.parcels.query("code == '440117' and developable_m2 > 5000")["parcel"].iloc[:2]
    wish = Wish(("elder_care",), fixed=tuple((parcel, "elder_care") for parcel in spare))
    with pytest.raises(DataError) as error:
        site_facilities(plan, found, there, wish, time_limit=10)
    assert [fault.id for fault in error.value.faults] == ["sites.fixed_over_budget"]
    assert str(error.value)


@pytest.fixture
def task(plan: Plan, found: Supply, there: pd.DataFrame):
    return siting_task(plan, found, there, Wish(("elder_care",), candidates=60))


def test_two_solves_beside_each_other(task, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    limits = {"time_limit": 60, "gap": 0.0}
    solves = [Solve(task, folder, limits) for folder in folders]
    results = [solve.result() for solve in solves]
    assert not any(solve.running for solve in solves)
    assert results[0].siting.objective == results[1].siting.objective
    assert results[0].siting.status == "optimal"
    pd.testing.assert_frame_equal(results[0].siting.provision, results[1].siting.provision)


def test_a_stopped_solve_keeps_its_best_answer(plan: Plan, found: Supply, there: pd.DataFrame, tmp_path: Path) -> None:
    task = siting_task(plan, found, there, Wish(candidates=300))
    solve = Solve(task, tmp_path, {"time_limit": 120, "gap": 0.0})
    until = time.monotonic() + 60
    while (solve.progress() is None or not np.isfinite(solve.progress().objective)) and time.monotonic() < until:
        time.sleep(0.1)
    assert solve.trace
    solve.stop()
    asked = time.monotonic()
    result = solve.result()
    assert time.monotonic() - asked < 30
    assert result.siting.status in ("stopped", "optimal")
    assert len(result.siting.sites)


def test_a_solve_that_ends_in_faults(plan: Plan, found: Supply, there: pd.DataFrame, tmp_path: Path) -> None:
    parcel = first(found)
    pair = ((parcel, "elder_care"),)
    task = siting_task(plan, found, there, Wish(FEW, fixed=pair, barred=pair))
    with pytest.raises(DataError) as error:
        Solve(task, tmp_path, {"time_limit": 10, "gap": 0.0}).result()
    assert error.value.faults[0].id == "sites.fixed_and_barred"


def test_a_solve_that_is_killed(task, tmp_path: Path) -> None:
    solve = Solve(task, tmp_path, {"time_limit": 60, "gap": 0.0})
    solve._process.kill()
    with pytest.raises(DataError) as error:
        solve.result()
    assert error.value.faults[0].id == "sites.ended"


def test_time_that_runs_out_leaves_sites(plan: Plan, found: Supply, there: pd.DataFrame) -> None:
    chosen = site_facilities(plan, found, there, Wish(candidates=200), gap=0, time_limit=0.01)
    assert_sound(chosen, plan, found)
    assert chosen.siting.status == "time"
    assert len(chosen.siting.sites)


def test_iterations_in_place_of_the_clock_give_the_same_sites(
    plan: Plan, found: Supply, there: pd.DataFrame, tmp_path: Path
) -> None:
    wish = Wish(FEW, candidates=80)
    one = site_facilities(plan, found, there, wish, gap=0, time_limit=None, iterations=2)
    limits = {"gap": 0.0, "time_limit": None, "iterations": 2}
    other = Solve(siting_task(plan, found, there, wish), tmp_path, limits).result()
    assert one.siting.status in ("iterations", "optimal")
    pd.testing.assert_frame_equal(
        one.siting.sites.drop(columns="geometry"), other.siting.sites.drop(columns="geometry")
    )
    assert (one.siting.objective, one.siting.bound) == (other.siting.objective, other.siting.bound)


def test_the_command(
    example: Path, plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landlink.supply.find.CELL_M", 500.0)
    landlink.save_plan(plan, tmp_path / "plan")
    arguments = ["site", str(example), "--plan", str(tmp_path / "plan"), "--cell", "400", "--lang", "en"]
    arguments += ["--facility", "elder_care", "--candidates", "60", "--iterations", "20"]
    assert cli.main([*arguments, "--weight", "new_land=5", "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    assert "Elder care home" in shown
    assert "gap" in shown
    assert (tmp_path / "out/sites.csv").is_file()
    for wrong in (["--weight", "beauty=2"], ["--weight", "cover=much"], ["--fix", "P1"], ["--source", "moon"]):
        assert cli.main([*arguments, *wrong, "--out", str(tmp_path / "none")]) == 2
        assert not (tmp_path / "none").exists()
        assert wrong[1].partition("=")[0] in capsys.readouterr().err
    assert cli.main([*arguments, "--time-limit", "0", "--out", str(tmp_path / "hasty")]) == 0
    assert (tmp_path / "hasty/sites.csv").is_file()
    explain = ["explain", str(tmp_path / "out"), "sites", "440103", "--site", "S001", "--lang", "en"]
    assert cli.main(explain) == 0
    assert "Site area" in capsys.readouterr().out
