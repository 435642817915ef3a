"""Annexes: what is missing for them, how they will look, and the package to download."""

import streamlit as st

from landlink.annex import Filing, gaps, template
from landlink.errors import LandlinkError
from landlink.plan.plan import Plan
from landlink.texts import Lang
from landlink.ui import state
from landlink.ui.cache import annex as annexes
from landlink.ui.cache.annex import Request
from landlink.ui.cache.plan import stamp
from landlink.ui.cache.supply import SupplyInputs

# Choice of the whole city's edition, beside the districts' codes.
CITY = ""
# Choice of all editions.
ALL = "all"
# Height of the preview of the document, pixels.
DOCUMENT_HEIGHT = 900


def page() -> None:
    """Draw the page."""
    t, lang, plan = state.texts(), state.lang(), state.plan()
    left, right = st.columns([2, 3], gap="large")
    with left:
        edition = _edition(plan, lang)
        district = edition if edition not in (CITY, ALL) else None
        folder = state.folder()
        request = Request(lang, folder, stamp(folder), district, _filing(lang), _land(plan))
        st.subheader(t("ui.annex.missing"))
        _missing(plan, request)
        st.subheader(t("ui.annex.package"))
        _package(plan, request, [None, *plan.districts["code"]] if edition == ALL else [district])
    with right:
        _preview(plan, request)


def _edition(plan: Plan, lang: Lang) -> str:
    """Code of the district whose edition is wanted, :data:`CITY` or :data:`ALL`."""
    t, names = state.texts(), plan.names(lang)
    labels = {CITY: t("ui.annex.city"), **names, ALL: t("ui.annex.all", count=len(names) + 1)}
    chosen: str = st.selectbox(
        t("ui.annex.edition"), list(labels), format_func=labels.__getitem__, key=f"annex_edition_{lang}"
    )
    return chosen


def _filing(lang: Lang) -> Filing:
    """Compiler, date, paper and template."""
    t = state.texts()
    left, right = st.columns([3, 2])
    compiler = left.text_input(t("ui.annex.compiler"), key="annex_compiler", placeholder=t("ui.annex.compiler_hint"))
    date = right.text_input(t("ui.annex.date"), key="annex_date", placeholder=t("ui.annex.date_hint"))
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    paper = left.segmented_control(
        t("ui.annex.paper"), ["A3", "A4"], default="A3", key=f"annex_paper_{lang}", required=True
    )
    png = right.toggle(t("ui.annex.png"), key="annex_png")
    with st.expander(t("ui.annex.template")):
        st.caption(t("ui.annex.template_hint"))
        name = t("ui.annex.template_name")
        st.download_button(
            t("ui.annex.template_take"), lambda: template(lang), name, icon=":material/download:", on_click="ignore"
        )
        upload = st.file_uploader(t("ui.annex.template_own"), ["docx"], key="annex_template")
    return Filing(compiler, date, None if upload is None else (upload.name, upload.getvalue()), paper, png)


def _land(plan: Plan) -> SupplyInputs | None:
    """Inputs of the supply that goes into the annexes; None if there is no land or it is not wanted."""
    inputs = state.supply_inputs()
    if inputs is None:
        return None
    t = state.texts()
    wanted = st.toggle(
        t("ui.annex.land"), value=plan.siting is not None, key="annex_land", help=t("ui.annex.land_hint")
    )
    return inputs if wanted else None


def _missing(plan: Plan, request: Request) -> None:
    t = state.texts()
    with st.spinner(t("ui.annex.gathering")):
        missing = gaps(plan, annexes.material(plan, request))
    if not missing:
        st.success(t("ui.annex.complete"), icon=":material/check_circle:")
    blocking, other = ([gap.text(request.lang) for gap in missing if gap.filed is filed] for filed in (False, True))
    if blocking:
        st.error("\n".join(f"- {line}" for line in blocking), icon=":material/block:")
    if other:
        st.info("\n".join(f"- {line}" for line in other), icon=":material/info:")


def _package(plan: Plan, request: Request, editions: list[str | None]) -> None:
    """Make the package at a click, and keep it as long as nothing it comes from changes."""
    t, session = state.texts(), st.session_state
    key = (plan.fingerprint, request, tuple(editions))
    if st.button(t("ui.annex.make"), icon=":material/inventory_2:", type="primary"):
        stop = st.empty()
        if len(editions) > 1:
            stop.button(t("ui.annex.stop"), icon=":material/stop:")  # a click ends this run, and the writing with it
        bar = st.progress(0.0, t("ui.annex.making"))

        def report(done: int, count: int, name: str) -> bool:
            bar.progress(done / count, t("ui.annex.progress", done=done + 1, count=count, name=name))
            return False

        session["annex_package"] = (key, *annexes.packed(plan, request, editions, report))
        bar.empty()
        stop.empty()
    package = session.get("annex_package")
    if package is not None and package[0] == key:
        _, name, content = package
        label = t("ui.annex.download", size=f"{len(content) / 1e6:.1f}")
        st.download_button(label, content, name, "application/zip", icon=":material/download:", on_click="ignore")


def _preview(plan: Plan, request: Request) -> None:
    t, lang = state.texts(), request.lang
    kinds = {"maps": t("ui.annex.maps"), "document": t("ui.annex.document")}
    kind = st.segmented_control(
        t("ui.annex.preview"),
        list(kinds),
        default="maps",
        format_func=kinds.__getitem__,
        key=f"annex_preview_{lang}",
        required=True,
    )
    if kind == "maps":
        titles = annexes.sheet_titles(plan, request)
        sheet = st.selectbox(
            t("ui.annex.sheet"), range(len(titles)), format_func=titles.__getitem__, key=f"annex_sheet_{lang}"
        )
        with st.spinner(t("ui.annex.drawing")):
            st.image(annexes.sheet_image(plan, request, sheet or 0), width="stretch")
        return
    try:
        with st.spinner(t("ui.annex.drawing")):
            pages = annexes.document_pages(plan, request)
    except LandlinkError as error:
        st.warning("\n".join(f"- {fault.text(lang)}" for fault in error.faults), icon=":material/warning:")
        return
    with st.container(height=DOCUMENT_HEIGHT):
        for picture in pages:
            st.image(picture, width="stretch")


if __name__ == "__main__":
    page()
