"""The settlement plan of a city: what it is drawn from, what it writes, and what it says of its figures."""

import shutil
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

import landlink
from landlink import cli
from landlink.city import City
from landlink.files.check import check
from landlink.needs import needs
from landlink.policy import load_policy
from landlink.schema import INPUTS
from landlink.years.settlement import Settlement, plan_settlement, save_settlement
from tests.folders import ids
from tests.paths import GUANGZHOU

CITY = landlink.load_city(GUANGZHOU)
POLICY = load_policy("guangzhou-2018")
YEARS = range(2017, 2021)
PRIORITY = ["440112", "440114", "440115", "440118"]
ORIGIN = {"source": "x", "date": "2019", "status": "official", "confidence": "seen"}


def without(*names: str) -> City:
    return replace(CITY, tables={name: table for name, table in CITY.tables.items() if name not in names})


def with_table(name: str, *rows: dict[str, object]) -> City:
    frame = pd.DataFrame([{**ORIGIN, **row} for row in rows]).astype(str)
    frame.index = pd.RangeIndex(2, len(rows) + 2)
    table = check(frame, INPUTS[name], f"{name}.csv")
    table.attrs["file"] = f"{name}.csv"
    return replace(CITY, tables={**CITY.tables, name: table})


def said(settlement: Settlement) -> dict[str, dict[str, object]]:
    assert all(note.text(lang) for note in settlement.notes for lang in ("zh", "en"))
    return {note.id: dict(note.values) for note in settlement.notes}


@pytest.fixture(scope="module")
def made() -> Settlement:
    return plan_settlement(CITY, POLICY, YEARS)


def test_the_example_s_plan_sums_to_the_city_s_figures(made: Settlement) -> None:
    # (9,200,000 − 8,704,900) ÷ 4 = 123,775 a year; 60 % 74,265, 20 % 24,755
    figures = {"talent": 74_265, "points": 24_755, "policy": 24_755}
    sums = made.plan.groupby(["year", "channel"])["persons"].sum().to_dict()
    assert sums == {(year, channel): persons for year in YEARS for channel, persons in figures.items()}
    assert made.plan["persons"].sum() == 9_200_000 - 8_704_900


def test_priority_districts_are_weighted_on_talent_since_the_plan_of_2018(made: Settlement) -> None:
    weighted = made.plan[made.plan["weight"] != 1]
    assert set(weighted["channel"]) == {"talent"}
    assert set(weighted["year"]) == {2018, 2019, 2020}
    assert sorted(set(weighted["code"])) == PRIORITY
    # 黄埔 settled 19,094 of 210,518 in 2019; 黄埔, 花都, 南沙, 增城 together 68,506, which count as 82,207.2:
    # 74,265 × 19,094 × 1.2 ÷ (210,518 − 68,506 + 82,207.2) = 1,701,622,... ÷ 224,219.2 = 7,589.16
    huangpu = made.plan.set_index(["code", "year", "channel"])["persons"]["440112"]
    assert Fraction(74_265 * 19_094 * 12, 10) / (Fraction(210_518 - 68_506) + Fraction(68_506 * 12, 10)) // 1 == 7_589
    assert huangpu[2018, "talent"] == 7_589
    # without weight 74,265 × 19,094 ÷ 210,518 = 6,735.87, and 24,755 × 19,094 ÷ 210,518 = 2,245.29
    assert huangpu[2017, "talent"] == 6_736
    assert huangpu[2018, "points"] == 2_245


def test_what_the_example_says_of_its_figures(made: Settlement) -> None:
    assert said(made) == {
        "settlement_totals": {"status": "estimated"},
        "settlement_weight_assumed": {"years": "2018, 2019, 2020", "weight": "1.2"},
        "settlement_claim_actual": {"year": 2019},
        "settlement_claim_later": {"year": 2019},
        "settlement_actual_whole": {"years": "2019"},
        "settlement_actual_unknown": {"years": "2017, 2018, 2020"},
    }


def test_only_what_is_known_is_compared(made: Settlement) -> None:
    known = made.comparison[made.comparison["actual"].notna()]
    assert set(known["year"]) == {2019}
    assert set(known["channel"]) == {"all"}
    city = known[known["code"] == ""].iloc[0]
    # 210,518 − 123,775 = 86,743; 210,518 ÷ 123,775 = 170.08 %
    assert (city["planned"], city["actual"], city["difference"]) == (123_775, 210_518, 86_743)
    assert round(city["share_pct"], 2) == 170.08


def test_without_a_plan_of_the_city_the_districts_plans_are_its_figures() -> None:
    made = plan_settlement(without("settlement_targets"), POLICY, [2018])
    assert made.totals[["year", "channel", "persons", "status"]].to_numpy().tolist() == [
        [2018, "all", 123_775, "estimated"]
    ]
    assert "settlement_whole" in said(made)
    # In proportion to 2019's actual, as the example's own plan is.
    stated = CITY.tables["settlement"].query("basis == 'planned' and year == 2018").set_index("code")["persons"]
    assert made.plan.set_index("code")["persons"].to_dict() == stated.to_dict()


