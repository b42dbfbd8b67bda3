"""Rows and frames in, Folium pages out."""
