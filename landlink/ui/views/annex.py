"""Annexes: what is missing for them, how they will look, and the package to download."""

import streamlit as st

from landlink.annex import Filing, gaps, template
from landlink.errors import LandlinkError
from landlink.plan.plan import Plan
from landlink.texts import Lang
from landlink.ui import annex_state, land_state, state

_CITY, _ALL = "", "all"


def page() -> None:
    """Draw the page."""
    t, lang, plan = state.texts(), state.lang(), state.plan()
    left, right = st.columns([2, 3], gap="large")
    with left:
        edition = _edition(plan, lang)
        wish = annex_state.Wish(lang, edition if edition not in (_CITY, _ALL) else None, _filing(lang), _land(plan))
        st.subheader(t("ui.annex.missing"))
        _missing(plan, wish)
        st.subheader(t("ui.annex.package"))
        _package(plan, wish, [None, *plan.districts["code"]] if edition == _ALL else [wish.district])
    with right:
        _preview(plan, wish)


def _edition(plan: Plan, lang: Lang) -> str:
    """Code of the district whose edition is wanted, or one for the whole city or for all."""
    t = state.texts()
    names = state.names(plan)
    named = {_CITY: t("ui.annex.city"), **names, _ALL: t("ui.annex.all", count=len(names) + 1)}
    chosen: str = st.selectbox(
        t("ui.annex.edition"), list(named), format_func=named.__getitem__, key=f"annex_edition_{lang}"
    )
    return chosen


def _filing(lang: Lang) -> Filing:
    """Who compiles, when, and by which template."""
    t = state.texts()
    who, when = st.columns([3, 2])
    compiler = who.text_input(t("ui.annex.compiler"), key="annex_compiler", placeholder=t("ui.annex.compiler_hint"))
    date = when.text_input(t("ui.annex.date"), key="annex_date", placeholder=t("ui.annex.date_hint"))
    size, too = st.columns([3, 2], vertical_alignment="bottom")
    paper = size.segmented_control(
        t("ui.annex.paper"), ["A3", "A4"], default="A3", key=f"annex_paper_{lang}", required=True
    )
    pictures = too.toggle(t("ui.annex.png"), key="annex_png")
    with st.expander(t("ui.annex.template")):
        st.caption(t("ui.annex.template_hint"))
        name = t("ui.annex.template_name")
        st.download_button(
            t("ui.annex.template_take"), lambda: template(lang), name, icon=":material/download:", on_click="ignore"
        )
        own = st.file_uploader(t("ui.annex.template_own"), ["docx"], key="annex_template")
    return Filing(compiler, date, None if own is None else (own.name, own.getvalue()), paper, pictures)


def _land(plan: Plan) -> land_state.Look | None:
    """Land that goes with the annexes; None where there is none or it is not wanted."""
    at = land_state.look()
    if at is None:
        return None
    t = state.texts()
    wanted = st.toggle(
        t("ui.annex.land"), value=plan.siting is not None, key="annex_land", help=t("ui.annex.land_hint")
    )
    return at if wanted else None


def _missing(plan: Plan, wish: annex_state.Wish) -> None:
    t = state.texts()
    with st.spinner(t("ui.annex.gathering")):
        found = gaps(plan, annex_state.enclosed(plan, wish.at))
    if not found:
        st.success(t("ui.annex.complete"), icon=":material/check_circle:")
    hindering, other = ([gap.text(wish.lang) for gap in found if gap.filed is filed] for filed in (False, True))
    if hindering:
        st.error("\n".join(f"- {told}" for told in hindering), icon=":material/block:")
    if other:
        st.info("\n".join(f"- {told}" for told in other), icon=":material/info:")


def _package(plan: Plan, wish: annex_state.Wish, editions: list[str | None]) -> None:
    """Make the package at a click, and keep it as long as nothing it comes from changes."""
    t = state.texts()
    key = (plan.fingerprint, wish, tuple(editions))
    if st.button(t("ui.annex.make"), icon=":material/inventory_2:", type="primary"):
        stop = st.empty()
        if len(editions) > 1:
            stop.button(t("ui.annex.stop"), icon=":material/stop:")  # a click ends this run, and the writing with it
        bar = st.progress(0.0, t("ui.annex.making"))

        def told(done: int, count: int, name: str) -> bool:
            bar.progress(done / count, t("ui.annex.progress", done=done + 1, count=count, name=name))
            return False

        st.session_state["annex_made"] = (key, *annex_state.packed(plan, wish, editions, told))
        bar.empty()
        stop.empty()
    made = st.session_state.get("annex_made")
    if made is not None and made[0] == key:
        _, name, content = made
        label = t("ui.annex.download", size=f"{len(content) / 1e6:.1f}")
        st.download_button(label, content, name, "application/zip", icon=":material/download:", on_click="ignore")


def _preview(plan: Plan, wish: annex_state.Wish) -> None:
    t = state.texts()
    kinds = {"maps": t("ui.annex.maps"), "document": t("ui.annex.document")}
    kind = st.segmented_control(
        t("ui.annex.preview"),
        list(kinds),
        default="maps",
        format_func=kinds.__getitem__,
        key=f"annex_preview_{wish.lang}",
        required=True,
    )
    if kind == "maps":
        titles = annex_state.sheet_titles(plan, wish)
        place = st.selectbox(
            t("ui.annex.sheet"), range(len(titles)), format_func=titles.__getitem__, key=f"annex_sheet_{wish.lang}"
        )
        with st.spinner(t("ui.annex.drawing")):
            st.image(annex_state.sheet_image(plan, wish, place or 0), width="stretch")
        return
    try:
        with st.spinner(t("ui.annex.drawing")):
            shown = annex_state.document_pages(plan, wish)
    except LandlinkError as error:
        st.warning("\n".join(f"- {fault.text(wish.lang)}" for fault in error.faults), icon=":material/warning:")
        return
    with st.container(height=900):
        for picture in shown:
            st.image(picture, width="stretch")


if __name__ == "__main__":
    page()
