"""Moving buildings between grids, and dividing a community into grids of buildings.

The area nearest to a building goes with it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import codes as grid_codes
from geo.errors import Conflict, Invalid, NotFound
from geo.geometry.topology import Geoms
from geo.plans.core.edits import are_connected, join_faces, require_same_area
from geo.plans.core.line_cut import overlay_lines
from geo.plans.core.partition import Grid, Partition
from geo.plans.core.voronoi import Buildings, grid_codes_at, voronoi_cells

Positions = NDArray[np.int64]
OVERHANG = 1e-5
"""Degrees, about a metre: lines reach so far beyond a grid that they surely cross its border."""


class BuildingNotInCommunity(NotFound):
    """The building is unknown, or stands in no grid of the community."""

    code = "building_not_in_community"


class BuildingsNotAdjacent(Invalid):
    """The area of the buildings does not touch the grid that they are moved to."""

    code = "buildings_not_adjacent"


class GridWouldBeEmpty(Invalid):
    """A grid would have no area."""

    code = "grid_would_be_empty"


class CommunityHasGrids(Conflict):
    """The community already has grids."""

    code = "community_has_grids"


class TooFewBuildings(Invalid):
    """There are fewer buildings than grids to create."""

    code = "too_few_buildings"


def transfer(
    partition: Partition, moved: Sequence[str], to: str, buildings: Buildings
) -> Partition:
    """Move buildings, with their Voronoi cells, to a grid that these cells touch.

    Where only cells of the target grid's own buildings lie in between, these move too. So between
    two grids every building can move whose cell borders on a cell of the other grid's buildings.
    Area that would be cut off from the target stays where it is. Raises BuildingNotInCommunity,
    BuildingsNotAdjacent where cells of other buildings or a third grid lie in between,
    GridWouldBeEmpty, NotInPartition.
    """
    partition.grid(to)
    positions = _positions(moved, buildings)
    sources = grid_codes_at(partition, buildings.points[positions])
    _require_other_grid([buildings.codes[position] for position in positions], sources, to)
    cells = voronoi_cells(partition.outline, buildings)
    target_cells = cells[[code == to for code in grid_codes_at(partition, buildings.points)]]
    after = partition
    for source in sorted({code for code in sources if code is not None and code != to}):
        own = positions[[code == source for code in sources]]
        points = buildings.points[own]
        try:
            after = _move_cells(after, source, cells[own], to, points)
        except BuildingsNotAdjacent:
            after = _move_cells(after, source, cells[own], to, points, target_cells)
    return require_same_area(
        partition, after, hint="Move fewer buildings at once, or move the border."
    )


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
        after = _move_cells(after, first, cells[group], code, None)
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


def _move_cells(
    partition: Partition,
    source: str,
    cells: Geoms,
    to: str,
    points: Geoms | None,
    target_cells: Geoms | None = None,
) -> Partition:
    """Move the part of a grid that lies in some cells to another grid.

    With `points` only area connected to the target moves, and it must contain all points; of
    `target_cells` only what is needed for the connection.
    """
    geom = partition.grid(source).geom
    region = shapely.coverage_union_all(cells)
    candidates = () if target_cells is None else target_cells
    near = [cell for cell in candidates if shapely.intersects(region, cell)]
    overlay = overlay_lines(
        partition, source, [line for area in (region, *near) for line in _borders(area, geom)]
    )
    moving = _faces_inside(overlay.faces, region)
    between = [face for cell in near for face in _faces_inside(overlay.faces, cell)]
    grids = dict(overlay.partition.grids)
    if points is not None:
        moving = _faces_connected_to(grids[to].geom, [*moving, *between])
        if not _cover(moving, points):
            raise _not_adjacent(source, to, are_connected([geom, partition.grid(to).geom]))
        moving = _drop_unneeded(moving, between, grids[to].geom, points)
    staying = [face for face in overlay.faces if not any(face is other for other in moving)]
    if not staying:
        raise GridWouldBeEmpty(
            f"Grid {source} would lose its whole area.", hint=f"Merge it with {to} instead."
        )
    target = grids.get(to, Grid(None, shapely.Polygon()))
    before = [] if target.geom.is_empty else [target.geom]
    grids[source] = Grid(grids[source].name, join_faces(staying))
    grids[to] = Grid(target.name, join_faces([*before, *moving]))
    return overlay.partition.with_grids(grids)


def _not_adjacent(source: str, to: str, are_adjacent: bool) -> BuildingsNotAdjacent:
    """Return the error for buildings that are separated from the target grid."""
    if not are_adjacent:
        return BuildingsNotAdjacent(
            f"Grids {source} and {to} do not touch along a border.",
            hint="Move the buildings to an adjacent grid, or those of the grid between first.",
        )
    return BuildingsNotAdjacent(
        f"The area between grid {to} and the buildings stays in {source}: it is nearest to other "
        f"buildings.",
        hint=f"Also move the buildings between them, or only buildings next to grid {to}; or move "
        "the border.",
    )


def _faces_inside(faces: Sequence[shapely.Polygon], region: Any) -> list[shapely.Polygon]:
    shapely.prepare(region)
    return [face for face in faces if shapely.covers(region, face.representative_point())]


def _cover(faces: Sequence[shapely.Polygon], points: Geoms) -> bool:
    return bool(shapely.covers(shapely.union_all(faces), points).all())


def _drop_unneeded(
    moving: list[shapely.Polygon], between: list[shapely.Polygon], target: Any, points: Geoms
) -> list[shapely.Polygon]:
    """Drop faces in between, largest first, that the connection to the target does not need."""
    for face in sorted(between, key=lambda face: -face.area):
        fewer = _faces_connected_to(target, [other for other in moving if other is not face])
        if _cover(fewer, points):
            moving = fewer
    return moving


def _borders(region: shapely.Geometry, geom: shapely.Geometry) -> list[shapely.LineString]:
    """Return the border of a region where it crosses a grid, and OVERHANG beyond."""
    near = shapely.intersection(shapely.boundary(region), shapely.buffer(geom, OVERHANG))
    parts = [part for part in shapely.get_parts(near) if isinstance(part, shapely.LineString)]
    merged = shapely.line_merge(shapely.multilinestrings(parts))
    return [line for line in shapely.get_parts(merged) if not line.is_empty]


def _faces_connected_to(
    target: shapely.Geometry, faces: Sequence[shapely.Polygon]
) -> list[shapely.Polygon]:
    """Return the faces that share a border with a polygon, directly or through each other."""
    reached: list[shapely.Polygon] = []
    left = list(faces)
    while True:
        adjacent = [face for face in left if _is_adjacent(face, [target, *reached])]
        if not adjacent:
            return reached
        reached += adjacent
        left = [face for face in left if not any(face is other for other in adjacent)]


def _is_adjacent(face: shapely.Polygon, others: Sequence[shapely.Geometry]) -> bool:
    """Return whether a face shares a border with one of several polygons."""
    return any(are_connected([face, other]) for other in others)


def _positions(moved: Sequence[str], buildings: Buildings) -> Positions:
    position_of = {code: position for position, code in enumerate(buildings.codes)}
    missing = [code for code in moved if code not in position_of]
    if missing or not moved:
        raise BuildingNotInCommunity(
            f"Building {missing[0]} does not stand in this community."
            if missing
            else "No building is named.",
            hint="GET /v1/buildings?area= lists the buildings of a community.",
        )
    return np.array(sorted({position_of[code] for code in moved}))


def _require_other_grid(moved: Sequence[str], sources: Sequence[str | None], to: str) -> None:
    without_grid = [code for code, grid in zip(moved, sources, strict=True) if grid is None]
    if without_grid:
        raise BuildingNotInCommunity(
            f"Building {without_grid[0]} stands in no grid.",
            hint="Run gridward check: the grids of its community leave a gap.",
        )
    if all(grid == to for grid in sources):
        raise BuildingsNotAdjacent(
            f"The buildings are already in grid {to}.", hint="Name buildings of another grid."
        )
