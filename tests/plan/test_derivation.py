"""Derivations: every computed figure has one, its values are the tables', and its formulas hold."""

from collections.abc import Iterator

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
from tests.policies import weighted
from tests.shares import with_shares
from tests.sites_example import sited


@pytest.fixture(scope="module", params=["plain", "capped", "limited", "with shares"])
def plan(request: pytest.FixtureRequest) -> Plan:
    city, policy = landlink.load_city(ROOT / "geodata/guangzhou"), weighted(landlink.load_policy("guangzhou-2018"))
    edits = pd.DataFrame(
        {"code": ["440103", "440111"], "renewal_available_m2": [300_000, 90_000], "new_capacity_m2": [None, 800_000]}
    )
    options = {
        "plain": {},
        "with shares": {"cap_ha": 500},
        "capped": {"cap_ha": 500, "rule": "floor", "offset_share": 0.2, "adjust_pct": 2.5},
        "limited": {"edits": edits, "offset_share": 0.1, "cap_ha": 400, "rule": "weighted"},
    }
    city = with_shares(city, {"R": 30.0, "A": 7.0, "M": 20.0, "G": 9.5}) if request.param == "with shares" else city
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
            source = row["land_source"] if table == "sources" else None
            parts = {"facility": facility or None, "site": row.get("site"), "source": source}
            parts["use_class"] = row.get("use_class")
            node = explainer.explain(table, row["code"], column, **parts)
            assert same(node.value, row[column])
            yield table, column, row["code"], facility, node


def same(value: object, cell: object) -> bool:
    """True if a node's value is that of a cell: names as one text, an unknown one as None."""
    if isinstance(cell, tuple):
        return value == "; ".join(cell)
    return value is None if pd.isna(cell) else value == cell


# What is chosen, not computed, and what another table derives.
CHOSEN = ("site", "parcel", "land_source", "score", "instead", "status", "unsited_by")
# What is known of a source's land, which the derivation of what is available shows.
KNOWN = ("measured_m2", "synthetic_m2", "complete", "known_by", "most_m2")
# What the city gives of a class of use, which the derivation of its land shows.
GIVEN = ("use_class", "share_pct")


def test_every_computed_column_is_in_the_register() -> None:
    computed = {
        f"{table.name}.{column.name}"
        for table in RESULTS.values()
        for column in table.columns
        if column.name not in ("code", "district", "facility", *CHOSEN, *KNOWN, *GIVEN)
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
                told = part.source or part.shown == unknown or part.clause or part.formula
                assert told, f"{node.id}: {part.id} has no source"
        assert node.to_dict()["id"] == node.id


def test_land_of_a_facility_is_units_times_land_per_unit(plan: Plan) -> None:
    for table, column, _, _, node in derivations(plan):
        if (table, column) == ("needs", "land_m2"):
            per_unit = exact(str(node.inputs[1].value))
            assert half_up(exact(str(node.inputs[0].value)) * per_unit) == node.value


def test_other_districts_appear_as_a_sum_alone(plan: Plan) -> None:
    node = landlink.explain(plan, "quota", "440111")
    others = next(part for part in node.inputs if part.id == "sum.others")
    claims = plan.quota.set_index("code")["demand_m2"].drop("440111")
    capacity = plan.base.table.set_index("code")["new_capacity_m2"].reindex(claims.index).fillna(10**15)
    if plan.options.rule != "floor":
        assert others.value == claims.clip(upper=capacity.astype("int64")).sum()
    assert not others.inputs
    ids = {part.id for part in nodes(node)}
    assert not {id_ for id_ in ids if "440112" in id_ or id_.startswith("claim.")}


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
