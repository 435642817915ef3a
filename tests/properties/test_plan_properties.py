"""What must hold for every city: conservation, order-independence, monotonicity, and the exact balanced result."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from landlink.linkage import own_quota, quota, sources
from landlink.needs import grant, land_of_district, ledger, needs
from landlink.policy import BALANCING_RULES, Rules, load_policy
from landlink.schema import STOCK_SOURCES, USABLE_SOURCES, available, release_share
from tests.policies import weighted

DAY = "2020-12-31"
GUANGZHOU = weighted(load_policy("guangzhou-2018"), "1.2").on(DAY)
CODES = ("440103", "440104", "440111", "440112", "440113", "440114", "440118", "440200", "440300")
AREAS = st.one_of(st.none(), st.integers(0, 3_000_000))


@st.composite
def cities(draw: st.DrawFn, most: int = len(CODES)) -> pd.DataFrame:
    """District facts as a baseline holds them."""
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=most, unique=True))
    count = len(codes)

    def column(values: st.SearchStrategy[object]) -> list[object]:
        return draw(st.lists(values, min_size=count, max_size=count))

    return pd.DataFrame(
        {
            "code": codes,
            "district": [f"区{code}" for code in codes],
            "settled": column(st.integers(0, 50_000)),
            "central_settled": 0,
            "residents": column(st.integers(1_000, 4_000_000)),
            "urban_share_pct": [number / 100 for number in column(st.integers(1_000, 10_000))],  # type: ignore[operator]
            "urban_land_m2": column(st.integers(1, 300_000_000)),
            "new_capacity_m2": pd.array(column(AREAS), dtype="Int64"),
            **{available(name): pd.array(column(AREAS), dtype="Int64") for name in STOCK_SOURCES},
            **{release_share(name): column(st.sampled_from([None, 0.0, 0.1, 0.25, 1.0])) for name in STOCK_SOURCES},
        }
    ).astype({"settled": "int64", "residents": "int64", "urban_land_m2": "int64"})


def with_rules(rule: str, cap_m2: int | None, offset: Decimal = Decimal(0), adjust: Decimal = Decimal(0)) -> Rules:
    rules = GUANGZHOU
    given_values: dict[str, object] = {
        "balance.rule": rule,
        "stock.offset_share": offset,
        "linkage.adjustment": adjust,
    }
    if cap_m2 is not None:
        given_values["balance.city_cap"] = Decimal(cap_m2) / 10_000
    for name, content in given_values.items():
        rules = rules.replace(replace(GUANGZHOU["linkage.adjustment"], parameter=name, content=content))
    return rules


@st.composite
def ruled(draw: st.DrawFn) -> Rules:
    cap = draw(st.one_of(st.none(), st.integers(0, 20_000_000)))
    share = Decimal(draw(st.integers(0, 100))) / 100
    return with_rules(
        draw(st.sampled_from(tuple(BALANCING_RULES))), cap, share, Decimal(draw(st.integers(-100, 100))) / 10
    )


@st.composite
def measured_land(draw: st.DrawFn, base: pd.DataFrame) -> pd.DataFrame | None:
    """Measured supply of some cities: gross and synthetic land of each source, complete in some districts."""
    if draw(st.booleans()):
        return None
    rows = []
    for code in base["code"]:
        complete = draw(st.booleans())
        for source in USABLE_SOURCES:
            gross = draw(st.integers(0, 3_000_000))
            rows.append((code, source, gross, 0 if complete else draw(st.integers(0, 10**6)), complete, "official"))
    return pd.DataFrame(rows, columns=["code", "land_source", "gross_m2", "synthetic_m2", "complete", "status"])


def limits(
    base: pd.DataFrame, table: pd.DataFrame, measured: pd.DataFrame | None = None
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    capacity = base.set_index("code")["new_capacity_m2"].reindex(table["code"]).fillna(10**15).to_numpy("int64")
    supply = np.full(len(table), 10**15)
    if measured is not None:
        new = measured[(measured["land_source"] == "new") & measured["complete"]].set_index("code")["gross_m2"]
        supply = new.reindex(table["code"]).fillna(10**15).to_numpy("int64")
    return np.minimum(table["demand_m2"].to_numpy("int64"), np.minimum(capacity, supply))


@given(cities(), ruled(), st.data())
def test_land_is_conserved_to_the_square_metre(base: pd.DataFrame, rules: Rules, data: st.DataObject) -> None:
    measured = data.draw(measured_land(base))
    table, divisor = quota(base, rules, measured=measured)
    upper = limits(base, table, measured)
    assert [own_quota(code, divisor) for code in table["code"]] == table["quota_m2"].tolist()
    cap = rules.get("balance.city_cap")
    total = int(upper.sum())
    if cap is not None:
        total = min(total, int(cap.number * 10_000))
    assert table["quota_m2"].sum() == total
    assert (table["entitlement_m2"] == table["stock_need_m2"] + table["demand_m2"]).all()
    assert (table["demand_m2"] == table["quota_m2"] + table["cut_m2"]).all()
    assert (table["quota_m2"] >= 0).all()
    assert (table["quota_m2"] <= upper).all()
    assert ((table["cut_by"].map(len) == 0) == (table["cut_m2"] == 0)).all()
    assert (table["stock_offset_m2"] <= table["stock_need_m2"]).all()


@given(cities(), ruled(), st.randoms(use_true_random=False))
def test_the_order_of_districts_does_not_matter(base: pd.DataFrame, rules: Rules, random: object) -> None:
    order = list(range(len(base)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = base.iloc[order].reset_index(drop=True)
    (table, divisor), (again, same) = quota(base, rules), quota(shuffled, rules)
    pd.testing.assert_frame_equal(table, again)
    assert divisor == same


@given(cities(), st.sampled_from(tuple(BALANCING_RULES)), st.integers(0, 10_000_000), st.integers(0, 500_000))
def test_a_higher_cap_never_lowers_a_quota(base: pd.DataFrame, rule: str, cap: int, more: int) -> None:
    low, _ = quota(base, with_rules(rule, cap))
    high, _ = quota(base, with_rules(rule, cap + more))
    assert (high["quota_m2"] >= low["quota_m2"]).all()


@given(cities(), ruled(), st.integers(1, 10_000))
def test_settling_more_never_lowers_the_own_entitlement(base: pd.DataFrame, rules: Rules, more: int) -> None:
    grown = base.assign(settled=base["settled"] + more)
    assert (quota(grown, rules)[0]["entitlement_m2"] >= quota(base, rules)[0]["entitlement_m2"]).all()


def by_hand(claims: list[int], upper: list[int], lower: list[int], weights: list[Fraction], total: int) -> list[int]:
    """Webster's method, one unit after the other, in fractions."""
    shares = list(lower)
    votes = [claim * weight for claim, weight in zip(claims, weights, strict=True)]
    for _ in range(total - sum(lower)):
        open_ = [i for i in range(len(claims)) if shares[i] < upper[i]]
        best = max(open_, key=lambda i: (votes[i] / (2 * shares[i] + 1), votes[i], -i))
        shares[best] += 1
    return shares


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 12), AREAS), min_size=1, max_size=5),
    st.integers(0, 40),
    st.sampled_from(tuple(BALANCING_RULES)),
)
def test_balanced_result_against_fractions(claims: list[tuple[int, int | None]], cap: int, rule: str) -> None:
    codes = ["440111", "440112", "440113", "440114", "440118"][: len(claims)]
    base = pd.DataFrame(
        {
            "code": codes,
            "district": codes,
            # 1 person at 50 m², then a hundredth of it: the claims are small numbers of m²
            "settled": [claim for claim, _ in claims],
            "central_settled": 0,
            "residents": 1,
            "urban_share_pct": 100.0,
            "urban_land_m2": 1,
            "new_capacity_m2": pd.array([limit if limit is None else limit % 14 for _, limit in claims], dtype="Int64"),
        }
    )
    rules = with_rules(rule, cap)
    one = replace(rules["linkage.standard"], content=Decimal(1))
    table, _ = quota(base, rules.replace(one))
    demand = [claim for claim, _ in claims]
    assert table["demand_m2"].tolist() == demand
    upper = limits(base, table).tolist()
    total = min(sum(upper), cap)
    plain = [Fraction(1)] * len(claims)
    weights = [Fraction(6, 5) if code in ("440112", "440114", "440118") else Fraction(1) for code in codes]
    floors = [most // 2 for most in upper]
    if rule == "proportional":
        expected = by_hand(demand, upper, [0] * len(claims), plain, total)
    elif rule == "weighted":
        expected = by_hand(demand, upper, [0] * len(claims), weights, total)
    elif total <= sum(floors):
        expected = by_hand(floors, floors, [0] * len(claims), plain, total)
    else:
        expected = by_hand(demand, upper, floors, weights, total)
    assert table["quota_m2"].tolist() == expected


def account(base: pd.DataFrame, rules: Rules, measured: pd.DataFrame | None) -> tuple[pd.DataFrame, ...]:
    """Quota, land by source, needs and ledger."""
    table, _ = quota(base, rules, measured=measured)
    by_source = sources(table, base.sort_values("code", ignore_index=True), measured)
    land = land_of_district(table, by_source)
    granted = grant(needs(table[["code", "district", "settled"]], rules, central=("440103",)), land)
    return table, by_source, granted, ledger(land, granted)


@given(cities(), ruled(), st.data())
def test_the_ledger_closes(base: pd.DataFrame, rules: Rules, data: st.DataObject) -> None:
    measured, before = data.draw(measured_land(base)), base.copy()
    table, by_source, granted, sheet = account(base, rules, measured)
    parts = sheet[["quota_m2", "cut_m2", "stock_met_m2", "stock_short_m2", "stock_unverified_m2"]]
    assert (sheet["entitlement_m2"] == parts.sum(axis=1)).all()
    assert (by_source["need_m2"] == by_source[["met_m2", "short_m2", "unverified_m2"]].sum(axis=1)).all()
    of_district = by_source.groupby("code")["need_m2"].sum().reindex(table["code"]).to_numpy()
    assert (of_district == table["entitlement_m2"]).all()
    assert (by_source[["need_m2", "met_m2", "short_m2", "unverified_m2"]] >= 0).all(axis=None)
    known = by_source[by_source["available_m2"].notna()]
    assert (known["met_m2"] <= known["available_m2"]).all()
    nothing = by_source[by_source["known_by"].isin(["nothing", "gross only"]) & (by_source["land_source"] != "new")]
    assert (nothing["met_m2"] == 0).all()
    assert (sheet["budget_m2"] == sheet["quota_m2"] + sheet["stock_met_m2"] + sheet["stock_unverified_m2"]).all()
    assert (granted["granted_m2"] + granted["deficit_m2"] == granted["land_m2"]).all()
    assert (sheet["granted_m2"] + sheet["other_m2"] + sheet["unassigned_m2"] == sheet["budget_m2"]).all()
    assert ((sheet["deficit_m2"] == 0) | (sheet["other_m2"] == 0)).all()
    assert (granted["unverified_m2"] <= granted["granted_m2"]).all()
    on_unverified = granted.groupby("code")["unverified_m2"].sum().reindex(sheet["code"]).to_numpy()
    assert (on_unverified <= sheet["stock_unverified_m2"]).all()
    pd.testing.assert_frame_equal(base, before)


@given(cities(), ruled(), st.data())
def test_more_stock_or_supply_never_lowers_the_land_given_out(
    base: pd.DataFrame, rules: Rules, data: st.DataObject
) -> None:
    measured = data.draw(measured_land(base))
    *_, granted, sheet = account(base, rules, measured)
    more = data.draw(st.integers(1, 10**6))
    name = data.draw(st.sampled_from(["new_capacity_m2", *map(available, STOCK_SOURCES)]))
    *_, richer, of_richer = account(base.assign(**{name: base[name] + more}), rules, measured)
    assert of_richer["budget_m2"].sum() >= sheet["budget_m2"].sum()
    if name != "new_capacity_m2":
        # More room for new land may move land under a cap to where it is for other uses than facilities.
        assert (richer["granted_m2"] >= granted["granted_m2"]).all()
    if measured is not None:
        *_, grown = account(base, rules, measured.assign(gross_m2=measured["gross_m2"] + more))
        assert grown["budget_m2"].sum() >= sheet["budget_m2"].sum()


@given(cities(), ruled(), st.data())
def test_synthetic_land_changes_no_figure(base: pd.DataFrame, rules: Rules, data: st.DataObject) -> None:
    measured = data.draw(measured_land(base).filter(lambda table: table is not None))
    without = measured.assign(synthetic_m2=0)
    for table, same in zip(account(base, rules, measured), account(base, rules, without), strict=True):
        columns = table.columns.drop("synthetic_m2", errors="ignore")
        pd.testing.assert_frame_equal(table[columns], same[columns])


@given(st.integers(0, 200_000), st.integers(1, 5_000))
def test_more_people_never_need_less_land(settled: int, more: int) -> None:
    def land(people: int) -> "pd.Series[int]":
        frame = pd.DataFrame({"code": ["440112"], "district": ["黄埔区"], "settled": [people]})
        found: pd.Series[int] = needs(frame, GUANGZHOU).set_index("facility")["land_m2"]
        return found

    small, large = land(settled), land(settled + more)
    # a hospital's land a bed falls with its size, so that a larger one may take less at a step
    assert (large.drop("hospital") >= small.drop("hospital")).all()
    assert (land(0) == 0).all()
