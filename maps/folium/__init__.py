"""Folium elements, styles and assets of the map pages."""