def test_a_figure_that_the_user_enters() -> None:
    shares = {"talent": Fraction(1), "points": Fraction(1)}
    made = plan_settlement(
        CITY, POLICY, [2019, 2020], total=10_001, shares=shares, weight=Decimal(2), claim="residents"
    )
    assert made.totals["persons"].tolist() == [2_501, 2_500, 2_500, 2_500]
    assert made.plan["persons"].sum() == 10_001
    assert set(made.plan.loc[made.plan["code"].isin(PRIORITY) & (made.plan["channel"] == "talent"), "weight"]) == {2.0}
    assert said(made)["settlement_claim_residents"] == {"year": 2018}


def test_options_that_are_wrong_are_told() -> None:
    assert ids(lambda: plan_settlement(CITY, POLICY, [])) == ["option.years"]
    assert ids(lambda: plan_settlement(CITY, POLICY, [2019], claim="area")) == ["option.choice"]
    assert ids(lambda: plan_settlement(CITY, POLICY, [2019], weight=Decimal("0.9"))) == ["option.range"]
    assert ids(lambda: plan_settlement(CITY, POLICY, [2030])) == ["data.year_missing"]
    assert ids(lambda: plan_settlement(CITY, load_policy("anhui-2017"), [2019], weight=Decimal(101))) == [
        "option.range"
    ]


def test_targets_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(GUANGZHOU, tmp_path / "city"))
    with (folder / "settlement_targets.csv").open("a", encoding="utf-8") as file:
        file.write("2018,all,123776,x,2018,official,seen\n")
    assert ids(lambda: landlink.load_city(folder)) == ["data.channels_disagree"]


def test_the_plan_s_rows_are_a_city_s_planned_settlement(made: Settlement, tmp_path: Path) -> None:
    paths = save_settlement(made, CITY, tmp_path)
    assert [path.name for path in paths] == [
        *("settlement_plan.csv", "settlement_comparison.csv", "settlement_totals.csv", "settlement.csv"),
    ]
    frame = pd.read_csv(tmp_path / "settlement.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    rows = check(frame.set_axis(pd.RangeIndex(2, len(frame) + 2)), INPUTS["settlement"], "settlement.csv")
    rows.attrs["file"] = "settlement.csv"
    assert set(rows["basis"]) == {"planned"}
    city = replace(CITY, tables={**CITY.tables, "settlement": rows})
    plan = landlink.make_plan(city, POLICY, 2020, basis="planned")
    assert plan.quota["settled"].sum() == 123_775
    assert set(plan.base.sources.query("item == 'settled'")["status"]) == {"estimated"}


HOLDERS = ({"code": "440112", "year": 2019, "persons": 100_000}, {"code": "440111", "year": 2019, "persons": 50_000})


def test_permit_holders_without_standards_have_no_need() -> None:
    made = plan_settlement(with_table("permit_holders", *HOLDERS), POLICY, [2020])
    assert made.permit.empty
    assert said(made)["permit_no_standard"] == {"count": 150_000, "year": 2019}


def test_permit_holders_need_by_standards_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "id: own\ntitle: {zh: a, en: a}\nextends: guangzhou-2018\n"
        'documents: {own: {title: a, number: "", issued: "2018"}}\nfacilities:\n'
        "  primary_school: {fields: {permit_share_pct: "
        '{"2018-01-01": {value: 50, source: own, clause: a, confidence: seen}}}}\n'
        "  elder_care: {fields: {permit_share_pct: "
        '{"2018-01-01": {value: 10, source: own, clause: a, confidence: seen}}}}\n',
        encoding="utf-8",
    )
    city, policy = with_table("permit_holders", *HOLDERS), load_policy(path)
    made = plan_settlement(city, policy, [2020])
    assert said(made)["permit_apart"] == {"count": 150_000, "year": 2019}
    rows = made.permit.set_index(["code", "facility"])
    assert list(rows.index.get_level_values("facility").unique()) == ["primary_school", "elder_care"]
    # Half of 100,000 as settled people: the same function with the same standard.
    alone = pd.DataFrame({"code": ["440112"], "district": ["黄埔区"], "settled": [50_000]})
    school = needs(alone, policy.on("2020-12-31")).set_index("facility").loc["primary_school"]
    assert tuple(rows.loc[("440112", "primary_school"), ["permit_units", "permit_land_m2"]]) == tuple(
        school[["units", "land_m2"]]
    )
    # No plan of the linkage moves.
    assert landlink.make_plan(city, policy, 2020).quota.equals(landlink.make_plan(CITY, POLICY, 2020).quota)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str) -> None:
    out = tmp_path / "out"
    arguments = ["settlement", str(GUANGZHOU), "--policy", "guangzhou-2018", "--from", "2018", "--to", "2019"]
    assert cli.main([*arguments, "--out", str(out), "--lang", lang]) == 0
    shown = capsys.readouterr().out
    assert "210,518" in shown
    assert "170.08" in shown
    assert (out / "settlement_plan.csv").is_file()
    assert cli.main([*arguments, "--out", str(out), "--share", "luck=1", "--lang", lang]) == 2
