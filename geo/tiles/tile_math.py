"""The squares of the Web Mercator pyramid, and how shapes are brought into their units."""

import math
from dataclasses import dataclass
from typing import Final

from geo.errors import Invalid
from geo.feature_query import Box

EXTENT: Final = 4096
"""Units along a tile's side."""
MARGIN: Final = 64
"""Units drawn beyond each side, so that lines do not end at the seam."""
DEEPEST: Final = 24
STRAIGHT_FROM: Final = 11
"""From this zoom on latitude is drawn as a straight scale within a tile: at zoom 11 it is four
units off in the middle, half a pixel of the screen, and half as much with every zoom."""

FINE_FROM: Final = 14
"""From this zoom on a unit is less than any corner of a building: shapes are rounded by being
written, and never flip their rings by it."""
COARSE: Final = 4
"""Units that lines may be straightened by where the whole city is in a few tiles."""
COARSE_UP_TO: Final = 12

_WORLD_M: Final = 40_075_016.685578488

_BOX = "CAST(:box AS geometry)"


class BadTile(Invalid):
    """The tile lies outside the pyramid."""

    code = "bad_tile"


@dataclass(frozen=True)
class Tile:
    """A square of the Web Mercator pyramid; `y` counts from the north."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.z <= DEEPEST:
            raise BadTile(f"Zoom {self.z} is outside 0 to {DEEPEST}.")
        if not (0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z):
            raise BadTile(
                f"Tile {self.z}/{self.x}/{self.y}: x and y run from 0 to {2**self.z - 1}."
            )

    def box(self) -> Box:
        """Return the tile with its margin as west, south, east, north in degrees."""
        margin = MARGIN / EXTENT
        west, north = _degrees(self.x - margin, self.y - margin, self.z)
        east, south = _degrees(self.x + 1 + margin, self.y + 1 + margin, self.z)
        return west, south, east, north

    def spot(self, x: float, y: float) -> tuple[int, int] | None:
        """Return where a place of the pyramid is in the tile's units; None outside of it.

        A tile has its western and northern side, its neighbours the others.
        """
        side = 1 << self.z
        right = math.floor((x * side - self.x) * EXTENT)
        down = math.floor((y * side - self.y) * EXTENT)
        return (right, down) if 0 <= right < EXTENT and 0 <= down < EXTENT else None

    def values(self) -> dict[str, float | str]:
        """Return what BOX and `placed` bind: the box, and the scale of the tile's units."""
        west, south, east, north = self.box()
        left, top = _degrees(self.x, self.y, self.z)
        right, bottom = _degrees(self.x + 1, self.y + 1, self.z)
        corners = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
        told: dict[str, float | str] = {"box": f"SRID=4326;POLYGON(({corners}))"}
        if self.z >= STRAIGHT_FROM:
            across, down = EXTENT / (right - left), EXTENT / (bottom - top)
        else:
            step = _WORLD_M / (1 << self.z)
            left, top = self.x * step - _WORLD_M / 2, _WORLD_M / 2 - self.y * step
            across, down = EXTENT / step, -EXTENT / step
        scale = {"left": -left, "top": -top, "across": across, "down": down}
        # ST_AsMVT cuts fractions off: half a unit more, and it rounds.
        return told | scale | {"left_half": 0.5 / across - left, "top_half": 0.5 / down - top}


BOX: Final = _BOX
"""SQL of a tile's box with its margin."""


def placed(geom: str, tile: Tile) -> str:
    """Return SQL of a geometry in a tile's units, cut to its margin; null where nothing is left.

    Whole units, outer rings as the format wants them: against the clock, seen from the north. It
    does without ST_AsMVTGeom, which makes every polygon valid once more and takes twenty times as
    long for it. In a fine tile rings are turned before, which takes half as long as after.
    """
    if tile.z >= FINE_FROM:
        turned = f"ST_ForcePolygonCW({geom})"
        cut = f"ST_ForcePolygonCW(ST_ClipByBox2D({geom}, {_BOX}))"
        there = f"CASE WHEN {geom} @ {_BOX} THEN {turned} ELSE {cut} END"
        return f"ST_TransScale({there}, :left_half, :top_half, :across, :down)"
    cut = f"CASE WHEN {geom} @ {_BOX} THEN {geom} ELSE ST_ClipByBox2D({geom}, {_BOX}) END"
    moved = _moved(cut, tile)
    if tile.z <= COARSE_UP_TO:
        moved = f"ST_Simplify({moved}, {COARSE}, true)"
    return f"ST_ForcePolygonCCW(ST_SnapToGrid({moved}, 1))"


def placed_point(geom: str, tile: Tile) -> str:
    """Return SQL of a point in a tile's units, wherever it is: it stays a point, never cut off."""
    return f"ST_SnapToGrid({_moved(geom, tile)}, 1)"


def _moved(geom: str, tile: Tile) -> str:
    known = f"ST_Transform({geom}, 3857)" if tile.z < STRAIGHT_FROM else geom
    return f"ST_TransScale({known}, :left, :top, :across, :down)"


def in_pyramid(lon: float, lat: float) -> tuple[float, float]:
    """Return a place in the pyramid: from 0 in the west and north to 1."""
    mercator = math.asinh(math.tan(math.radians(lat)))
    return (lon + 180) / 360, (1 - mercator / math.pi) / 2


def _degrees(x: float, y: float, zoom: int) -> tuple[float, float]:
    """Return longitude and latitude of a place in the pyramid."""
    side = 1 << zoom
    lon = x / side * 360 - 180
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / side))))
    return lon, lat
