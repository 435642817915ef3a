"""Derivations: every computed figure has one, its values are the tables', and its formulas hold."""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

import pandas as pd
import pytest

import landlink
from landlink.errors import DataError
from landlink.plan.derivation import Explainer, Node
from landlink.plan.formulas import FORMULAS
from landlink.plan.plan import Plan
from landlink.schema import RESULTS
from landlink.texts import LANGS, Lang
from landlink.units import exact, half_up
from tests.paths import ROOT
from tests.sites_example import sited


@pytest.fixture(scope="module", params=["plain", "capped", "limited"])
def plan(request: pytest.FixtureRequest) -> Plan:
    city, policy = landlink.load_city(ROOT / "geodata/guangzhou"), landlink.load_policy("guangzhou-2018")
    edits = pd.DataFrame(
        {"code": ["440103", "440111"], "stock_available_m2": [300_000, 90_000], "new_capacity_m2": [None, 800_000]}
    )
    options = {
        "plain": {},
        "capped": {"cap_ha": 500, "rule": "floor", "offset_share": 0.2, "adjust_pct": 2.5},
        "limited": {"edits": edits, "offset_share": 0.1, "cap_ha": 400, "rule": "weighted"},
    }
    return landlink.make_plan(city, policy, 2020, **options[request.param])  # type: ignore[arg-type]


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for part in node.inputs:
        yield from nodes(part)


def derivations(plan: Plan, lang: Lang = "zh") -> Iterator[tuple[str, str, str, str, Node]]:
    explainer = Explainer(plan, lang)
    for name in FORMULAS:
        table, _, column = name.partition(".")
        for row in plan.table(table).to_dict("records"):
            facility = row.get("facility", "")
            node = explainer.explain(table, row["code"], column, facility=facility or None, site=row.get("site"))
            assert node.value == ("; ".join(row[column]) if column == "cut_by" else row[column])
            yield table, column, row["code"], facility, node


# What is chosen, not computed, and what another table derives.
CHOSEN = ("site", "parcel", "land_source", "score", "instead", "status", "unsited_by")


def test_every_computed_column_is_in_the_register() -> None:
    computed = {
        f"{table.name}.{column.name}"
        for table in RESULTS.values()
        for column in table.columns
        if column.name not in ("code", "district", "facility", *CHOSEN)
    }
    assert set(FORMULAS) == computed


@pytest.mark.parametrize("lang", LANGS)
def test_every_figure_derives_itself_down_to_its_sources(plan: Plan, lang: Lang) -> None:
    unknown = {"zh": "未给出", "en": "not given"}[lang]
    for *_, node in derivations(plan, lang):
        assert node.label
        assert node.render(lang)
        for part in nodes(node):
            if not part.inputs:
                told = part.source or part.shown == unknown or part.clause or part.formula == "Σ"
                assert told, f"{node.id}: {part.id} has no source"
        assert node.to_dict()["id"] == node.id


def value(node: Node, id_: str) -> Fraction:
    part = next(part for part in node.inputs if part.id == id_)
    assert part.value is not None
    return exact(str(part.value))


def number(node: Node, id_: str, default: int = 0) -> Fraction:
    found = [part for part in node.inputs if part.id == id_ and part.value is not None]
    return exact(str(found[0].value)) if found else Fraction(default)


def test_the_formulas_shown_give_the_values_shown(plan: Plan) -> None:  # noqa: C901, PLR0912, PLR0915 - a case a column
    """Each formula is worked out anew from the values that its derivation shows."""
    checked = set()
    for table, column, code, _, node in derivations(plan):
        got = None
        match f"{table}.{column}":
            case "quota.urban_residents":
                got = half_up(value(node, "base.residents") * value(node, "base.urban_share_pct") / 100)
            case "quota.standard_m2":
                level = Fraction(
                    int(value(node.inputs[0], "quota.urban_land_m2")),
                    int(value(node.inputs[0], "quota.urban_residents")),
                )
                step = plan.rules["linkage.standard"].steps.at(level)
                got = float(Fraction(step.value) * (1 + value(node, "linkage.adjustment") / 100))
            case "quota.entitlement_m2":
                got = half_up(value(node, "quota.settled") * value(node, "quota.standard_m2"))
            case "quota.demand_m2":
                got = value(node, "quota.entitlement_m2") - value(node, "quota.stock_need_m2")
            case "quota.stock_need_m2":
                central = code in plan.central
                own = value(node, "quota.entitlement_m2") if central else 0
                got = own + value(node, "quota.stock_offset_m2")
            case "quota.stock_offset_m2":
                own = 0 if code in plan.central else value(node, "quota.entitlement_m2")
                wanted = half_up(own * value(node, "stock.offset_share"))
                got = min(wanted, number(node, "base.stock_available_m2", 10**15))
            case "quota.cut_m2":
                got = value(node, "quota.demand_m2") - value(node, "quota.quota_m2")
            case "needs.persons":
                share = number(node, f"facility.{_}.share_pct", 100)
                got = half_up(value(node, "quota.settled") * share / 100)
            case "needs.units":
                field = f"facility.{_}."
                demand = ceil(value(node, "needs.persons") * value(node, f"{field}per_1000") / 1000)
                module = number(node, f"{field}module_units", 1)
                whole = ceil(demand / module) * module
                most = number(node, f"{field}max_units", 10**12)
                got = max(whole, ceil(whole / most) * number(node, f"{field}min_units", 1)) if demand else 0
            case "needs.deficit_m2":
                got = value(node, "needs.land_m2") - value(node, "needs.granted_m2")
            case "needs.granted_m2":
                left = max(0, value(node, "ledger.budget_m2") - value(node, "sum.before"))
                got = min(value(node, "needs.land_m2"), left)
            case "ledger.budget_m2":
                got = value(node, "ledger.quota_m2") + value(node, "ledger.stock_met_m2")
            case "ledger.stock_met_m2":
                limit = number(node, "base.stock_available_m2", 10**15)
                got = min(value(node, "ledger.stock_need_m2"), limit)
            case "ledger.unassigned_m2":
                got = value(node, "ledger.budget_m2") - value(node, "ledger.granted_m2")
            case "ledger.need_m2" | "ledger.granted_m2" | "ledger.deficit_m2":
                got = sum(exact(str(part.value)) for part in node.inputs[0].inputs)
            case _:
                continue
        checked.add(f"{table}.{column}")
        assert got == node.value, node.render()
    assert len(checked) == 17


