"""The app's frame: language, navigation, and what every page shares."""

from pathlib import Path

import streamlit as st

from landlink.texts import LANGS
from landlink.ui import state

PAGES = ("overview", "quota", "needs", "supply", "access", "siting", "annex", "data")
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
    """Draw the frame and the page that is open."""
    st.set_page_config(page_title="landlink", layout="wide", initial_sidebar_state="collapsed")
    st.html(_STYLE)
    state.keep()
    t = state.texts()
    folder = Path(__file__).with_name("views")
    pages = [
        st.Page(folder / f"{name}.py", title=t(f"ui.page.{name}"), url_path=name, default=name == PAGES[0])
        for name in PAGES
    ]
    page = st.navigation(pages, position="top")
    heading, language = st.columns([9, 1], vertical_alignment="center")
    heading.title(t("ui.title", page=page.title))
    language.segmented_control(
        "language",
        LANGS,
        format_func=lambda lang: _LANGUAGES[lang],
        key="lang",
        label_visibility="collapsed",
    )
    state.guard(page.run)


if __name__ == "__main__":
    main()
