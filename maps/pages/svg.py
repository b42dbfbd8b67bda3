"""SVG drawings of the grids of a community."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from markupsafe import Markup
from numpy.typing import NDArray

from geo.plans.core.partition import Partition
from maps.folium import style

Geometries = NDArray[np.object_]
WIDTH: Final = 400.0
HEIGHT: Final = 420.0
MARGIN: Final = 6.0


def render_partition(codes: Sequence[str], partition: Partition, footprints: Geometries) -> Markup:
    """Return an SVG of the grids and buildings, north up; `codes` fixes the colour of each grid.

    Drawings of one community with the same `codes` have the same scale and colours, because the
    scale depends on the community's outline alone.
    """
    projection = _SvgProjection(partition.outline)
    parts = []
    for code, grid in partition.grids.items():
        colour = style.GRID_COLOURS[codes.index(code) % len(style.GRID_COLOURS)]
        path = Markup('<path d="{}" fill="{}" fill-opacity="0.35" stroke="#33424d"/>')
        parts.append(path.format(projection.path(grid.geom), colour))
    buildings = " ".join(projection.path(footprint) for footprint in footprints)
    parts.append(
        Markup('<path d="{}" fill="#fff" stroke="#5c6b76" stroke-width="0.5"/>').format(buildings)
    )
    for code, grid in partition.grids.items():
        point = shapely.get_coordinates(grid.geom.representative_point())
        ((x, y),) = projection.project(point)
        label = Markup('<text x="{:.1f}" y="{:.1f}">{}</text>')
        parts.append(label.format(x, y, code.removeprefix(partition.community)))
    frame = Markup('<svg viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">{}</svg>')
    return frame.format(*projection.size, partition.community, Markup("").join(parts))


class _SvgProjection:
    """Projects degrees to SVG units; a metre has the same length in both directions."""

    def __init__(self, outline: shapely.Geometry) -> None:
        self.west, south, east, self.north = shapely.bounds(outline).tolist()
        self.lon_factor = math.cos(math.radians((south + self.north) / 2))
        width, height = (east - self.west) * self.lon_factor, self.north - south
        self.scale = min((WIDTH - 2 * MARGIN) / width, (HEIGHT - 2 * MARGIN) / height)
        self.size = (width * self.scale + 2 * MARGIN, height * self.scale + 2 * MARGIN)

    def project(self, coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return coordinates (n, 2) in degrees as SVG coordinates (n, 2)."""
        lon, lat = coordinates.T
        x = (lon - self.west) * self.lon_factor * self.scale + MARGIN
        return np.column_stack((x, (self.north - lat) * self.scale + MARGIN))

    def path(self, polygon: Any) -> str:
        """Return the rings of a polygon or multipolygon as an SVG path."""
        return " ".join(
            "M"
            + " ".join(f"{x:.1f},{y:.1f}" for x, y in self.project(shapely.get_coordinates(ring)))
            + "Z"
            for ring in shapely.get_rings(shapely.get_parts(polygon))
        )
