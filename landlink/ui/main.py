"""The frame of the app: language, navigation and style; the pages are declared in :data:`PAGES`."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from landlink.texts import LANGS
from landlink.ui import state


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its name in the address, the text id of its title, and its script in ``views``."""

    name: str
    title: str
    script: str


# To add a page, add a row and its script. The first page is the one that opens.
PAGES = (
    Page("overview", "ui.page.overview", "overview.py"),
    Page("quota", "ui.page.quota", "quota.py"),
    Page("needs", "ui.page.needs", "needs.py"),
    Page("supply", "ui.page.supply", "supply.py"),
    Page("access", "ui.page.access", "access.py"),
    Page("siting", "ui.page.siting", "siting.py"),
    Page("annex", "ui.page.annex", "annex.py"),
    Page("data", "ui.page.data", "data.py"),
)
# Not "pages": Streamlit runs a folder of that name beside the main script by older rules.
VIEWS = Path(__file__).with_name("views")
_LANGUAGES = {"zh": "中文", "en": "EN"}
_STYLE = """
<style>
.block-container {padding: 4rem 1.6rem 1rem 1.6rem; max-width: 100%;}
[data-testid="stMetricValue"] {font-size: 1.45rem;}
[data-testid="stMetricLabel"] p {font-size: .85rem;}
h1 {font-size: 1.5rem !important; padding: 0 0 .3rem 0 !important;}
h2, h3 {font-size: 1.1rem !important; padding: .3rem 0 .5rem 0 !important;}
[data-testid="stVerticalBlock"] {gap: .6rem;}
iframe[title*="st_folium"] {height: calc(100vh - 340px) !important; min-height: 400px;}
details.derivation {margin-left: 1rem; font-size: .85rem;}
details.derivation > summary {cursor: pointer;}
details.derivation .origin, .derivation-leaf .origin {color: #6b6f76;}
.derivation-leaf {margin-left: 2.1rem; font-size: .85rem;}
.estimated {color: #9a5b00;} .synthetic {color: #9b1c6b;}
</style>
"""


def main() -> None:
    """Draw the frame and run the open page."""
    st.set_page_config(page_title="landlink", layout="wide", initial_sidebar_state="collapsed")
    st.html(_STYLE)
    state.keep()
    t = state.texts()
    pages = [
        st.Page(VIEWS / page.script, title=t(page.title), url_path=page.name, default=page is PAGES[0])
        for page in PAGES
    ]
    opened = st.navigation(pages, position="top")
    heading, language = st.columns([6, 1], vertical_alignment="center")
    heading.title(t("ui.title", page=opened.title))
    language.segmented_control(
        "language",
        LANGS,
        format_func=lambda lang: _LANGUAGES[lang],
        key="lang",
        label_visibility="collapsed",
    )
    state.run(opened.run)


if __name__ == "__main__":
    main()