def test_land_of_a_facility_is_units_times_land_per_unit(plan: Plan) -> None:
    for table, column, _, _, node in derivations(plan):
        if (table, column) == ("needs", "land_m2"):
            per_unit = exact(str(node.inputs[1].value))
            assert half_up(exact(str(node.inputs[0].value)) * per_unit) == node.value


def test_the_sum_of_claims_is_what_the_cap_is_shared_among(plan: Plan) -> None:
    node = landlink.explain(plan, "quota", "440111")
    claims = next(part for part in node.inputs if part.id == "sum.claims")
    capacity = plan.base.table["new_capacity_m2"].fillna(10**15).to_numpy("int64")
    assert claims.value == plan.quota["demand_m2"].clip(upper=pd.Series(capacity)).sum()


def test_status_is_that_of_the_least_official_input() -> None:
    city, policy = landlink.load_city(ROOT / "geodata/guangzhou"), landlink.load_policy("guangzhou-2018")
    plan = landlink.make_plan(city, policy, 2020)
    assert landlink.explain(plan, "quota", "440112", "settled").status == "official"
    assert landlink.explain(plan, "quota", "440112", "urban_residents").status == "official"
    assert landlink.explain(plan, "quota", "440112", "per_capita_stock_m2").status == "estimated"
    assert landlink.explain(plan, "quota", "440112").status == "estimated"
    city.tables["population"].loc[city.tables["population"]["code"] == "440112", "status"] = "synthetic"
    plan = landlink.make_plan(city, policy, 2020)
    assert landlink.explain(plan, "quota", "440112").status == "synthetic"
    # 白云's own figures are not, but its quota is balanced against 黄埔's claim
    assert landlink.explain(plan, "quota", "440111", "entitlement_m2").status == "estimated"
    assert landlink.explain(plan, "quota", "440111").status == "synthetic"


def test_the_headline_is_explained_where_no_column_is_named(plan: Plan) -> None:
    assert landlink.explain(plan, "quota", "440112").id == "quota.quota_m2"
    assert landlink.explain(plan, "needs", "440112", facility="hospital").id == "needs.land_m2"


def test_what_is_derived_above_is_not_derived_again(plan: Plan) -> None:
    lines = landlink.explain(plan, "quota", "440111", lang="en").render("en").splitlines()
    assert sum(" Entitlement = " in line for line in lines) > 1
    assert sum(" Entitlement = " in line and "derived above" not in line for line in lines) == 1


def test_every_figure_of_sites_is_derived(plan: Plan) -> None:
    made = sited(plan)
    for table in ("sites", "provision"):
        for row in made.table(table).to_dict("records"):
            for name in (name.partition(".")[2] for name in FORMULAS if name.startswith(f"{table}.")):
                node = landlink.explain(
                    made, table, row["code"], name, facility=row["facility"], site=row.get("site"), lang="en"
                )
                assert node.value == row[name] or (pd.isna(node.value) and pd.isna(row[name]))
                assert node.status == "synthetic" or name in ("persons", "granted_m2")
                assert node.render("en")
    # 1,080 places at 9.4 m² in the central area: 10,152 m².
    node = landlink.explain(made, "sites", "440106", site="S001", lang="en")
    assert (node.value, [one.value for one in node.inputs]) == (10_152, [1_080, "9.4"])
    area = landlink.explain(made, "provision", "440112", "sited_m2", facility="primary_school", lang="en")
    assert [one.label for one in area.inputs[0].inputs] == ["S002"]
    # No other parcel is compared with the last site: unknown, as JSON and workbook have it.
    alone = landlink.explain(made, "sites", "440118", "instead_unserved", site="S004", lang="en")
    assert (alone.value, alone.shown) == (None, "—")


def test_a_site_that_there_is_none_of(plan: Plan) -> None:
    with pytest.raises(DataError) as error:
        landlink.explain(sited(plan), "sites", "440106", site="S999")
    assert error.value.faults[0].id == "explain.row_unknown"
    assert "S001" in str(error.value)
