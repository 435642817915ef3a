"""Streamlit entry: ``streamlit run app.py``."""

from landlink.ui.main import main

main()
