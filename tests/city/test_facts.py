"""District facts: edits take the place of what a table states before anything is computed from it."""

from dataclasses import replace
from fractions import Fraction

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

import landlink
from landlink.city import City
from landlink.city.edits import EDITABLE, most
from landlink.city.facts import central_share, district_facts
from landlink.columns import Fact
from landlink.schema import FACTS, INPUTS
from landlink.units import M2_PER_HA, half_up
from tests.paths import GUANGZHOU

CITY = landlink.load_city(GUANGZHOU)
POLICY = landlink.load_policy("guangzhou-2018")
LIWAN = "440103"  # standard 100 m² a person


def with_settled(city: City, persons: dict[str, int], central: dict[str, int] | None = None) -> City:
    """Return the city with other actual settlement of 2019, and persons of it inside the central area."""
    table = city.tables["settlement"].copy()
    actual = table["basis"] == "actual"
    table.loc[actual, "persons"] = table["code"].map(persons).fillna(table["persons"]).astype("int64")
    table["central_persons"] = table["code"].map(central or {}).where(actual).astype("Int64")
    table.attrs["file"] = "settlement.csv"
    return replace(city, tables={**city.tables, "settlement": table})


def with_layer(city: City, code: str, share: float) -> City:
    """Return the city with a central area over the south of a district, by a share of its area."""
    west, south, east, north = city.districts.loc[city.districts["code"] == code, "geometry"].total_bounds
    low, high = south, north
    for _ in range(40):
        middle = (low + high) / 2
        area = gpd.GeoDataFrame(geometry=[box(west, south, east, middle)], crs=city.districts.crs)
        layered = replace(city, central_area=area)
        found = central_share(layered)
        assert found is not None
        low, high = (middle, high) if found[code] < share else (low, middle)
    return layered


def entered(values: dict[str, int | float], item: str = "settled") -> pd.DataFrame:
    return pd.DataFrame({"code": list(values), item: list(values.values())})


LAYERED = with_layer(CITY, LIWAN, 0.466)


def test_persons_inside_the_central_area_follow_an_edit() -> None:
    city = with_settled(LAYERED, {LIWAN: 10_000})
    # 10,000 × 46.6 % = 4,660 settle inside: (10,000 − 4,660) × 100 m² = 534,000 m² of new land
    before = landlink.make_plan(city, POLICY, 2020).quota.set_index("code").loc[LIWAN]
    assert (before["stock_need_m2"], before["demand_m2"]) == (466_000, 534_000)
    # 20,000 × 46.6 % = 9,320: 10,680 × 100 = 1,068,000 m², and not (20,000 − 4,660) × 100 = 1,534,000, 46.6 ha more
    plan = landlink.make_plan(city, POLICY, 2020, edits=entered({LIWAN: 20_000}))
    after = plan.quota.set_index("code").loc[LIWAN]
    assert (after["stock_need_m2"], after["demand_m2"]) == (932_000, 1_068_000)


def test_persons_that_the_table_states_follow_an_edit_in_proportion() -> None:
    city = with_settled(LAYERED, {LIWAN: 10_000}, {LIWAN: 3_333})
    facts = district_facts(city, 2020, "previous-actual", entered({LIWAN: 20_001}))
    # 20,001 × 3,333 ÷ 10,000 = 6,666.3…
    assert facts.table.set_index("code").loc[LIWAN, "central_settled"] == 6_666
    origin = facts.sources.set_index(["code", "item"]).loc[(LIWAN, "central_settled")]
    assert (origin["status"], origin["confidence"]) == ("estimated", "default")
    assert district_facts(city, 2020, "previous-actual").table.set_index("code").loc[LIWAN, "central_settled"] == 3_333


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(st.sampled_from(CITY.codes), st.integers(0, 10**7), min_size=1),
    st.dictionaries(st.sampled_from(CITY.codes), st.integers(0, 8_000)),
)
def test_an_edited_city_is_one_whose_table_says_so(persons: dict[str, int], central: dict[str, int]) -> None:
    stated = CITY.tables["settlement"].query("basis == 'actual'").set_index("code")["persons"]
    central = {code: min(inside, int(stated[code])) for code, inside in central.items()}
    city = with_settled(LAYERED, {}, central)
    edited = district_facts(city, 2020, "previous-actual", entered(persons))
    scaled = {
        code: half_up(Fraction(persons.get(code, int(stated[code])) * inside, int(stated[code])))
        for code, inside in central.items()
    }
    said = district_facts(with_settled(LAYERED, persons, scaled), 2020, "previous-actual")
    pd.testing.assert_frame_equal(edited.table, said.table)


@pytest.mark.parametrize("item", EDITABLE)
def test_an_edit_has_the_bounds_of_the_table(item: str) -> None:
    fact = FACTS[item]
    limit = most(fact)
    assert limit == (INPUTS[fact.table][fact.column].maximum or 0) * (M2_PER_HA if fact.unit == "m2" else 1)
    district_facts(CITY, 2020, "previous-actual", entered({LIWAN: limit}, item))
    for value in (limit + 1, 10**400, 1e300):
        with pytest.raises(landlink.DataError) as error:
            district_facts(CITY, 2020, "previous-actual", entered({LIWAN: value}, item))
        assert [fault.id for fault in error.value.faults] == ["table.cell_above"]
        assert all(error.value.text(lang) for lang in ("zh", "en"))


def test_edits_without_codes_are_refused() -> None:
    with pytest.raises(landlink.DataError) as error:
        district_facts(CITY, 2020, "previous-actual", pd.DataFrame({"district": [LIWAN], "settled": [1]}))
    assert [fault.id for fault in error.value.faults] == ["table.column_missing"]


def test_the_last_edit_of_a_value_counts() -> None:
    edits = pd.DataFrame({"code": [LIWAN, LIWAN], "settled": [5, 8_433]})
    facts = district_facts(CITY, 2020, "previous-actual", edits)
    assert facts.table.set_index("code").loc[LIWAN, "settled"] == 8_433
    origin = facts.sources.set_index(["code", "item"]).loc[(LIWAN, "settled")]
    assert origin["source"].startswith("用户填写")


def test_every_number_of_a_table_has_bounds() -> None:
    numbers = [
        (table.name, column) for table in INPUTS.values() for column in table.columns if column.kind in ("int", "float")
    ]
    assert [
        (table, column.name)
        for table, column in numbers
        if column.maximum is None or (column.minimum is None and column.above is None)
    ] == []


def test_a_fact_s_column_is_declared() -> None:
    assert [name for name, fact in FACTS.items() if fact.column not in INPUTS[fact.table].names] == []


def test_a_fact_that_may_be_missing_is_drawn_as_it_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    land = CITY.tables["land"].assign(vacant_ha=[1.25, *[None] * (len(CITY.tables["land"]) - 1)])
    land.attrs["file"] = "land.csv"
    monkeypatch.setitem(FACTS, "vacant_m2", Fact("vacant_m2", "m2", "land", "vacant_ha", "latest", required=False))
    facts = district_facts(replace(CITY, tables={**CITY.tables, "land": land}), 2020, "previous-actual")
    assert facts.table["vacant_m2"].dropna().to_list() == [12_500]
    assert facts.sources.query("item == 'vacant_m2'")["code"].to_list() == [land["code"].iloc[0]]
