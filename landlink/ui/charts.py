"""Charts of plans: Vega-Lite specifications, which the browser draws with scripts that Streamlit serves."""

from collections.abc import Callable

import altair as alt
import pandas as pd

# Colours safe for colour-blind readers (Okabe and Ito), and distinct in grey.
QUOTA = "#0072b2"  # new land
STOCK = "#e69f00"  # stock land
CUT = "#999999"  # what is cut
_ON_TOP = alt.Legend(orient="top", columns=1)
# Name of the selection that a click on a bar makes.
DISTRICT = "district"
# Opacity of the districts that are not selected.
_FADED = 0.45

Texts = Callable[..., str]


def rates(series: pd.DataFrame, t: Texts) -> alt.Chart:
    """Lines of both urbanisation rates by year."""
    names = {
        "resident_urban_share": t("ui.overview.resident_share"),
        "hukou_urban_share": t("ui.overview.hukou_share"),
    }
    long = series.rename(columns=names).melt("year", list(names.values()), "rate", "value")
    chart: alt.Chart = (
        alt.Chart(long)
        .mark_line(point=True)
        .encode(
            alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0)),
            alt.Y("value:Q", title="%", scale=alt.Scale(zero=False)),
            alt.Color("rate:N", title=None, scale=alt.Scale(range=[QUOTA, STOCK]), legend=_ON_TOP),
            tooltip=[alt.Tooltip("year:O"), alt.Tooltip("rate:N"), alt.Tooltip("value:Q", format=".2f")],
        )
        .properties(height=250)
    )
    return chart


def shares(areas: pd.DataFrame, selected: str | None, title: str) -> alt.Chart:
    """Stacked bars of areas by district.

    Parameters
    ----------
    areas
        ``code``, ``district``, ``part``, ``area_ha`` and ``color``, in drawing order.
    selected
        Code of the district that is drawn in full colour; None for all.
    """
    parts = areas.drop_duplicates("part")
    click = alt.selection_point(DISTRICT, fields=["code"], on="click", toggle=False)
    opacity = (
        alt.value(1) if selected is None else alt.condition(alt.datum.code == selected, alt.value(1), alt.value(_FADED))
    )
    order = areas["district"].drop_duplicates().tolist()
    chart: alt.Chart = (
        alt.Chart(areas.assign(rank=areas.groupby("district").cumcount()))
        .mark_bar(cursor="pointer")
        .encode(
            alt.Y("district:N", sort=order, title=None),
            alt.X("area_ha:Q", title=title),
            alt.Color(
                "part:N",
                title=None,
                scale=alt.Scale(domain=parts["part"].tolist(), range=parts["color"].tolist()),
                legend=alt.Legend(orient="top", columns=5, labelLimit=220),
            ),
            alt.Order("rank:Q"),
            opacity=opacity,
            tooltip=[alt.Tooltip("district:N"), alt.Tooltip("part:N"), alt.Tooltip("area_ha:Q", format=",.2f")],
        )
        .add_params(click)
        .properties(padding={"left": 5, "right": 22, "top": 5, "bottom": 5})
    )
    return chart


def lorenz(curves: pd.DataFrame, people: str, access: str) -> alt.Chart:
    """Lorenz curves over the diagonal of equality.

    Parameters
    ----------
    curves
        ``population`` and ``access`` (shares), ``part`` (which curve).
    people, access
        Titles of the axes.
    """
    parts = curves["part"].drop_duplicates().tolist()
    axis = alt.Axis(format="%")
    bounds = alt.Scale(domain=[0, 1])
    lines = (
        alt.Chart(curves)
        .mark_line()
        .encode(
            alt.X("population:Q", title=people, axis=axis, scale=bounds),
            alt.Y("access:Q", title=access, axis=axis, scale=bounds),
            alt.Color(
                "part:N", title=None, scale=alt.Scale(domain=parts, range=[CUT, QUOTA][-len(parts) :]), legend=_ON_TOP
            ),
            tooltip=[
                alt.Tooltip("part:N"),
                alt.Tooltip("population:Q", format=".1%"),
                alt.Tooltip("access:Q", format=".1%"),
            ],
        )
    )
    equal = pd.DataFrame({"population": [0, 1], "access": [0, 1]})
    diagonal = alt.Chart(equal).mark_line(strokeDash=[4, 3], color="#6b6f76").encode(x="population:Q", y="access:Q")
    chart: alt.Chart = diagonal + lines
    return chart
