"""Fonts of the map sheets: the Chinese ones that are installed, none of which is shipped."""

from functools import cache

from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

from landlink.errors import Fault, OutputError
from landlink.texts import Lang

# Families in order of preference: what Windows has, then what Linux has, by the names that the fonts give themselves.
SERIF = ("FangSong", "FangSong_GB2312", "STFangsong", "SimSun", "STSong", "Source Han Serif SC", "Noto Serif CJK SC")
SANS = (
    *("SimHei", "Microsoft YaHei", "STHeiti", "PingFang SC", "Source Han Sans SC", "Source Han Sans CN"),
    *("Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei"),
)
# Comes with matplotlib: signs that a Chinese font does not have.
LAST = "DejaVu Sans"
# Noto's serif is often installed in bold alone, which is no text face.
_PLAIN = 500


def fonts(lang: Lang) -> tuple[FontProperties, FontProperties]:
    """Font of the text and font of the titles.

    Chinese text is in 仿宋 or 宋体 where they are installed, titles are in 黑体; English is without serifs throughout.

    Raises
    ------
    OutputError
        No Chinese font is installed.
    """
    plain = {font.name for font in fontManager.ttflist if not (isinstance(font.weight, int) and font.weight > _PLAIN)}
    serif, sans = ([name for name in names if name in plain] for names in (SERIF, SANS))
    if not serif and not sans:
        raise OutputError(Fault("output.font", {"fonts": ", ".join((*SERIF[:1], *SANS[:2], "Noto Sans CJK SC"))}))
    body = [*serif, *sans] if lang == "zh" else [*sans, *serif]
    return (
        FontProperties(family=[*body, LAST]),
        FontProperties(family=[*sans, *serif, LAST], weight="bold"),
    )


def check_signs(told: str, lang: Lang) -> None:
    """Refuse a text that would be drawn with empty boxes.

    Raises
    ------
    OutputError
        No installed font has one of its signs.
    """
    missing = [sign for sign in told if sign != "\n" and not _has(sign, lang)]
    if missing:
        sign = missing[0]
        raise OutputError(Fault("output.sign", {"sign": f"{sign} (U+{ord(sign):04X})", "text": told}))


@cache
def _has(sign: str, lang: Lang) -> bool:
    """Whether one of the fonts that are drawn with has a sign."""
    known = fonts(lang)[0]
    found = (findfont(FontProperties(family=[family], weight=known.get_weight())) for family in known.get_family())
    return any(get_font(font).get_char_index(ord(sign)) for font in found)
