"""Fonts of map sheets and charts: the office's own where they are installed, else those that come with landlink."""

from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

from matplotlib.font_manager import (
    FontEntry,
    FontProperties,
    findfont,
    findSystemFonts,
    fontManager,
    get_font,
    ttfFontProperty,
)

from landlink.errors import Fault, OutputError
from landlink.texts import Lang

# What offices have (仿宋, 宋体; 黑体), by the names that the fonts give themselves, in order of preference.
OFFICE_SERIF = ("FangSong", "FangSong_GB2312", "STFangsong", "SimSun", "STSong")
OFFICE_SANS = ("SimHei", "Microsoft YaHei", "STHeiti", "PingFang SC")
# Fonts beside this module: the characters of characters.txt out of Noto Serif SC and Noto Sans SC, plain and bold. The
# names are for matplotlib alone, and differ from the fonts' own, which the whole fonts have too where installed.
SHIPPED = {"landlink serif": ("serif.ttf",), "landlink sans": ("sans.ttf", "sans-bold.ttf")}
SHIPPED_SERIF, SHIPPED_SANS = SHIPPED
# Fonts with more characters than the shipped ones, for names that need them.
LARGE_SERIF = ("Source Han Serif SC", "Noto Serif CJK SC", "Noto Serif SC")
LARGE_SANS = ("Source Han Sans SC", "Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei")
# Comes with matplotlib: characters that a Chinese font does not have.
LAST = "DejaVu Sans"
_PLAIN = 500  # CSS weight above which a face is no text face: Noto's serif is often installed in bold alone
_BOLD = 700  # CSS weight of titles
_FAMILIES = frozenset((*OFFICE_SERIF, *OFFICE_SANS, *SHIPPED, *LARGE_SERIF, *LARGE_SANS))


def fonts(lang: Lang) -> tuple[FontProperties, FontProperties]:
    """Font of the text and font of the titles.

    Chinese text is in 仿宋 or 宋体 where they are installed and in Noto Serif else, titles are in 黑体 or Noto Sans;
    English is without serifs throughout. Characters that the first font lacks are taken from the next.
    """
    plain = _plain_families()
    serif, sans = (
        [name for name in names if name in plain]
        for names in ((*OFFICE_SERIF, SHIPPED_SERIF, *LARGE_SERIF), (*OFFICE_SANS, SHIPPED_SANS, *LARGE_SANS))
    )
    body = [*serif, *sans] if lang == "zh" else [*sans, *serif]
    return FontProperties(family=[*body, LAST]), FontProperties(family=[*sans, *serif, LAST], weight="bold")


def check_signs(string: str, lang: Lang) -> None:
    """Refuse a text that would be drawn with empty boxes.

    Raises
    ------
    OutputError
        No font has one of its characters.
    """
    missing = next((character for character in string if character != "\n" and not _is_drawn(character, lang)), None)
    if missing is not None:
        raise OutputError(Fault("output.character", {"character": f"{missing} (U+{ord(missing):04X})", "text": string}))


@cache
def _is_drawn(character: str, lang: Lang) -> bool:
    """True if one of the fonts that are drawn with has the character."""
    body = fonts(lang)[0]
    paths = (findfont(FontProperties(family=[family], weight=body.get_weight())) for family in body.get_family())
    return any(get_font(path).get_char_index(ord(character)) for path in paths)


@cache
def _plain_families() -> frozenset[str]:
    """Names of families with a face for text, once matplotlib knows every font that is on this machine now."""
    _refresh()
    for family, names in SHIPPED.items():
        for name in names:
            face = ttfFontProperty(get_font(Path(__file__).with_name(name)))
            fontManager.ttflist.append(replace(face, name=family))
    faces = [face for face in fontManager.ttflist if face.name in _FAMILIES]
    bold = {face.name for face in faces if _is_bold(face)}
    # 黑体 is one weight for all: without a bold face, matplotlib would warn each time that it takes the plain one.
    fontManager.ttflist += [replace(face, weight=_BOLD) for face in faces if face.name not in bold]
    return frozenset(face.name for face in faces if not _is_bold(face))


def _refresh() -> None:
    """Bring matplotlib's list of fonts up to date: it keeps that of its first start on this machine."""
    fontManager.ttflist[:] = [face for face in fontManager.ttflist if Path(face.fname).exists()]
    listed = {face.fname for face in fontManager.ttflist}
    for path in sorted(set(findSystemFonts()) - listed):
        with suppress(OSError, RuntimeError, ValueError):  # a broken font is as good as none
            fontManager.addfont(path)


def _is_bold(face: FontEntry) -> bool:
    return face.weight == "bold" or (isinstance(face.weight, int) and face.weight > _PLAIN)
