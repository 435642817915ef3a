"""Land by class of use: the city's shares of the entitlement, facilities counted in their class, and what is left."""

import shutil
from fractions import Fraction
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import landlink
from landlink.errors import DataError
from landlink.needs import ledger, uses
from landlink.needs.uses import RANGES, class_of, outside
from landlink.policy import load_policy
from landlink.schema import USE_CLASSES
from landlink.units import exact, half_up
from tests.folders import manifest
from tests.paths import GUANGZHOU
from tests.shares import structure, with_shares

RULES = load_policy("guangzhou-2018").on("2020-12-31")
FACILITIES = RULES.facilities
STOCK = ("stock_met_m2", "stock_short_m2", "stock_unverified_m2")


def district_land(entitlement: int, budget: int, code: str = "440112") -> pd.DataFrame:
    row = {"code": code, "district": "黄埔区", "entitlement_m2": entitlement, "quota_m2": budget, "budget_m2": budget}
    return pd.DataFrame([row | {"cut_m2": entitlement - budget} | dict.fromkeys(STOCK, 0)])


def grants(areas: dict[str, int], code: str = "440112") -> pd.DataFrame:
    rows = [(code, facility.id, areas.get(facility.id, 0)) for facility in FACILITIES]
    table = pd.DataFrame(rows, columns=["code", "facility", "granted_m2"])
    return table.assign(land_m2=table["granted_m2"], deficit_m2=0)


def by_class(table: pd.DataFrame) -> dict[str, list[int]]:
    rows = table[["target_m2", "livelihood_m2", "other_m2"]].to_numpy().tolist()
    return dict(zip(table["use_class"], rows, strict=True))


def test_facilities_are_counted_in_the_classes_of_the_standard() -> None:
    assert {facility.id: class_of(facility) for facility in FACILITIES} == {
        "affordable_housing": "R",
        "kindergarten": "R",
        "primary_school": "A",
        "junior_secondary": "A",
        "senior_secondary": "A",
        "hospital": "A",
        "community_health_centre": "R",
        "elder_care": "A",
        "employment": "M",
    }


def test_a_district_worked_by_hand() -> None:
    # E = 100,003 m². R 33.3 %: 33,300.999; A 7 %: 7,000.21; B 5 %: 5,000.15; M 20 %: 20,000.6; G 10 %: 10,000.3;
    # together 75.3 %: 75,302.259, so 75,302 m². Rounded each alone: 33,301 + 7,000 + 5,000 + 20,001 + 10,000 = 75,302.
    shares = structure({"G": 10.0, "M": 20.0, "R": 33.3, "A": 7.0, "B": 5.0})
    # Facilities: R 1,000 + 300 + 200, A 6,000 + 1,500, jobs 10,001 of which B 5/25: 2,000.2 and M 20/25: 8,000.8.
    areas = {"affordable_housing": 1_000, "kindergarten": 300, "community_health_centre": 200}
    areas |= {"primary_school": 6_000, "hospital": 1_500, "employment": 10_001}
    # They lack: R 33,301 − 1,500, A nothing (7,500 > 7,000), B 5,000 − 2,000, M 20,001 − 8,001, G 10,000: 56,801 m².
    land, granted = district_land(100_003, 90_000), grants(areas)
    table = uses(land, granted, FACILITIES, shares)
    assert table["use_class"].tolist() == ["R", "A", "B", "M", "G"]
    assert by_class(table) == {
        "R": [33_301, 1_500, 31_801],
        "A": [7_000, 7_500, 0],
        "B": [5_000, 2_000, 3_000],
        "M": [20_001, 8_001, 12_000],
        "G": [10_000, 0, 10_000],
    }
    # Budget 90,000 − granted 19,001 − other 56,801 leaves 14,198 m².
    sheet = ledger(land, granted, table).iloc[0]
    assert (sheet["granted_m2"], sheet["other_m2"], sheet["unassigned_m2"]) == (19_001, 56_801, 14_198)
    # With 29,001 m² only 10,000 are left: × 31,801 ÷ 56,801 = 5,598.7, 528.2, 2,112.6 and 1,760.5 m²; rounded they are
    # 5,599 + 528 + 2,113 + 1,761 = 10,001, and G, whose last quotient 10,000 ÷ 3,521 is the least, keeps 1,760.
    short = uses(district_land(100_003, 29_001), granted, FACILITIES, shares)
    assert short["other_m2"].tolist() == [5_599, 0, 528, 2_113, 1_760]


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({"R": 30.0}, {"M": 901}),
        ({"M": 20.0, "B": 0.0}, {"M": 901, "B": 0}),
        ({"B": 20.0}, {"B": 901}),
        # 901 × ½ = 450.5: the half goes to B, which comes first
        ({"M": 20.0, "B": 20.0}, {"B": 451, "M": 450}),
        # 901 × 10 ÷ 40 = 225.25
        ({"M": 30.0, "B": 10.0}, {"B": 225, "M": 676}),
    ],
)
def test_land_for_jobs_goes_by_the_shares_of_its_classes(shares: dict[str, float], expected: dict[str, int]) -> None:
    table = uses(district_land(10_000, 10_000), grants({"employment": 901}), FACILITIES, structure(shares))
    of_jobs = table[table["use_class"].isin(["B", "M"])]
    assert dict(zip(of_jobs["use_class"], of_jobs["livelihood_m2"], strict=True)) == expected


