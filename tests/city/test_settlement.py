"""Who settles where: origins, registration and residence in the table ``settlement``, and what a plan says of them."""

import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import landlink
from landlink.annex.material import material
from landlink.city import City
from landlink.city.settlement import channels_once, persons_once, remarks, settlement_faults
from landlink.files.check import check
from landlink.policy import Policy, load_policy
from landlink.schema import CHANNELS, INPUTS, ORIGINS
from tests.paths import GUANGZHOU

CITY = landlink.load_city(GUANGZHOU)
POLICY = load_policy("guangzhou-2018")
COLUMNS = ("code", "channel", "origin", "registered_in", "lives_in", "persons")
Row = tuple[str, str, str, str, str, int]


def table(*rows: Row) -> pd.DataFrame:
    """Return the actual settlement of 2019 as a city's check reads it."""
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(str)
    frame = frame.assign(year="2019", basis="actual", source="x", date="2019", status="official", confidence="seen")
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    checked = check(frame, INPUTS["settlement"], "settlement.csv")
    checked.attrs["file"] = "settlement.csv"
    return checked


def with_huangpu(*rows: Row) -> City:
    """Return the example with other rows for 黄埔 in 2019."""
    settlement = CITY.tables["settlement"]
    rest = settlement[~((settlement["code"] == "440112") & (settlement["basis"] == "actual"))]
    own = table(*rows).set_axis(pd.RangeIndex(1_000, 1_000 + len(rows)))
    mixed = pd.concat([rest, own])
    mixed.attrs["file"] = "settlement.csv"
    return replace(CITY, tables={**CITY.tables, "settlement": mixed})


def faults(*rows: Row) -> list[tuple[str, int | None, str]]:
    found = settlement_faults(table(*rows), CITY.codes, "districts.geojson")
    assert all(fault.text(lang) for fault in found for lang in ("zh", "en"))
    return [(fault.id, fault.row, fault.column) for fault in found]


def settled(plan: landlink.Plan) -> int:
    return int(plan.quota.set_index("code").loc["440112", "settled"])


def notes(plan: landlink.Plan) -> dict[str, object]:
    return {
        note.id: note.values["count"] for note in plan.notes if note.id.startswith(("origin", "lives", "registered"))
    }


def test_those_who_were_rural_and_those_of_unknown_origin_count() -> None:
    # talent 700 = 400 rural + 200 other urban + 100 unknown; points 300, not split: 700 + 300 − 200 = 800 count
    city = with_huangpu(
        ("440112", "all", "", "", "", 1_000),
        ("440112", "talent", "rural", "", "", 400),
        ("440112", "talent", "other_urban", "", "", 200),
        ("440112", "talent", "unknown", "", "", 100),
        ("440112", "points", "", "", "", 300),
    )
    plan = landlink.make_plan(city, POLICY, 2020)
    assert settled(plan) == 800
    # 210,518 − 19,094 of 黄埔 have no origin stated; 100 + 300 in 黄埔
    assert notes(plan) == {"origin_unknown": 210_518 - 19_094 + 400, "origin_left_out": 200}
    shown = [note.text(lang) for note in plan.notes for lang in ("zh", "en") if note.id == "origin_left_out"]
    assert all("200" in text for text in shown)
    # The annex by channel shows the persons who count: 500 by talent, 300 by points.
    rows = material(plan, city).settlement.query("code == '440112'")
    assert rows.groupby("channel")["persons"].sum().to_dict() == {"talent": 500, "points": 300}


def test_the_example_says_that_no_origin_is_known() -> None:
    plan = landlink.make_plan(CITY, POLICY, 2020)
    assert notes(plan) == {"origin_unknown": 210_518}
    edits = pd.DataFrame({"code": ["440112"], "settled": [20_000]})
    assert notes(landlink.make_plan(CITY, POLICY, 2020, edits=edits)) == {"origin_unknown": 210_518 - 19_094}


def test_a_policy_says_which_origins_count(tmp_path: Path) -> None:
    city = with_huangpu(
        ("440112", "all", "rural", "", "", 400),
        ("440112", "all", "other_urban", "", "", 200),
        ("440112", "all", "unknown", "", "", 100),
    )
    path = tmp_path / "own.yaml"
    for origins, persons in (("rural", 400), ("rural, other_urban", 600), ("rural, other_urban, unknown", 700)):
        path.write_text(
            "id: own\ntitle: {zh: a, en: a}\nextends: guangzhou-2018\n"
            'documents: {own: {title: a, number: "", issued: "2018"}}\nparameters:\n  settled.origins:\n'
            "    title: {zh: a, en: a}\n    values:\n"
            f'      "2018-01-01": {{choices: [{origins}], source: own, clause: a, confidence: seen}}\n',
            encoding="utf-8",
        )
        everywhere = landlink.make_plan(city, own(path), 2020)
        assert settled(everywhere) == persons
        assert everywhere.quota["settled"].sum() == persons + (191_424 if "unknown" in origins else 0)


def own(path: Path) -> Policy:
    return load_policy(path)


