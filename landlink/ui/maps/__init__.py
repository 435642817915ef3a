"""The maps of the pages: folium frames, and layers that their scripts draw from files of this process."""
