"""Fonts of the map sheets: the Chinese ones that are installed, none of which is shipped."""

from matplotlib.font_manager import FontProperties, fontManager

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