def test_without_shares_all_that_is_left_is_other_uses() -> None:
    land, granted = district_land(10_000, 8_000), grants({"hospital": 3_000})
    table = uses(land, granted, FACILITIES, structure({}))
    assert table.empty
    sheet = ledger(land, granted, table).iloc[0]
    assert (sheet["other_m2"], sheet["unassigned_m2"]) == (5_000, 0)


SHARES = st.dictionaries(st.sampled_from(USE_CLASSES), st.integers(0, 1_250), min_size=1).map(
    lambda tenths: {use: share / 100 for use, share in tenths.items()}
)


@given(SHARES, st.integers(0, 10**9), st.data())
def test_uses_close_to_the_square_metre(shares: dict[str, float], entitlement: int, data: st.DataObject) -> None:
    budget = data.draw(st.integers(0, entitlement))
    areas, left = {}, budget
    for facility in FACILITIES:
        areas[facility.id] = data.draw(st.integers(0, left))
        left -= areas[facility.id]
    land, granted, given_shares = district_land(entitlement, budget), grants(areas), structure(shares)
    table = uses(land, granted, FACILITIES, given_shares)
    sheet = ledger(land, granted, table).iloc[0]
    total = sum((exact(share) for share in shares.values()), start=Fraction(0))
    assert table["target_m2"].sum() == half_up(entitlement * total / 100)
    assert table["livelihood_m2"].sum() == sheet["granted_m2"]
    assert table["livelihood_m2"].sum() + table["other_m2"].sum() + sheet["unassigned_m2"] == budget
    lacking = (table["target_m2"] - table["livelihood_m2"]).clip(lower=0)
    assert (table["other_m2"].between(0, lacking)).all()
    assert sheet["unassigned_m2"] >= 0
    assert sheet["unassigned_m2"] == 0 or (table["other_m2"] == lacking).all()
    for use, share in shares.items():
        target = table.set_index("use_class").loc[use, "target_m2"]
        assert abs(target - entitlement * exact(share) / 100) <= len(USE_CLASSES)


