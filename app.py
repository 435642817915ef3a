"""Streamlit entry: ``streamlit run app.py``."""

if __name__ == "__main__":  # processes that help with the work read this file too
    from landlink.ui.main import main

    main()
