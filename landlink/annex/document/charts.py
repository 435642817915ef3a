"""Charts of the document, at print resolution."""

from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from landlink.annex.edition import Edition
from landlink.annex.fonts import fonts
from landlink.policy import Steps
from landlink.texts import Lang
from landlink.units import shown_ha

CHARTS = ("per_capita", "quota")
# Width and height, mm.
SIZE = (150, 75)
_DPI = 300  # pixels an inch: what print needs
_MM_PER_INCH = 25.4  # mm
# Colours distinct to the colour-blind, and one darker than the other in grey.
_DARK = "#0072b2"  # Okabe and Ito's blue: per-capita stock, quotas
_LIGHT = "#f0c27a"  # Okabe and Ito's orange, lighter: claims
_LINE = "#555555"  # bounds of the steps, edges of bars
# Size of the type, points.
_FONT = 8.0
# Height of the axis above the highest bar, as a share of it.
_ROOM = 1.12
# Widths of bars, as shares of the distance between districts.
_SINGLE = 0.6  # of a bar that stands alone
_PAIRED = 0.38  # of each bar of a pair: both leave a gap of a quarter
_SHIFT = 0.2  # of a pair's bars from the middle: half a width and a hair of a gap


def charts(edition: Edition) -> dict[str, bytes]:
    """Charts as PNG by name, see :data:`CHARTS`; the edition's district stands out."""
    return dict(zip(CHARTS, (_per_capita(edition), _quota(edition)), strict=True))


def _per_capita(edition: Edition) -> bytes:
    """Existing urban construction land a head, with the bounds of the standard's steps."""
    figure, axes = _axes(edition)
    font = _font(edition.lang)
    values = edition.plan.quota["per_capita_stock_m2"]
    bars = axes.bar(range(len(values)), values, _SINGLE, color=_DARK)
    axes.bar_label(bars, [f"{value:,.2f}" for value in values], fontproperties=font, fontsize=_FONT - 1.5)
    steps = edition.plan.rules["linkage.standard"].content
    if isinstance(steps, Steps):
        for step in steps.steps[1:]:
            bound = float(step.lower)
            axes.axhline(bound, color=_LINE, linewidth=0.8, linestyle=(0, (4, 3)))
            axes.annotate(
                edition.text("document.chart.bound", value=f"{step.lower:g}"),
                (1, bound),
                (-2, 2),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                ha="right",
                fontproperties=font,
                fontsize=_FONT - 1,
            )
    _finish(axes, edition.lang, edition.text("document.chart.per_capita"), float(values.max()))
    return _png(figure)


def _quota(edition: Edition) -> bytes:
    """Claims on new land and quotas, in ha."""
    figure, axes = _axes(edition)
    font, table = _font(edition.lang), edition.plan.quota
    positions = np.arange(len(table))
    demands, quotas = ([float(area) for area in shown_ha(table[name])] for name in ("demand_m2", "quota_m2"))
    style: dict[str, Any] = {"edgecolor": _LINE, "linewidth": 0.4}
    label = edition.text("document.chart.demand")
    axes.bar(positions - _SHIFT, demands, _PAIRED, color=_LIGHT, label=label, **style)
    label = edition.text("document.chart.quota")
    bars = axes.bar(positions + _SHIFT, quotas, _PAIRED, color=_DARK, label=label, **style)
    axes.bar_label(bars, [f"{quota:,.2f}" for quota in quotas], fontproperties=font, fontsize=_FONT - 1.5)
    axes.legend(prop=font, frameon=False, loc="upper right")
    _finish(axes, edition.lang, edition.text("document.chart.ha"), max(0.0, *demands, *quotas))
    return _png(figure)


def _axes(edition: Edition) -> tuple[Figure, Axes]:
    """Figure and axes with the names of the districts below them."""
    figure = Figure(figsize=(SIZE[0] / _MM_PER_INCH, SIZE[1] / _MM_PER_INCH), layout="constrained")
    axes = figure.add_subplot()
    codes = edition.plan.quota["code"]
    axes.set_xticks(range(len(codes)), [edition.names[code] for code in codes])
    for tick, code in zip(axes.get_xticklabels(), codes, strict=True):
        tick.set_fontproperties(_font(edition.lang))
        tick.set_fontsize(_FONT if edition.lang == "zh" else _FONT - 2)
        tick.set_fontweight("bold" if code == edition.district else "normal")
    return figure, axes


def _finish(axes: Axes, lang: Lang, unit: str, highest: float) -> None:
    axes.set_ylim(0, max(highest * _ROOM, 1))
    axes.set_ylabel(unit, fontproperties=_font(lang), fontsize=_FONT)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    for tick in axes.get_yticklabels():
        tick.set_fontproperties(_font(lang))
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="x", length=0)


def _font(lang: Lang) -> FontProperties:
    font = fonts(lang)[0].copy()
    font.set_size(_FONT)
    return font


def _png(figure: Figure) -> bytes:
    FigureCanvasAgg(figure)
    content = BytesIO()
    figure.savefig(content, format="png", dpi=_DPI, metadata={"Software": None})
    return content.getvalue()
