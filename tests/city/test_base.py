"""Base pairs: which year-end a district's land and residents are of, and what another one is worth."""

from dataclasses import replace

import pandas as pd
import pytest

import landlink
from landlink.city import City
from landlink.city.base import base_pairs, base_years
from landlink.city.facts import years
from landlink.plan.plan import Plan
from tests.paths import GUANGZHOU

CITY, POLICY = landlink.load_city(GUANGZHOU), landlink.load_policy("guangzhou-2018")
LIWAN, BAIYUN = "440103", "440111"


def with_rows(city: City, name: str, rows: pd.DataFrame) -> City:
    """Return the city with other rows of a table."""
    table = rows.reset_index(drop=True)
    table.attrs["file"] = f"{name}.csv"
    return replace(city, tables={**city.tables, name: table})


def with_land(city: City, year: int, codes: list[str] | None = None, factor: float = 1) -> City:
    """Return the city with land of another year beside its own, for some districts or all."""
    land = city.tables["land"]
    more = land[land["code"].isin(codes or city.codes) & (land["year"] == 2019)].assign(year=year, date=f"{year}-12-31")
    return with_rows(city, "land", pd.concat([land, more.assign(urban_land_ha=more["urban_land_ha"] * factor)]))


def without(city: City, name: str, code: str, year: int) -> City:
    table = city.tables[name]
    return with_rows(city, name, table[(table["code"] != code) | (table["year"] != year)])


def dates(plan: Plan, code: str) -> dict[str, str]:
    rows = plan.base.sources[plan.base.sources["code"] == code].set_index("item")["date"]
    return {item: rows[item][:4] for item in ("residents", "urban_share_pct", "urban_land_m2")}


@pytest.mark.parametrize(("year", "pair"), [(2018, 2017), (2019, 2018), (2020, 2019)])
def test_the_latest_pair_until_the_year_before_is_taken(year: int, pair: int) -> None:
    city = with_land(with_land(CITY, 2017, factor=0.8), 2018, factor=0.9)
    plan = landlink.make_plan(city, POLICY, year, basis="planned")
    assert set(plan.pairs["base_year"]) == set(plan.pairs["default_year"]) == {pair}
    assert dates(plan, BAIYUN) == dict.fromkeys(("residents", "urban_share_pct", "urban_land_m2"), str(pair))
    population = CITY.tables["population"].query("kind == 'resident' and code == @BAIYUN").set_index("date")["persons"]
    facts = plan.base.table.set_index("code").loc[BAIYUN]
    assert facts["residents"] == population[f"{pair}-12-31"]
    assert facts["urban_land_m2"] == {2017: 200_000_000, 2018: 225_000_000, 2019: 250_000_000}[pair]


@pytest.mark.parametrize("lacking", ["land", "urban_share"])
def test_a_district_that_lacks_one_of_them_falls_back_to_an_earlier_pair(lacking: str) -> None:
    city = without(with_land(CITY, 2018), lacking, BAIYUN, 2019)
    plan = landlink.make_plan(city, POLICY, 2020)
    pairs = plan.pairs.set_index("code")["base_year"]
    assert pairs[BAIYUN] == 2018
    assert set(pairs.drop(BAIYUN)) == {2019}
    # land, residents and share of one year-end, never of two
    assert set(dates(plan, BAIYUN).values()) == {"2018"}
    assert set(dates(plan, LIWAN).values()) == {"2019"}
    assert base_years(city) == [2018]


def test_no_pair_no_standard() -> None:
    city = without(with_land(CITY, 2018), "urban_share", BAIYUN, 2018)
    with pytest.raises(landlink.DataError) as error:
        landlink.make_plan(city, POLICY, 2019, basis="planned")
    (fault,) = error.value.faults
    assert (fault.id, fault.values["codes"], fault.values["year"]) == ("data.base_pair_missing", BAIYUN, 2018)
    assert fault.values["choices"] == "2019"
    assert fault.values["have"] == "population: 2010, 2016–2020, 2023; urban_share: 2010–2017, 2019; land: 2018–2019"
    assert all(part in fault.text(lang) for part in (BAIYUN, "--base-year", "2019") for lang in ("zh", "en"))


def test_the_file_that_lacks_is_named() -> None:
    with pytest.raises(landlink.DataError) as error:
        landlink.make_plan(CITY, POLICY, 2018, basis="planned")
    (fault,) = error.value.faults
    assert (fault.file, fault.values["codes"]) == ("land.csv", ", ".join(CITY.codes))


