"""Every page opens, by itself and through the navigation, in both languages, and shows the plan's own figures."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from landlink.texts import LANGS
from landlink.ui.main import PAGES

ROOT = Path(__file__).parents[1]


def opened(page: str, lang: str) -> AppTest:
    app = AppTest.from_file(ROOT / "landlink/ui/main.py", default_timeout=60)
    app.session_state["lang"] = lang
    app.run()
    if page != PAGES[0]:
        app.switch_page(f"views/{page}.py").run()
    return app


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("page", PAGES)
def test_page_opens(page: str, lang: str) -> None:
    app = opened(page, lang)
    assert not app.exception
    assert not app.error
    assert app.metric


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
def test_a_city_at_fault_is_shown_in_one_box(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LANDLINK_CITY", str(tmp_path))
    app = opened("overview", "zh")
    assert not app.exception
    assert "datapackage.json" in app.error[0].value
