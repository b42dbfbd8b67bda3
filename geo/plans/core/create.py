"""Dividing a community without grids into grids of about equally many households."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import codes as grid_codes
from geo.errors import Conflict, Invalid
from geo.geometry.topology import PRECISION_DEG, Geoms
from geo.plans.core.edits import require_same_area
from geo.plans.core.line_cut import join_faces, overlay_lines
from geo.plans.core.noding import are_inside
from geo.plans.core.partition import Grid, Partition
from geo.plans.core.transfer import GridWouldBeEmpty
from geo.plans.core.voronoi import Buildings, join_cells, voronoi_cells

Positions = NDArray[np.int64]
OVERHANG = 1e-5
"""Degrees, about a metre: lines reach so far beyond a grid that they surely cross its border."""


class CommunityHasGrids(Conflict):
    """The community already has grids."""

    code = "community_has_grids"


class TooFewBuildings(Invalid):
    """There are fewer buildings than grids to create."""

    code = "too_few_buildings"


def create(partition: Partition, count: int, buildings: Buildings) -> Partition:
    """Divide a community without grids into grids of about equally many households.

    Buildings are bisected recursively across the longer side of their extent; each grid is the
    union of its buildings' Voronoi cells. Raises CommunityHasGrids, TooFewBuildings,
    GridWouldBeEmpty.
    """
    if partition.grids:
        raise CommunityHasGrids(
            f"Community {partition.community} already has {len(partition.grids)} grids.",
            hint="Split or merge those, or import others in their place.",
        )
    if not 1 <= count <= max(1, len(buildings)):
        raise TooFewBuildings(
            f"{count} grids cannot be made of {len(buildings)} buildings.",
            hint=f"Ask for 1 to {max(1, len(buildings))}.",
        )
    first, *others = grid_codes.next_codes(partition.community, partition.used, count)
    outline = partition.outline
    if not isinstance(outline, shapely.Polygon | shapely.MultiPolygon) or outline.is_empty:
        raise GridWouldBeEmpty(
            f"The outline of community {partition.community} is unknown.",
            hint="Import it with gridward import areas, or import its grids.",
        )
    whole = partition.with_grids({first: Grid(None, outline)})
    cells = voronoi_cells(outline, buildings)
    after = whole
    points = shapely.get_coordinates(buildings.points)
    groups = _bisect(np.arange(len(buildings)), count, points, buildings)
    for code, group in zip(others, groups[1:], strict=True):
        after = _cut_out(after, first, cells[group], code)
    return require_same_area(whole, after, hint="Ask for another number of grids, or import some.")


def _bisect(
    members: Positions, count: int, points: NDArray[np.float64], buildings: Buildings
) -> list[Positions]:
    """Return n positions divided into `count` groups of about equally many households."""
    if count == 1:
        return [members]
    extent = np.ptp(points[members], axis=0) * [np.cos(np.radians(points[0, 1])), 1]
    ordered = members[np.argsort(points[members, int(extent[1] > extent[0])], kind="stable")]
    weights = np.cumsum(np.maximum(buildings.households[ordered], 1))
    left = count // 2
    cut = int(np.searchsorted(weights, weights[-1] * left / count)) + 1
    cut = min(max(cut, left), len(members) - (count - left))
    return [
        *_bisect(ordered[:cut], left, points, buildings),
        *_bisect(ordered[cut:], count - left, points, buildings),
    ]


def _cut_out(partition: Partition, source: str, cells: Geoms, code: str) -> Partition:
    """Make the part of a grid that lies in some cells a grid of its own."""
    region = join_cells(cells, PRECISION_DEG)
    overlay = overlay_lines(partition, source, _borders(region, partition.grid(source).geom))
    is_inside = are_inside(np.array(overlay.faces, dtype=object), region)
    faces = np.array(overlay.faces, dtype=object)
    if is_inside.all():
        raise GridWouldBeEmpty(
            f"Grid {source} would lose its whole area.", hint="Ask for fewer grids."
        )
    grids = dict(overlay.partition.grids)
    grids[source] = Grid(grids[source].name, join_faces([*faces[~is_inside]]))
    grids[code] = Grid(None, join_faces([*faces[is_inside]]))
    return overlay.partition.with_grids(grids)


def _borders(region: shapely.Geometry, geom: shapely.Geometry) -> list[shapely.LineString]:
    """Return the border of a region where it crosses a grid, and OVERHANG beyond."""
    near = shapely.intersection(shapely.boundary(region), shapely.buffer(geom, OVERHANG))
    parts = [part for part in shapely.get_parts(near) if isinstance(part, shapely.LineString)]
    merged = shapely.line_merge(shapely.multilinestrings(parts))
    return [line for line in shapely.get_parts(merged) if not line.is_empty]