@given(SHARES, st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**6)), min_size=1, max_size=4), st.randoms())
def test_order_never_matters(shares: dict[str, float], districts: list[tuple[int, int]], order: Random) -> None:
    codes = [f"44010{number}" for number in range(len(districts))]
    land = pd.concat(
        [
            district_land(area + granted, area + granted, code)
            for code, (area, granted) in zip(codes, districts, strict=True)
        ]
    )
    parts = [
        grants({"hospital": granted // 3, "employment": granted // 2}, code)
        for code, (_, granted) in zip(codes, districts, strict=True)
    ]
    granted = pd.concat(parts, ignore_index=True)
    seed = order.randrange(1_000)
    mixed = granted.sample(frac=1, random_state=seed), structure(shares).sample(frac=1, random_state=seed)
    table = uses(land, granted, FACILITIES, structure(shares))
    pd.testing.assert_frame_equal(uses(land, mixed[0], FACILITIES, mixed[1]), table)
    turned = uses(land.iloc[::-1], granted, tuple(reversed(FACILITIES)), structure(shares))
    kept = turned.sort_values("code", kind="stable", ignore_index=True)
    pd.testing.assert_frame_equal(kept, table)


@pytest.mark.parametrize("use", RANGES)
def test_shares_outside_the_standard_are_flagged_and_not_refused(use: str) -> None:
    least, most = RANGES[use]
    assert [outside(structure({use: float(share)})) for share in (least, most)] == [[], []]
    assert [row[0] for share in (least - 0.1, most + 0.1) for row in outside(structure({use: share}))] == [use, use]


def test_a_plan_names_the_classes_outside_the_standard() -> None:
    city, policy = landlink.load_city("guangzhou"), load_policy("guangzhou-2018")
    plan = landlink.make_plan(with_shares(city, {"R": 45.0, "A": 7.0, "G": 9.5, "W": 30.0}), policy, 2020)
    note = next(note for note in plan.notes if note.id == "structure_outside")
    assert "R 45 % (25–40 %); G 9.5 % (10–15 %)" in note.text("zh")
    assert "structure_not_official" in [note.id for note in plan.notes]
    inside = landlink.make_plan(with_shares(city, {"R": 40.0, "A": 5.0}), policy, 2020)
    assert "structure_outside" not in [note.id for note in inside.notes]
    assert plan.fingerprint != inside.fingerprint
    # All quotas and grants stay; other uses are divided.
    without = landlink.make_plan(city, policy, 2020)
    pd.testing.assert_frame_equal(plan.needs, without.needs)
    both = plan.ledger["other_m2"] + plan.ledger["unassigned_m2"]
    assert both.tolist() == without.ledger["other_m2"].tolist()


def write_shares(folder: Path, rows: str) -> Path:
    """A copy of the example city that gives shares."""
    shutil.copytree(GUANGZHOU, folder / "city")
    lines = [f"{row},市规划,2018,official,seen" for row in rows.split("\n")]
    table = "\n".join(["use_class,share_pct,source,date,status,confidence", *lines])
    (folder / "city" / "land_structure.csv").write_text(table, encoding="utf-8")
    manifest(lambda entries: entries.update(shares={"name": "land_structure", "path": "land_structure.csv"}))(
        folder / "city"
    )
    return folder / "city"


@pytest.mark.parametrize(
    ("shares", "row", "found"),
    [("R,60\nA,40.1\nG,5", 3, "105.1"), ("R,99\nA,0.5\nG,0.6", 4, "100.1")],
)
def test_shares_above_the_whole_are_refused(tmp_path: Path, shares: str, row: int, found: str) -> None:
    with pytest.raises(DataError) as error:
        landlink.load_city(write_shares(tmp_path, shares))
    fault = error.value.faults[0]
    assert (fault.id, fault.file, fault.row, fault.column) == (
        "table.shares_above",
        "land_structure.csv",
        row,
        "share_pct",
    )
    assert found in error.value.text("zh")
    assert "100 %" in error.value.text("en")


def test_shares_of_exactly_the_whole_are_read(tmp_path: Path) -> None:
    city = landlink.load_city(write_shares(tmp_path, "R,33.3\nA,33.3\nM,33.4"))
    assert city.tables["land_structure"]["share_pct"].tolist() == [33.3, 33.3, 33.4]
