"""A picture of a community's grids as SVG: shapes in, lines and letters out."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from markupsafe import Markup
from numpy.typing import NDArray

from geo.plans.core.partition import Partition
from maps.folium import style

Shapes = NDArray[np.object_]
WIDTH: Final = 400.0
HEIGHT: Final = 420.0
MARGIN: Final = 6.0


def draw(codes: Sequence[str], partition: Partition, footprints: Shapes) -> Markup:
    """Return an SVG of the grids, north up, a colour for each of `codes`, and the buildings.

    Two pictures of one community with the same `codes` can be laid side by side: the place of
    everything is set by the outline.
    """
    place = _Place(partition.outline)
    parts = []
    for code, grid in partition.grids.items():
        colour = style.GRID_COLOURS[codes.index(code) % len(style.GRID_COLOURS)]
        path = Markup('<path d="{}" fill="{}" fill-opacity="0.35" stroke="#33424d"/>')
        parts.append(path.format(place.path(grid.geom), colour))
    homes = " ".join(place.path(shape) for shape in footprints)
    parts.append(
        Markup('<path d="{}" fill="#fff" stroke="#5c6b76" stroke-width="0.5"/>').format(homes)
    )
    for code, grid in partition.grids.items():
        ((x, y),) = place.at(shapely.get_coordinates(grid.geom.representative_point()))
        label = Markup('<text x="{:.1f}" y="{:.1f}">{}</text>')
        parts.append(label.format(x, y, code.removeprefix(partition.community)))
    frame = Markup('<svg viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">{}</svg>')
    return frame.format(*place.size, partition.community, Markup("").join(parts))


class _Place:
    """Where on the paper a place of the map is; a metre is as long east as north."""

    def __init__(self, outline: shapely.Geometry) -> None:
        self.west, south, east, self.north = shapely.bounds(outline).tolist()
        self.narrow = math.cos(math.radians((south + self.north) / 2))
        wide, high = (east - self.west) * self.narrow, self.north - south
        self.scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
        self.size = (wide * self.scale + 2 * MARGIN, high * self.scale + 2 * MARGIN)

    def at(self, coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return places (n, 2) in degrees as places on the paper."""
        lon, lat = coordinates.T
        x = (lon - self.west) * self.narrow * self.scale + MARGIN
        return np.column_stack((x, (self.north - lat) * self.scale + MARGIN))

    def path(self, shape: Any) -> str:
        """Return the rings of a polygon as an SVG path."""
        rings = shapely.get_rings(shape)
        return " ".join(
            "M"
            + " ".join(f"{x:.1f},{y:.1f}" for x, y in self.at(shapely.get_coordinates(ring)))
            + "Z"
            for ring in rings
        )
