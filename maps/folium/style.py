"""Colours, class bounds and zooms of the maps, safe for colour blindness and greyscale print."""

from typing import Final

LEVELS: Final = ("district", "subdistrict", "community", "grid")
"""The administrative levels of tables and choropleths, coarse to fine; the city is their sum."""

LEVEL_ZOOMS: Final = {"district": 0, "subdistrict": 11, "community": 12, "grid": 14}
"""The lowest map zoom that shows each level."""

ZOOMS: Final = {"buildings": 14, "grids": 14, "grid_labels": 16, "names": 8, "dots": 16}
"""The lowest map zoom that shows footprints, grid borders, labels and single issues."""

MAX_DATA_ZOOM: Final = 15
"""The highest zoom of requested tiles. A screen tile of 256 pixels shows a quarter of a tile
one zoom lower, so a map at zoom 16 or higher uses tiles of zoom 15."""

COLOURS: Final = {
    "paper": "#e4e1da",
    "land": "#ffffff",
    "ink": "#1c2b36",
    "muted": "#5c6b76",
    "city_line": "#4a5965",
    "district_line": "#4a5965",
    "subdistrict_line": "#6b7a85",
    "community_line": "#8a97a1",
    "grid": "#5f6f7a",
    "accent": "#0b5fa5",
    "covered": "#a9b8c4",
    "covered_line": "#73858f",
    "never_covered": "#c4420a",
    "lapsed": "#f2a65a",
    "uncovered_line": "#8a2d05",
    "built": "#d5d9dc",
    "built_line": "#b2b9be",
    "selected": "#0b5fa5",
    "gained": "#00695c",
    "lost": "#1c2b36",
    "no_homes": "#b9c1c7",
    "road": "#ffffff",
    "road_line": "#d5d0c6",
    "rail": "#a9a49b",
    "water": "#c6dcea",
    "green": "#dbe7d0",
    "open": "#c4420a",
    "in_progress": "#e69f00",
    "resolved": "#5b8fb0",
    "closed": "#9aa5ad",
    "line": "#b3004b",
}
"""Uncovered is orange-red, covered grey-blue: they differ in hue for all eyes, and in lightness.
Areas without homes are hatched in `no_homes`; areas without figures look like `paper`."""

RATE_CLASSES: Final = (
    (0.0, "#7f2a04"),
    (0.5, "#b84c0b"),
    (0.65, "#e67a25"),
    (0.75, "#f8ab66"),
    (0.85, "#fcd5ab"),
    (0.95, "#f1f5f9"),
)
"""Lower bounds of the coverage rate and their colours: the darker, the lower the rate."""

STRENGTHS: Final = {"rate": (1.0, 0.55, 0.35), "load": (1.0, 0.75, 0.5)}
"""How much of a class colour the choropleth has: without footprints, with footprints, close up.
The rest is the white of `land`, so that footprints stand out and classes still differ."""

LOAD_COLOURS: Final = ("#eef3f7", "#c9dbe8", "#97bcd6", "#5d95bd", "#2b6a9b", "#12426b")
"""Households or buildings per grid, few to many; the class bounds are quantiles of the data."""

HEAT_COLOURS: Final = ("#fbe3cc", "#f8b878", "#ee8a3a", "#cc5f12", "#973c08", "#5f2203")
"""Issues per heat map cell, few to many: one hue, light to dark."""

CATEGORY_COLOURS: Final = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e6a100",
    "#56b4e9",
    "#6b4c9a",
)
"""Okabe and Ito's palette for issue categories, the most frequent first; the rest are grey."""

GRID_COLOURS: Final = (
    "#0072b2",
    "#e6a100",
    "#56b4e9",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#f0e442",
    "#332288",
)
"""Okabe and Ito's palette and Tol's indigo for adjacent grids, which also have number labels."""


def frontend_style() -> dict[str, object]:
    """Return the style as JSON for the front end."""
    return {
        "colours": COLOURS,
        "rates": RATE_CLASSES,
        "loads": LOAD_COLOURS,
        "strengths": STRENGTHS,
        "heat": HEAT_COLOURS,
        "categories": CATEGORY_COLOURS,
        "gridColours": GRID_COLOURS,
        "levels": LEVELS,
        "levelZooms": LEVEL_ZOOMS,
        "zooms": ZOOMS,
        "maxDataZoom": MAX_DATA_ZOOM,
    }
