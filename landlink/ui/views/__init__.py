"""The pages: each takes inputs, calls the package and shows; a file a page, run by Streamlit."""
