"""Charts of the document, at print resolution."""

from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from landlink.annex.fonts import fonts
from landlink.plan.plan import Plan
from landlink.policy import Steps
from landlink.texts import Lang, text
from landlink.units import shown_ha

CHARTS = ("per_capita", "quota")
# Width and height in mm, and pixels an inch.
SIZE = (150, 75)
_DPI, _MM = 300, 25.4
# Okabe and Ito's blue and orange: told apart by the colour-blind, and one darker than the other in grey.
_DARK, _LIGHT, _LINE = "#0072b2", "#f0c27a", "#555555"
_FONT = 8.0
_ROOM = 1.12


def charts(plan: Plan, lang: Lang, district: str | None = None) -> dict[str, bytes]:
    """Return the charts as PNG by name, see :data:`CHARTS`.

    Parameters
    ----------
    district
        Code of the district that stands out; none where None.
    """
    return dict(zip(CHARTS, (_per_capita(plan, lang, district), _quota(plan, lang, district)), strict=True))


def _per_capita(plan: Plan, lang: Lang, district: str | None) -> bytes:
    figure, axes = _axes(plan, lang, district)
    values = plan.quota["per_capita_stock_m2"]
    bars = axes.bar(range(len(values)), values, 0.6, color=_DARK)
    axes.bar_label(bars, [f"{value:,.2f}" for value in values], fontproperties=_font(lang), fontsize=_FONT - 1.5)
    steps = plan.rules["linkage.standard"].content
    if isinstance(steps, Steps):
        for step in steps.steps[1:]:
            bound = float(step.lower)
            axes.axhline(bound, color=_LINE, linewidth=0.8, linestyle=(0, (4, 3)))
            told = text("document.chart.bound", lang, value=f"{step.lower:g}")
            axes.annotate(
                told,
                (1, bound),
                (-2, 2),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                ha="right",
                fontproperties=_font(lang),
                fontsize=_FONT - 1,
            )
    _finish(axes, lang, text("document.chart.per_capita", lang), float(values.max()))
    return _png(figure)


def _quota(plan: Plan, lang: Lang, district: str | None) -> bytes:
    figure, axes = _axes(plan, lang, district)
    places = np.arange(len(plan.quota))
    most = 0.0
    series = (("demand", "demand_m2", -0.2, _LIGHT), ("quota", "quota_m2", 0.2, _DARK))
    for name, column, shift, color in series:
        values = [float(area) for area in shown_ha(plan.quota[column])]
        label = {
            "demand": text("document.chart.demand", lang),
            "quota": text("document.chart.quota", lang),
        }[name]
        bars = axes.bar(places + shift, values, 0.38, color=color, edgecolor=_LINE, linewidth=0.4, label=label)
        if name == "quota":
            shown = [f"{value:,.2f}" for value in values]
            axes.bar_label(bars, shown, fontproperties=_font(lang), fontsize=_FONT - 1.5)
        most = max(most, *values)
    axes.legend(prop=_font(lang), frameon=False, loc="upper right")
    _finish(axes, lang, text("document.chart.ha", lang), most)
    return _png(figure)


def _axes(plan: Plan, lang: Lang, district: str | None) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(SIZE[0] / _MM, SIZE[1] / _MM), layout="constrained")
    axes = figure.add_subplot()
    names = plan.names(lang)
    axes.set_xticks(range(len(plan.quota)), [names[code] for code in plan.quota["code"]])
    for tick, code in zip(axes.get_xticklabels(), plan.quota["code"], strict=True):
        tick.set_fontproperties(_font(lang))
        tick.set_fontsize(_FONT if lang == "zh" else _FONT - 2)
        tick.set_fontweight("bold" if code == district else "normal")
    return figure, axes


def _finish(axes: Axes, lang: Lang, unit: str, most: float) -> None:
    axes.set_ylim(0, max(most * _ROOM, 1))
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
    held = BytesIO()
    figure.savefig(held, format="png", dpi=_DPI, metadata={"Software": None})
    return held.getvalue()
