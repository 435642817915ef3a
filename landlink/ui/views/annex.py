"""Annexes: what is missing for them, how they will look, and the package to download."""

import streamlit as st

from landlink.annex import file_name, gaps
from landlink.plan import Plan
from landlink.texts import Lang
from landlink.ui import annex_state, state


def page() -> None:
    """Draw the page."""
    t, lang, plan = state.texts(), state.lang(), state.plan()
    left, right = st.columns([2, 3], gap="large")
    with left:
        edition = _edition(plan, lang)
        compiler = st.text_input(t("ui.annex.compiler"), key="annex_compiler", placeholder=t("ui.annex.compiler_hint"))
        wish = annex_state.Wish(lang, edition, compiler)
        st.subheader(t("ui.annex.missing"))
        _missing(plan, lang)
        st.subheader(t("ui.annex.package"))
        if st.button(t("ui.annex.make"), icon=":material/inventory_2:", type="primary"):
            st.session_state["annex_made"] = (plan.fingerprint, wish)
        if st.session_state.get("annex_made") == (plan.fingerprint, wish):
            with st.spinner(t("ui.annex.making")):
                content = annex_state.package(plan, wish)
            size = f"{len(content) / 1e6:.1f}"
            st.download_button(
                t("ui.annex.download", size=size),
                content,
                file_name(plan, lang, edition),
                "application/zip",
                icon=":material/download:",
                on_click="ignore",
            )
    with right:
        _preview(plan, wish)


def _edition(plan: Plan, lang: Lang) -> str | None:
    """Code of the district whose edition is wanted; None for the whole city."""
    t = state.texts()
    names = plan.districts.set_index("code")["name" if lang == "zh" else "name_en"].to_dict()
    chosen = st.selectbox(
        t("ui.annex.edition"),
        ["", *names],
        format_func=lambda code: names.get(code, t("ui.annex.city")),
        key=f"annex_edition_{lang}",
    )
    return chosen or None


def _missing(plan: Plan, lang: Lang) -> None:
    t = state.texts()
    found = gaps(plan)
    if not found:
        st.success(t("ui.annex.complete"), icon=":material/check_circle:")
    for gap in found:
        told = gap.text(lang)
        if gap.filed:
            st.info(told, icon=":material/info:")
        else:
            st.error(told, icon=":material/block:")


def _preview(plan: Plan, wish: annex_state.Wish) -> None:
    t = state.texts()
    titles = annex_state.sheet_titles(plan, wish)
    place = st.selectbox(
        t("ui.annex.sheet"), range(len(titles)), format_func=titles.__getitem__, key=f"annex_sheet_{wish.lang}"
    )
    with st.spinner(t("ui.annex.drawing")):
        st.image(annex_state.sheet_image(plan, wish, place or 0), width="stretch")


if __name__ == "__main__":
    page()