@pytest.mark.parametrize("year", [2017, 2018, 2019])
def test_the_example_s_earlier_years_take_the_pair_of_2019_by_the_option(year: int) -> None:
    plan = landlink.make_plan(CITY, POLICY, year, basis="planned", base_year=2019)
    assert dates(plan, BAIYUN) == dict.fromkeys(("residents", "urban_share_pct", "urban_land_m2"), "2019")
    assert plan.pairs["default_year"].isna().all()
    assert plan.pairs["moved_m2"].isna().all()
    assert (plan.notes[0].id, dict(plan.notes[0].values)) == ("base_alone", {"count": 11, "year": 2019})
    assert all("2019" in plan.notes[0].text(lang) for lang in ("zh", "en"))


def test_what_another_pair_moves_is_told_in_ha() -> None:
    # With a fifth less land in 2018 districts fall to steps of more land for those who settle.
    city = with_land(CITY, 2018, factor=0.8)
    default = landlink.make_plan(city, POLICY, 2020)
    other = landlink.make_plan(city, POLICY, 2020, base_year=2018)
    moved = other.quota["entitlement_m2"] - default.quota["entitlement_m2"]
    assert moved.ne(0).any()
    pairs = other.pairs
    assert pairs["moved_m2"].tolist() == moved.tolist()
    assert (set(pairs["base_year"]), set(pairs["default_year"])) == ({2018}, {2019})
    assert [note.id for note in other.notes if note.id.startswith("base")] == ["base_moved"]
    values = other.notes[0].values
    assert (values["count"], values["year"], values["default"]) == (11, 2018, "2019")
    assert values["area_ha"] == f"{moved.sum() / 10_000:+,.2f}"
    assert other.fingerprint != default.fingerprint


def test_the_default_s_own_year_is_no_other_pair() -> None:
    plan = landlink.make_plan(CITY, POLICY, 2020, base_year=2019)
    assert not [note.id for note in plan.notes if note.id.startswith("base")]
    pd.testing.assert_frame_equal(plan.quota, landlink.make_plan(CITY, POLICY, 2020).quota)


def test_a_year_without_pairs_cannot_be_chosen() -> None:
    with pytest.raises(landlink.DataError) as error:
        landlink.make_plan(CITY, POLICY, 2020, base_year=2016)
    (fault,) = error.value.faults
    assert (fault.id, fault.file, fault.values["choices"]) == ("data.base_year_missing", "land.csv", "2019")
    assert all("2016" in fault.text(lang) for lang in ("zh", "en"))


def test_residents_of_two_series_are_no_pair_to_compare_with() -> None:
    population = CITY.tables["population"]
    revised = population[(population["date"] == "2019-12-31") & (population["kind"] == "resident")].head(1)
    mixed = with_rows(with_land(CITY, 2018), "population", pd.concat([population, revised.assign(series="revised")]))
    with pytest.raises(landlink.DataError) as error:
        base_pairs(mixed, 2020)
    assert [fault.id for fault in error.value.faults] == ["data.series_several"]
    assert base_years(mixed) == [2018]
    assert base_pairs(mixed, 2020, 2018).years["default_year"].isna().all()


def test_a_date_without_a_day_is_the_year_s_end() -> None:
    population = CITY.tables["population"]
    at_end = population["date"] == "2019-12-31"
    census = population[at_end & (population["kind"] == "resident")].assign(
        date="2019-11-01", series="census", persons=1
    )
    yearly = with_rows(
        CITY, "population", pd.concat([population.assign(date=population["date"].where(~at_end, "2019")), census])
    )
    assert base_pairs(yearly, 2020).rows["residents"]["persons"].sum() > len(CITY.codes)


def test_years_need_a_pair_or_one_to_choose() -> None:
    assert years(CITY, "planned") == [2017, 2018, 2019, 2020]
    # 白云 has land of 2018 only, all others of 2019: no year that all have, and 2019 the first with a pair for each
    split = without(with_land(CITY, 2018, [BAIYUN]), "land", BAIYUN, 2019)
    assert base_years(split) == []
    assert years(split, "planned") == [2020]
    assert years(with_rows(CITY, "land", CITY.tables["land"].assign(year=2009)), "planned") == []
