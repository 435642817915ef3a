"""Map sheets and charts are set in fonts that are on every machine, and in the office's own where it has them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.subset import main as subset
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure

from landlink.annex.fonts import LARGE_SERIF, SHIPPED, check_signs, fonts
from landlink.annex.maps import Sheet, write_pdf
from landlink.errors import OutputError
from landlink.texts import LANGS, catalogue
from tests.office import poppler
from tests.paths import GUANGZHOU, ROOT

FOLDER = ROOT / "landlink/annex/fonts"
FILES = [name for names in SHIPPED.values() for name in names]
# Families of the text and the titles, then what matplotlib says of them.
SHOW = (
    "from matplotlib.font_manager import findfont\n"
    "from landlink.annex.fonts import fonts\n"
    "for font in fonts('zh'):\n"
    "    print(findfont(font))\n"
)


def start(home: Path, *, code: str = SHOW) -> list[str]:
    """Output lines of a new process whose user has these fonts, and matplotlib's list of fonts in this home."""
    environment = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "PYTHONPATH": str(ROOT), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


def named(name: str, target: Path) -> None:
    """Save the shipped serif under another name, with a few signs."""
    subset([str(FOLDER / "serif.ttf"), "--text=广州市", f"--output-file={target}", "--name-IDs=*"])
    font = TTFont(target)
    for record in font["name"].names:
        if record.nameID in (1, 4, 6):
            record.string = name
    font.save(target)


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_font_has_the_signs_that_plans_are_written_with(name: str) -> None:
    signs = {chr(code) for code in TTFont(FOLDER / name).getBestCmap()}
    listed = set((FOLDER / "characters.txt").read_text(encoding="utf-8")) - {"\n"}
    assert signs == listed | {" ", "\u00a0", "\u3000"}
    # Rows 16–87 of GB 2312 are its 6,763 characters: 5 cells of row 55 are empty.
    rows = [bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)]
    assert len("".join(rows)) == 72 * 94 - 5 == 6_763
    assert set("".join(rows)) <= signs
    places = "".join(path.read_text(encoding="utf-8") for path in GUANGZHOU.glob("*.csv"))
    assert set(places) - {"\n", "\r", "\ufeff"} <= signs
    # 深圳 has 田磡 and 大𡌶 is beyond; 广州 has 㙟; 通用规范汉字表's third list is for names such as 槟榔 and 峃口.
    assert set("磡㙟峃犇堃垚") <= signs


@pytest.mark.bare
def test_every_text_of_the_sheets_can_be_drawn() -> None:
    for lang in LANGS:
        for name, message in catalogue(lang).items():
            if name.startswith(("maps.", "document.chart", "model.")):
                check_signs(message, lang)


def test_a_sign_that_no_font_has_is_refused() -> None:
    with pytest.raises(OutputError, match=r"U\+1F3E2"):
        check_signs("市局\U0001f3e2", "zh")


@pytest.mark.bare
def test_a_machine_without_fonts_has_those_that_come_with_landlink(tmp_path: Path) -> None:
    # With this set, matplotlib lists no font of the machine's, but would then find no font of ours either.
    hide = "import os; os.environ['MPL_IGNORE_SYSTEM_FONTS'] = '1'; from landlink.annex.fonts import fonts; fonts('zh')"
    code = f"{hide}; del os.environ['MPL_IGNORE_SYSTEM_FONTS']\n{SHOW}"
    assert [Path(line).name for line in start(tmp_path, code=code)] == ["serif.ttf", "sans-bold.ttf"]


@pytest.mark.bare
@pytest.mark.skipif(sys.platform != "linux", reason="fonts of the user alone are elsewhere")
def test_a_font_installed_after_the_first_start_is_used(tmp_path: Path) -> None:
    assert Path(start(tmp_path)[0]).name == "serif.ttf"
    assert list(tmp_path.rglob("fontlist-*.json")), "matplotlib keeps a list of fonts"
    installed = tmp_path / ".local/share/fonts/simfang.ttf"
    installed.parent.mkdir(parents=True)
    named("FangSong", installed)
    named("SimHei", installed.with_name("simhei.ttf"))
    (installed.parent / "broken.ttf").write_bytes(b"no font")
    assert [Path(line).name for line in start(tmp_path)] == ["simfang.ttf", "simhei.ttf"]
    installed.unlink()
    assert Path(start(tmp_path)[0]).name == "serif.ttf"


def test_a_character_that_only_a_large_font_has_is_embedded_as_truetype(tmp_path: Path) -> None:
    rare = "䂮"
    if not set(fonts("zh")[0].get_family()) & set(LARGE_SERIF):
        pytest.skip("no font with more characters than the shipped ones is installed")
    figure = Figure()
    figure.add_axes((0, 0, 1, 1)).text(0.5, 0.5, f"广州{rare}", fontproperties=fonts("zh")[0])
    write_pdf([Sheet("rare", "", 1, lambda: figure, in_document=False)], tmp_path / "rare.pdf", "zh")
    listed = subprocess.run([poppler("pdffonts"), tmp_path / "rare.pdf"], capture_output=True, text=True, check=True)
    rows = listed.stdout.splitlines()[2:]
    assert len(rows) > 1
    assert all(re.search(r"TrueType.* yes +yes +yes ", row) for row in rows), listed.stdout
    assert listed.stderr == ""
    shown = subprocess.run(
        [poppler("pdftotext"), tmp_path / "rare.pdf", "-"], capture_output=True, text=True, check=True
    )
    assert rare in shown.stdout


def test_the_licence_goes_with_the_fonts() -> None:
    licence = (FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    for name in FILES:
        (copyright_line,) = {str(record) for record in TTFont(FOLDER / name)["name"].names if record.nameID == 0}
        assert copyright_line in licence
    assert "landlink/annex/fonts/" in (ROOT / "NOTICE").read_text(encoding="utf-8")
