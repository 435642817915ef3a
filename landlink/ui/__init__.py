"""The Streamlit pages: they take inputs, call the package and show; they compute nothing."""
