"""Every page opens, by itself and through the navigation, in both languages, and shows the plan's own figures."""

import re
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from landlink.texts import LANGS
from landlink.ui.main import PAGES
from tests.paths import ROOT


def opened(page: str, lang: str) -> AppTest:
    app = AppTest.from_file(ROOT / "landlink/ui/main.py", default_timeout=60)
    app.session_state["lang"] = lang
    app.run()
    if page != PAGES[0].name:
        app.switch_page(f"views/{page}.py").run()
    return app


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.bare
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_page_opens(page: str, lang: str) -> None:
    app = opened(page, lang)
    assert not app.exception
    assert not app.error
    if page in ("overview", "quota", "needs"):
        assert app.metric


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lang", LANGS)
def test_supply_of_a_city_with_land(example: Path, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("landlink.supply.find.CELL_M", 800.0)
    monkeypatch.setenv("LANDLINK_CITY", str(example))
    app = opened("supply", lang)
    assert not app.exception
    assert len(app.metric) == 6
    assert float(app.metric[0].value.replace(",", "")) > 1_000


@pytest.mark.filterwarnings("ignore")
def test_a_city_with_some_real_land_is_offered_an_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("landlink.supply.find.CELL_M", 800.0)
    monkeypatch.setenv("LANDLINK_CITY", str(shutil.copytree(ROOT / "geodata/guangzhou", tmp_path / "市")))
    app = opened("supply", "zh")
    # 325 urban villages and dense old quarters of 23,658,452 m², all of it renewal land.
    assert app.metric[0].value == "2,365.85"
    assert opened("siting", "zh").info[0].value.startswith("城市文件夹没有选址所需的")
    app.number_input[0].set_value(1_000)
    app.button[0].click().run(timeout=120)
    assert not app.exception
    assert len(app.metric) == 6
    assert (tmp_path / "市-example/datapackage.json").is_file()
    assert any("市-example" in caption.value for caption in app.caption), "the whole example goes first"


@pytest.mark.filterwarnings("ignore")
def test_changed_options_change_the_figures() -> None:
    app = opened("quota", "zh")
    assert [metric.value for metric in app.metric] == ["210,518", "1,626.64", "830.41", "796.23", "0.00"]
    app.number_input(key="cap_ha").set_value(500.0).run()
    # 830.413 ha claimed, 500 ha granted: 330.413 ha cut
    assert [metric.value for metric in app.metric] == ["210,518", "1,626.64", "500.00", "796.23", "330.41"]
    app.number_input(key="adjust_pct").set_value(10.0).run()
    # 1,626.643 ha × 1.1 = 1,789.3073; central 796.23 × 1.1 = 875.853
    assert [metric.value for metric in app.metric][1] == "1,789.31"
    assert [metric.value for metric in app.metric][3] == "875.85"


@pytest.mark.filterwarnings("ignore")
def test_options_stay_when_another_page_is_opened() -> None:
    app = opened("quota", "zh")
    app.number_input(key="cap_ha").set_value(500.0).run()
    app.switch_page("views/overview.py").run()
    assert "500.00" in [metric.value for metric in app.metric]
    app.switch_page("views/quota.py").run()
    assert app.number_input(key="cap_ha").value == 500.0


@pytest.mark.filterwarnings("ignore")
def test_the_planned_basis_offers_its_own_years() -> None:
    app = opened("quota", "zh")
    app.selectbox(key="basis").set_value("planned").run()
    assert app.selectbox(key="year").options == ["2017", "2018", "2019", "2020"]
    assert not app.error


@pytest.mark.filterwarnings("ignore")
def test_a_year_without_a_base_pair_takes_another_by_choice() -> None:
    app = opened("quota", "zh")
    assert app.selectbox(key="base_year").options == ["自动", "2019"]
    app.selectbox(key="basis").set_value("planned").run()
    app.selectbox(key="year").set_value(2018).run()
    assert "现状基准年" in app.error[0].value
    app.selectbox(key="base_year").set_value(2019).run()
    assert not app.error
    assert not app.exception
    assert any("2019 年末" in shown.value for shown in app.markdown)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("lang", "crossing"), [("zh", "应配用地增减 +52.41 公顷"), ("en", "+52.41 ha")])
def test_the_next_step_is_shown_beside_the_built_up_area(lang: str, crossing: str) -> None:
    app = opened("quota", lang)
    assert any("1,380.60" in shown.value and crossing in shown.value for shown in app.markdown)


OWN = """\
id: own
title: {zh: 本市办法, en: Own rules}
extends: guangzhou-2018
documents:
  own: {title: 办法, number: "", issued: "2019"}
parameters:
  linkage.adjustment:
    title: {zh: 调整, en: Adjustment}
    values:
      "2019-01-01": {value: 5, source: own, clause: 第一条, confidence: seen}
"""


@pytest.fixture
def own_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = shutil.copytree(ROOT / "geodata/guangzhou", tmp_path / "city")
    monkeypatch.setenv("LANDLINK_CITY", str(folder))
    return folder


@pytest.mark.filterwarnings("ignore")
def test_a_policy_in_the_city_s_folder_comes_first_with_its_own_values(own_city: Path) -> None:
    (own_city / "own.yaml").write_text(OWN, encoding="utf-8")
    app = opened("quota", "zh")
    assert app.selectbox(key="policy").value == str(own_city / "own.yaml")
    assert app.number_input(key="adjust_pct").value == 5
    # 1,626.643 ha × 1.05 = 1,707.97515
    assert app.metric[1].value == "1,707.98"
    app.selectbox(key="policy").set_value("guangzhou-2018").run()
    assert app.number_input(key="adjust_pct").value == 0
    assert app.metric[1].value == "1,626.64"


@pytest.mark.filterwarnings("ignore")
def test_a_city_that_the_shipped_policy_does_not_fit_gets_the_national_one(own_city: Path) -> None:
    for path in own_city.glob("*.*"):
        moved = re.sub(r"(?<![\d.])4401(?=\d\d)", "4501", path.read_text(encoding="utf-8"))
        path.write_text(moved, encoding="utf-8")
    app = opened("quota", "zh")
    assert [error.value for error in app.error] == []
    assert app.selectbox(key="policy").value == "national-2016"


@pytest.mark.filterwarnings("ignore")
def test_a_basis_without_data_is_said_and_can_be_changed_back(own_city: Path) -> None:
    path = own_city / "settlement.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if ",planned," not in line), encoding="utf-8")
    app = opened("quota", "zh")
    app.selectbox(key="basis").set_value("planned").run()
    assert "当年计划落户" in app.error[0].value
    app.selectbox(key="basis").set_value("previous-actual").run()
    assert not app.error
    assert app.metric[1].value == "1,626.64"


@pytest.mark.filterwarnings("ignore")
def test_a_city_at_fault_is_shown_in_one_box(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LANDLINK_CITY", str(tmp_path))
    app = opened("overview", "zh")
    assert not app.exception
    assert "datapackage.json" in app.error[0].value
