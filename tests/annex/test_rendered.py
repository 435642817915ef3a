"""The annexes as pages: nothing empty, nothing beyond the page, no character without a glyph."""

import zipfile
from pathlib import Path

import pytest

import landlink
from landlink.annex import Filing, write_annex
from tests.paths import ROOT
from tests.rendering import fonts, pages, to_pdf
from tests.sites_example import sited

pytestmark = pytest.mark.office
EDITIONS = {"city": None, "district": "440111"}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """PDF of document, workbook and map sheets of both editions."""
    city = landlink.load_city(ROOT / "geodata" / "guangzhou")
    plan = sited(landlink.make_plan(city, landlink.load_policy("guangzhou-2018"), 2020))
    folder = tmp_path_factory.mktemp("annex")
    packages = write_annex(
        plan, folder / "out", editions=list(EDITIONS.values()), filing=Filing("市规划和自然资源局", "2026年11月")
    )
    office, found = {}, {}
    for edition, package in zip(EDITIONS, packages, strict=True):
        with zipfile.ZipFile(package) as archive:
            for name in archive.namelist():
                kind = Path(name).suffix
                if kind in (".xlsx", ".docx"):
                    office[f"{edition}{kind[1:]}{kind}"] = archive.read(name)
                elif kind == ".pdf":
                    found[f"{edition}.pdf"] = folder / f"{edition}.pdf"
                    found[f"{edition}.pdf"].write_bytes(archive.read(name))
    return found | to_pdf(office, folder)


def test_every_page_can_be_read(rendered: dict[str, Path]) -> None:
    assert len(rendered) == 6
    for name, pdf in rendered.items():
        shown = pages(pdf)
        assert shown
        for number, page in enumerate(shown, 1):
            assert page.ink > 0.002, f"{name} page {number} is empty"
            assert page.outside == (), f"{name} page {number}"
            assert "\ufffd" not in page.text, f"{name} page {number} has characters without a glyph"
        assert any("\u4e00" <= letter <= "\u9fff" for letter in shown[0].text)


def test_all_fonts_are_embedded(rendered: dict[str, Path]) -> None:
    for name, pdf in rendered.items():
        found = fonts(pdf)
        assert found, name
        assert all(embedded for _, embedded in found), name


def test_a_sheet_is_a_page(rendered: dict[str, Path]) -> None:
    for edition in EDITIONS:
        shown = pages(rendered[f"{edition}.pdf"])
        assert len(shown) >= 5
        assert any("新增建设用地指标" in page.text for page in shown)
