"""Folium pages from rows and GeoDataFrames."""
