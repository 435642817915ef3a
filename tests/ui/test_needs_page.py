"""The page of needs: what is chosen governs map, table, derivation and chart; the map's layers."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit_folium import _get_feature_group_string

import landlink
from landlink.plan.plan import Plan
from landlink.present import needs as present
from landlink.texts import LANGS, text
from landlink.ui.cache import needs as cached
from landlink.ui.maps import frame
from landlink.ui.maps import needs as maps
from landlink.ui.maps.districts import simplified
from tests.paths import GUANGZHOU, ROOT
from tests.sites_example import sited

HUANGPU = "440112"
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return landlink.make_plan(landlink.load_city(GUANGZHOU), landlink.load_policy("guangzhou-2018"), 2020)


def opened(lang: str = "zh", **chosen: str) -> AppTest:
    app = AppTest.from_file(ROOT / "landlink/ui/main.py", default_timeout=60)
    for name, value in {"lang": lang, **chosen}.items():
        app.session_state[name] = value
    app.run()
    return app.switch_page("views/needs.py").run()


@pytest.mark.parametrize("lang", LANGS)
def test_every_measure_and_mode_draws(lang: str) -> None:
    app = opened(lang)
    subjects = ("primary_school", "group.health", present.ALL, "affordable_housing")
    for number, (subject, measure) in enumerate(zip(subjects, present.MEASURES, strict=True)):
        app.session_state["needs_subject"] = subject
        app.session_state["needs_measure"] = measure
        app.session_state["needs_mode"] = maps.MODES[number % len(maps.MODES)]
        app.run()
        assert not app.exception
        assert not app.error
        heading = present.short_label(measure, lang)
        assert any(str(column).startswith(heading) for column in app.dataframe[0].value.columns)
        assert any(heading in caption.value for caption in app.caption)


def test_the_choice_governs_table_derivation_and_chart() -> None:
    app = opened()
    app.selectbox(key="needs_subject").set_value("group.education").run()
    app.session_state["needs_measure"] = "granted_m2"
    app.session_state["district"] = HUANGPU
    app.run()
    table = app.dataframe[0].value
    assert list(table["设施"]) == ["幼儿园", "小学", "初中", "高中"]
    captions = [caption.value for caption in app.caption]
    assert "各区各类设施：安排用地（公顷）" in captions
    markup = " ".join(element.proto.body for element in app.get("html"))
    assert "教育（合计） · 安排用地" in markup
    assert "小学 · 安排用地" in markup
    assert list(app.dataframe[1].value["用地来源"]) == ["新增", "城市更新", "闲置", "增减挂钩"]


def test_what_is_chosen_stays_when_another_page_is_opened() -> None:
    app = opened()
    app.selectbox(key="needs_subject").set_value("hospital").run()
    app.switch_page("views/overview.py").run()
    app.switch_page("views/needs.py").run()
    assert app.selectbox(key="needs_subject").value == "hospital"


def test_a_subject_that_the_plan_does_not_have_gives_way_to_all() -> None:
    app = opened(needs_subject="group.none")
    assert app.selectbox(key="needs_subject").value == present.ALL
    assert not app.exception


def test_a_city_with_facilities_says_that_they_are_synthetic(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDLINK_CITY", str(example))
    app = opened()
    assert not app.exception
    assert text("ui.needs.no_existing", "zh") not in [caption.value for caption in app.caption]


def test_a_faulty_layer_of_facilities_is_told_and_the_map_stays(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(example, tmp_path / "city"))
    manifest = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    layer = next(entry for entry in manifest["resources"] if entry["name"] == "facilities")
    (folder / layer["path"]).write_bytes(b"nothing")
    monkeypatch.setenv("LANDLINK_CITY", str(folder))
    app = opened()
    assert not app.exception
    assert layer["path"] in app.warning[0].value
    assert app.metric


# The layers


def options(layer: frame.Layer, function: str) -> dict[str, Any]:
    """What a layer hands to a function of the map's scripts."""
    script = _get_feature_group_string(layer, frame.base_map((112.9, 22.5, 114.1, 23.9)))
    content = re.search(rf"landlink\.{function}\([^{{]*?(\{{.*\}})\);", script, re.DOTALL)
    assert content
    return json.loads(content[1])


def shown(plan: Plan, **changes: Any) -> list[frame.Layer]:
    view = cached.Shown("group.education", "land_m2", "both", "zh", None, None)._replace(**changes)
    return cached.needs_map(plan, GUANGZHOU, (), view)


def test_choropleth_symbols_and_both(plan: Plan) -> None:
    areas = present.figures(plan, present.subjects(plan, "zh")["group.education"], "land_m2")
    for mode, shaded, sized in (("choropleth", True, False), ("symbols", False, True), ("both", True, True)):
        layers = shown(plan, mode=mode)
        assert len(layers) == 1 + sized
        legend = options(layers[0], "decorate")["legend"]
        assert bool(legend["entries"]) == shaded
        assert len(legend["sizes"]) == (3 if sized else 0)
        assert legend["title"] == "教育（合计） · 用地需求（公顷）"
        if sized:
            symbols = options(layers[1], "symbols")["symbols"]
            assert len(symbols) == int((areas > 0).sum())
            assert max(symbol["radius"] for symbol in symbols) == symbols[0]["radius"] == maps.LARGEST


def test_the_popup_has_the_sum_its_addends_and_the_account(plan: Plan) -> None:
    popup = options(shown(plan)[0], "decorate")["popups"][HUANGPU]
    subject = present.subjects(plan, "zh")["group.education"]
    assert f"{present.figures(plan, subject, 'land_m2')[HUANGPU]:,} m²" in popup
    rows = plan.needs[plan.needs["code"] == HUANGPU].set_index("facility")
    for facility in subject.facilities:
        assert f"{rows.loc[facility, 'land_m2']:,} m²" in popup
    assert "新增建设用地指标" in popup
    assert "95.47" in popup


def test_facilities_and_sites_are_points_by_status(plan: Plan, example: Path) -> None:
    existing = cached.existing_of(example)
    assert existing is not None
    *_, points = shown(sited(plan), existing=existing, mode="choropleth")
    given = options(points, "points")
    assert given["facilities"].endswith(".json")
    # of the four sites one is a primary school in 黄埔 and one in 天河, all synthetic
    assert given["hollow"] == ["S001", "S002"]
    marks = options(shown(sited(plan), existing=existing)[0], "decorate")["legend"]["marks"]
    assert [(mark["label"], mark["hollow"], mark["site"]) for mark in marks] == [
        ("现有设施（合成）", True, False),
        ("选址（合成）", True, True),
    ]


def test_a_city_of_zeros_is_drawn(plan: Plan) -> None:
    zeros = pd.Series(0, index=plan.quota["code"])
    names = plan.names("zh")
    words = {"title": "需求", "note": "", "names": names, "popups": names}
    ramp = present.MEASURES["land_m2"]
    layers = maps.needs_layers(
        simplified(plan.districts), zeros, mode="both", ramp=ramp, marks=[], selected=None, **words
    )
    legend = options(layers[0], "decorate")["legend"]
    assert [entry["label"] for entry in legend["entries"]] == ["0"]
    assert legend["sizes"] == []
    assert options(layers[1], "symbols")["symbols"] == []


def test_layers_are_made_once(plan: Plan) -> None:
    assert shown(plan) is shown(plan)
    assert shown(plan) is not shown(plan, selected=HUANGPU)
