"""Colours, classes and zooms of the maps, fit for colour-blind readers and for grey print."""

from typing import Final

LEVELS: Final = ("district", "subdistrict", "community", "grid")
"""The levels a table or a choropleth can show, coarse to fine; city is their sum."""

LEVEL_ZOOMS: Final = {"district": 0, "subdistrict": 11, "community": 12, "grid": 14}
"""From which map zoom each level is drawn and, on automatic, chosen."""

ZOOMS: Final = {"buildings": 14, "grids": 14, "grid_labels": 16, "names": 8, "dots": 16}
"""From which map zoom footprints, grid borders, names and single issues are drawn."""

MAX_DATA_ZOOM: Final = 15
"""The deepest tiles asked for. A screen tile of 256 pixels shows a quarter of the tile one zoom up,
so a map at zoom 16 is drawn from tiles of zoom 15, and any deeper zoom from the same tiles."""

COLOURS: Final = {
    "paper": "#f4f2ee",
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
    "no_data": "#d9dcde",
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
"""Uncovered is orange-red against grey-blue: told apart by every eye, and by lightness in print."""

RATE_CLASSES: Final = (
    (0.0, "#7f2a04"),
    (0.5, "#b84c0b"),
    (0.65, "#e67a25"),
    (0.75, "#f8ab66"),
    (0.85, "#fcd5ab"),
    (0.95, "#eef1f2"),
)
"""Lower bound of a coverage rate and its colour: the darker, the more is uncovered."""

LOAD_COLOURS: Final = ("#eef3f7", "#c9dbe8", "#97bcd6", "#5d95bd", "#2b6a9b", "#12426b")
"""Households or buildings of a grid, few to many; the class bounds are the data's own."""

HEAT_COLOURS: Final = ("#fbe3cc", "#f8b878", "#ee8a3a", "#cc5f12", "#973c08", "#5f2203")
"""Issues in a square of the heat map, few to many: one hue, darker and darker."""

CATEGORY_COLOURS: Final = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e6a100",
    "#56b4e9",
    "#6b4c9a",
)
"""Okabe and Ito's palette, handed to issue categories from the most frequent on; then grey."""

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
"""Okabe and Ito's palette and Tol's indigo for grids side by side; their numbers stand on them."""


def sheet() -> dict[str, object]:
    """Return all of it in the form that the scripts of a page read."""
    return {
        "colours": COLOURS,
        "rates": RATE_CLASSES,
        "loads": LOAD_COLOURS,
        "heat": HEAT_COLOURS,
        "categories": CATEGORY_COLOURS,
        "gridColours": GRID_COLOURS,
        "levels": LEVELS,
        "levelZooms": LEVEL_ZOOMS,
        "zooms": ZOOMS,
        "maxDataZoom": MAX_DATA_ZOOM,
    }
