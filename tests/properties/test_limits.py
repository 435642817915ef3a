"""Whatever an input's check lets through gives a plan, or an error that says what is wrong; never another error."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import landlink
from landlink.city import City
from landlink.city.edits import EDITABLE, most
from landlink.errors import DataError, LandlinkError, PolicyError
from landlink.files.check import check
from landlink.plan.archive import plan_files
from landlink.policy import BALANCING_RULES, FACILITY_FIELDS, PARAMETERS, Policy, Spec, load_policy
from landlink.schema import FACTS, INPUTS
from landlink.units import MOST_HA, MOST_UNITS
from tests.paths import GUANGZHOU

WHOLE = landlink.load_city(GUANGZHOU)
CODES = ("440103", "440111", "440112")
CITY = replace(WHOLE, districts=WHOLE.districts[WHOLE.districts["code"].isin(CODES)].reset_index(drop=True))
ORIGIN = {"source": "x", "date": "2019-12-31", "status": "official", "confidence": "seen"}
ROWS: dict[str, dict[str, object]] = {
    "population": {"kind": "resident", "series": "a", "persons": 900_000},
    "urban_share": {"year": 2019, "urban_share_pct": 80},
    "settlement": {"year": 2019, "basis": "actual", "channel": "all", "persons": 20_000, "central_persons": 0},
    "land": {"year": 2019, "urban_land_ha": 9_000},
    "capacity": {"year": 2020, "new_capacity_ha": 100},
    "stock": {
        "year": 2020,
        "land_source": "renewal",
        "available_ha": 100,
        "release_share": 0.5,
        "voluntary_exit": None,
    },
    "facility_surplus": {"facility": "hospital", "surplus_units": 10},
}


def told(error: LandlinkError) -> str:
    """Return the ids of an error's faults, all of which have a text in both languages."""
    assert all(error.text(lang) for lang in ("zh", "en"))
    return ", ".join(sorted({fault.id for fault in error.faults}))


def numbers(least: float | Decimal, most: float | Decimal, *, whole: bool = False) -> st.SearchStrategy[str]:
    """Text of a number within bounds, mostly at their edge; now and then beyond them or none at all."""
    edges = [format(Decimal(bound), "f") for bound in (least, most)]
    inside = [*edges, edges[1], *([] if whole else ["0." + "0" * 20 + "1", "0." + "3" * 40])]
    inside = [number for number in inside if Decimal(edges[0]) <= Decimal(number)]
    beyond = [str(Decimal(edges[1]) + 1), "1" + "0" * 16, "9" * 40, "-1", "0.5"]
    return st.integers(0, 49).flatmap(lambda draw: st.sampled_from(beyond if draw == 0 else inside))


@st.composite
def cities(draw: st.DrawFn) -> City | None:
    """Return a city with extreme figures, None where its check refuses it."""
    tables = {}
    for name, cells in ROWS.items():
        rows = [{"code": code, **ORIGIN, **cells} for code in CODES]
        for row in rows:
            for column in INPUTS[name].columns:
                if column.kind in ("int", "float") and column.name != "year" and draw(st.integers(0, 9)) == 0:
                    row[column.name] = draw(
                        numbers(column.minimum or column.above or 0, column.maximum or 0, whole=column.kind == "int")
                    )
        frame = pd.DataFrame(rows).astype(str)
        frame.index = pd.RangeIndex(2, len(rows) + 2)
        try:
            tables[name] = check(frame, INPUTS[name], f"{name}.csv")
        except DataError as error:
            event(f"city: {told(error)}")
            return None
        tables[name].attrs["file"] = f"{name}.csv"
    return replace(CITY, tables=tables)


def entry(text: str) -> str:
    return f'{{"2018-02-01": {{value: {text}, source: plan, clause: x, confidence: seen}}}}'


@st.composite
def policies(draw: st.DrawFn, folder: Path) -> Policy | None:
    """Return a policy with extreme values, None where it is refused."""

    def values(declared: Mapping[str, Spec]) -> dict[str, str]:
        chosen = draw(
            st.lists(st.sampled_from([n for n, spec in declared.items() if "value" in spec.shapes]), max_size=4)
        )
        return {
            name: entry(draw(numbers(declared[name].minimum, declared[name].maximum or 0, whole=declared[name].whole)))
            for name in chosen
        }

    lines = ["id: x", "title: {zh: 极, en: Extreme}", "extends: national-2016"]
    lines += ['documents: {plan: {title: 方案, number: "", issued: "2018-02"}}', "parameters:"]
    lines += [
        f"  {name}: {{title: {{zh: a, en: a}}, values: {dated}}}" for name, dated in values(PARAMETERS).items()
    ] or ["  balance.floor_share: {title: {zh: a, en: a}, values: " + entry("0.5") + "}"]
    lines.append("facilities:")
    for facility in draw(st.sets(st.sampled_from(("primary_school", "hospital", "employment")), min_size=1)):
        fields = values(FACILITY_FIELDS) or {"per_1000": entry("1")}
        lines.append(f"  {facility}: {{fields: {{{', '.join(f'{name}: {dated}' for name, dated in fields.items())}}}}}")
    path = folder / "extreme.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        return load_policy(path)
    except PolicyError as error:
        event(f"policy: {told(error)}")
        return None


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "cap_ha": numbers(0, MOST_HA),
        "rule": st.sampled_from(tuple(BALANCING_RULES)),
        "adjust_pct": numbers(-10, 10),
        "offset_share": numbers(0, 1),
    },
)
EDITS = st.lists(
    st.fixed_dictionaries(
        {"code": st.sampled_from(CODES)},
        optional={
            item: st.sampled_from((0, 1, most(FACTS[item]), most(FACTS[item]), most(FACTS[item]) + 1))
            for item in EDITABLE
        },
    ),
    max_size=2,
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_the_checks_let_through_gives_a_plan_or_says_what_is_wrong(tmp_path: Path, data: st.DataObject) -> None:
    city, policy = data.draw(cities()), data.draw(policies(tmp_path))
    if city is None or policy is None:
        return
    edits = data.draw(EDITS)
    try:
        plan = landlink.make_plan(
            city, policy, 2020, edits=pd.DataFrame(edits) if edits else None, **data.draw(OPTIONS)
        )
    except LandlinkError as error:
        event(f"plan: {told(error)}")
        return
    event("plan")
    assert (plan.quota["quota_m2"] + plan.quota["cut_m2"] == plan.quota["demand_m2"]).all()
    assert all(value >= 0 for value in plan.totals().values())
    assert plan_files(plan)
    for standard in plan.rules.standards:
        assert (standard.persons_for([0, 1, MOST_UNITS]) >= 0).all()