def test_persons_count_where_they_live() -> None:
    # 50 of a collective hukou in 天河 live in 黄埔; of 30 only registration is known
    city = with_huangpu(
        ("440112", "all", "rural", "440112", "440112", 900),
        ("440112", "all", "rural", "440106", "440112", 50),
        ("440112", "all", "rural", "440112", "", 30),
    )
    plan = landlink.make_plan(city, POLICY, 2020)
    assert settled(plan) == 980
    assert notes(plan) == {"origin_unknown": 191_424, "lives_elsewhere": 50, "registered_only": 30}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("440106", "all", "", "440106", "440112", 1), ("data.settles_where_lives", 2, "code")),
        (("440112", "all", "", "440106", "", 1), ("data.settles_where_registered", 2, "code")),
        (("440112", "all", "", "440999", "440112", 1), ("table.district_unknown", 2, "registered_in")),
        (("440112", "all", "", "440112", "440112", 1), None),
        (("440112", "all", "", "", "440112", 1), None),
    ],
)
def test_the_district_that_counts(row: Row, fault: tuple[str, int, str] | None) -> None:
    assert faults(row) == ([] if fault is None else [fault])


def test_a_district_of_residence_that_the_city_does_not_have() -> None:
    assert faults(("440112", "all", "", "", "440999", 1)) == [
        ("table.district_unknown", 2, "lives_in"),
        ("data.settles_where_lives", 2, "code"),
    ]


def rows_of(*cells: tuple[str, str, int]) -> list[Row]:
    return [("440112", channel, origin, "", "", count) for channel, origin, count in cells]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ([("all", "", 10), ("all", "rural", 6), ("all", "unknown", 4)], None),
        ([("all", "", 10), ("all", "rural", 6)], ("data.origins_disagree", 2, "persons")),
        ([("talent", "all", 10), ("talent", "rural", 11)], ("data.origins_disagree", 2, "persons")),
        ([("all", "rural", 6), ("all", "unknown", 4), ("talent", "", 7)], ("data.channels_disagree", 2, "")),
        ([("all", "rural", 6), ("all", "unknown", 4), ("talent", "", 10)], None),
        (
            [("all", "rural", 6), ("all", "unknown", 4), ("talent", "rural", 5), ("talent", "unknown", 5)],
            ("data.origin_disagrees", 2, "persons"),
        ),
        ([("all", "rural", 6), ("all", "unknown", 4), ("talent", "rural", 5), ("points", "", 5)], None),
        (
            [("all", "rural", 4), ("all", "unknown", 6), ("talent", "rural", 5), ("points", "", 5)],
            ("data.origin_disagrees", 2, "persons"),
        ),
    ],
)
def test_channels_and_origins_add_up(cells: list[tuple[str, str, int]], fault: tuple[str, int, str] | None) -> None:
    found = faults(*rows_of(*cells))
    assert (found[:1] or [None]) == [fault]


def test_a_contradiction_is_refused_when_the_city_is_read(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(GUANGZHOU, tmp_path / "city"))
    path = folder / "settlement.csv"
    text = path.read_text(encoding="utf-8").replace("channel,persons", "channel,origin,persons")
    lines = text.splitlines()
    lines[1:] = [line.replace(",all,", ",all,,") for line in lines[1:]]
    first = lines[1].replace(",all,,8433,", ",all,rural,8000,")
    path.write_text("\n".join([lines[0], lines[1], first, *lines[2:]]) + "\n", encoding="utf-8")
    with pytest.raises(landlink.DataError) as error:
        landlink.load_city(folder)
    fault = error.value.faults[0]
    assert [(one.id, one.file, one.row) for one in error.value.faults] == [
        ("data.origins_disagree", "settlement.csv", 2)
    ]
    assert (fault.values["all"], fault.values["sum"]) == (8_433, 8_000)


CELLS = st.dictionaries(
    st.tuples(st.sampled_from(CHANNELS[1:]), st.sampled_from(ORIGINS)), st.integers(0, 1_000), min_size=1
)


@settings(deadline=None, max_examples=30)
@given(
    CELLS,
    st.sets(st.sampled_from(("channels", "all"))),
    st.sets(st.sampled_from(ORIGINS)),
    st.randoms(use_true_random=False),
)
def test_every_person_counts_once_however_they_are_stated(
    cells: dict[tuple[str, str], int], stated_too: set[str], origins: set[str], random: object
) -> None:
    rows = [("440112", channel, origin, "", "", count) for (channel, origin), count in cells.items()]
    totals = {name: sum(count for (channel, _), count in cells.items() if channel == name) for name, _ in cells}
    if "channels" in stated_too:
        rows += [("440112", channel, "", "", "", count) for channel, count in totals.items()]
    if "all" in stated_too:
        rows.append(("440112", "all", "", "", "", sum(cells.values())))
    random.shuffle(rows)  # type: ignore[attr-defined]
    stated = table(*rows)
    assert settlement_faults(stated, CITY.codes, "districts.geojson") == []
    wanted = sum(count for (_, origin), count in cells.items() if origin in origins)
    assert persons_once(stated, origins)["persons"].sum() == wanted
    split = channels_once(stated, origins)
    by_channel = split.groupby("channel")["persons"].sum().to_dict()
    assert by_channel == {
        name: sum(count for (channel, origin), count in cells.items() if channel == name and origin in origins)
        for name in totals
    }
    said = dict(remarks(stated, origins))
    left = said.get("origin_left_out", {"count": 0})["count"]
    assert left == sum(cells.values()) - wanted


def test_the_weight_on_talent_is_an_assumption_that_can_be_replaced() -> None:
    rules = POLICY.on("2020-12-31")
    assert rules["settlement.talent_weight"].content == Decimal("1.2")
    assert rules["settlement.talent_weight"].status == "estimated"
    assert rules["settled.origins"].choices == ("rural", "unknown")
