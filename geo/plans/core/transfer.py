"""Moving buildings between grids, and making grids of them: the ground follows the buildings."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import codes as numbers
from geo.errors import Conflict, Invalid, NotFound
from geo.geometry.topology import Geoms
from geo.plans.core.edits import checked, connected, joined
from geo.plans.core.line_cut import lay
from geo.plans.core.partition import Grid, Partition
from geo.plans.core.voronoi import Buildings, holders, regions

Positions = NDArray[np.int64]
BEYOND = 1e-5
"""Degrees, about a metre: lines are kept so far beyond a grid, to cross its border for sure."""


class BuildingElsewhere(NotFound):
    """The building is unknown, or stands in no grid of the community."""

    code = "building_elsewhere"


class OutOfTouch(Invalid):
    """The ground of the buildings does not touch the grid that they should go to."""

    code = "out_of_touch"


class GridEmptied(Invalid):
    """A grid would lose all of its ground."""

    code = "grid_emptied"


class HasGrids(Conflict):
    """The community has grids already."""

    code = "has_grids"


class TooFewBuildings(Invalid):
    """There are fewer buildings than grids asked for."""

    code = "too_few_buildings"


def transfer(
    partition: Partition, moved: Sequence[str], to: str, buildings: Buildings
) -> Partition:
    """Move buildings to a grid that their ground touches; each takes the ground nearest to it.

    Where only ground nearest to the grid's own buildings lies between, that goes along: so of two
    grids any building goes over whose ground borders on that of a building of the other. Ground
    that would be cut off from the grid stays where it was. Raises BuildingElsewhere, OutOfTouch
    where ground of other buildings or of a third grid lies between, GridEmptied, NotInPartition.
    """
    partition.grid(to)
    at = _positions(moved, buildings)
    held = holders(partition, buildings.points[at])
    _require_elsewhere([buildings.codes[one] for one in at], held, to)
    ground = regions(partition.outline, buildings)
    beside = ground[[code == to for code in holders(partition, buildings.points)]]
    now = partition
    for source in sorted({code for code in held if code is not None and code != to}):
        own = at[[code == source for code in held]]
        try:
            now = _carve(now, source, ground[own], to, buildings.points[own])
        except OutOfTouch:
            now = _carve(now, source, ground[own], to, buildings.points[own], beside)
    return checked(partition, now, hint="Move fewer buildings at once, or draw the border.")


def create(partition: Partition, count: int, buildings: Buildings) -> Partition:
    """Lay out grids in a community that has none, with about as many households in each.

    Buildings are parted in two again and again, across the longer side of where they stand; the
    ground follows. Raises HasGrids, TooFewBuildings.
    """
    if partition.grids:
        raise HasGrids(
            f"Community {partition.community} has {len(partition.grids)} grids already.",
            hint="Split or merge those, or import others in their place.",
        )
    if not 1 <= count <= max(1, len(buildings)):
        raise TooFewBuildings(
            f"{count} grids cannot be made of {len(buildings)} buildings.",
            hint=f"Ask for 1 to {max(1, len(buildings))}.",
        )
    first, *others = numbers.fresh(partition.community, partition.used, count)
    whole = partition.outline
    if not isinstance(whole, shapely.Polygon | shapely.MultiPolygon) or whole.is_empty:
        raise GridEmptied(
            f"The outline of community {partition.community} is not known.",
            hint="Import it with gridward import areas, or import its grids.",
        )
    start = partition.with_grids({first: Grid(None, whole)})
    ground = regions(whole, buildings)
    now = start
    everybody = np.arange(len(buildings))
    groups = _parted(everybody, count, shapely.get_coordinates(buildings.points), buildings)
    for code, group in zip(others, groups[1:], strict=True):
        now = _carve(now, first, ground[group], code, None)
    return checked(start, now, hint="Ask for another number of grids, or import some.")


def _parted(
    members: Positions, count: int, spots: NDArray[np.float64], buildings: Buildings
) -> list[Positions]:
    """Return n positions parted into `count` groups of about as many households."""
    if count == 1:
        return [members]
    extent = np.ptp(spots[members], axis=0) * [np.cos(np.radians(spots[0, 1])), 1]
    ordered = members[np.argsort(spots[members, int(extent[1] > extent[0])], kind="stable")]
    weights = np.cumsum(np.maximum(buildings.households[ordered], 1))
    left = count // 2
    cut = int(np.searchsorted(weights, weights[-1] * left / count)) + 1
    cut = min(max(cut, left), len(members) - (count - left))
    return [
        *_parted(ordered[:cut], left, spots, buildings),
        *_parted(ordered[cut:], count - left, spots, buildings),
    ]


def _carve(
    partition: Partition,
    source: str,
    regions: Geoms,
    to: str,
    spots: Geoms | None,
    beside: Geoms | None = None,
) -> Partition:
    """Give a grid the part of another that lies in some regions, and all the corners it takes.

    With `spots` only ground that hangs together with the grid goes over, and each has to be on it;
    of the regions `beside` no more than it takes for that.
    """
    ground = partition.grid(source).geom
    region = shapely.coverage_union_all(regions)
    near = [] if beside is None else [one for one in beside if shapely.intersects(region, one)]
    laid = lay(partition, source, [line for one in (region, *near) for line in _lines(one, ground)])
    going = _within(laid.faces, region)
    between = [face for one in near for face in _within(laid.faces, one)]
    grids = dict(laid.partition.grids)
    if spots is not None:
        going = _in_touch([*going, *between], grids[to].geom)
        if not _cover(going, spots):
            raise _between(source, to, connected([ground, partition.grid(to).geom]))
        going = _without_needless(going, between, grids[to].geom, spots)
    staying = [face for face in laid.faces if not any(face is one for one in going)]
    if not staying:
        raise GridEmptied(
            f"Grid {source} would lose all of its ground.", hint=f"Merge it with {to} instead."
        )
    target = grids.get(to, Grid(None, shapely.Polygon()))
    known = [] if target.geom.is_empty else [target.geom]
    grids[source] = Grid(grids[source].name, joined(staying))
    grids[to] = Grid(target.name, joined([*known, *going]))
    return laid.partition.with_grids(grids)


def _between(source: str, to: str, are_beside: bool) -> OutOfTouch:
    """Return that something lies between a grid and buildings of another, and what to do."""
    if not are_beside:
        return OutOfTouch(
            f"Grids {source} and {to} do not touch along a border.",
            hint="Move the buildings to a grid beside theirs, or those of the grid between first.",
        )
    return OutOfTouch(
        f"Ground between grid {to} and the buildings stays in {source}: it is nearest to other "
        f"buildings.",
        hint=f"Move the buildings between them too, or buildings beside grid {to} alone; or draw "
        "the border.",
    )


def _within(faces: Sequence[shapely.Polygon], region: Any) -> list[shapely.Polygon]:
    """Return the faces that are part of a region."""
    shapely.prepare(region)
    return [face for face in faces if shapely.covers(region, face.representative_point())]


def _cover(faces: Sequence[shapely.Polygon], spots: Geoms) -> bool:
    return bool(shapely.covers(shapely.union_all(faces), spots).all())


def _without_needless(
    going: list[shapely.Polygon], between: list[shapely.Polygon], ground: Any, spots: Geoms
) -> list[shapely.Polygon]:
    """Leave out, the largest first, what lies between and is not needed to hang together."""
    for face in sorted(between, key=lambda face: -face.area):
        fewer = _in_touch([one for one in going if one is not face], ground)
        if _cover(fewer, spots):
            going = fewer
    return going


def _lines(region: shapely.Geometry, ground: shapely.Geometry) -> list[shapely.LineString]:
    """Return the border of a region where it runs over a piece of ground, and a bit beyond."""
    near = shapely.intersection(shapely.boundary(region), shapely.buffer(ground, BEYOND))
    merged = shapely.line_merge(shapely.multilinestrings(_strings(near)))
    return [line for line in shapely.get_parts(merged) if not line.is_empty]


def _strings(lines: shapely.Geometry) -> list[shapely.LineString]:
    return [part for part in shapely.get_parts(lines) if isinstance(part, shapely.LineString)]


def _in_touch(faces: Sequence[shapely.Polygon], ground: shapely.Geometry) -> list[shapely.Polygon]:
    """Return the faces that hang together with a piece of ground, directly or by others."""
    reached: list[shapely.Polygon] = []
    left = list(faces)
    while True:
        near = [face for face in left if _touches(face, [ground, *reached])]
        if not near:
            return reached
        reached += near
        left = [face for face in left if not any(face is one for one in near)]


def _touches(face: shapely.Polygon, others: Sequence[shapely.Geometry]) -> bool:
    """Tell whether a face shares a border with one of several pieces of ground."""
    return any(connected([face, other]) for other in others)


def _positions(moved: Sequence[str], buildings: Buildings) -> Positions:
    known = {code: at for at, code in enumerate(buildings.codes)}
    missing = [code for code in moved if code not in known]
    if missing or not moved:
        raise BuildingElsewhere(
            f"Building {missing[0]} does not stand in this community."
            if missing
            else "No building is named.",
            hint="GET /v1/buildings?area= lists the buildings of a community.",
        )
    return np.array(sorted({known[code] for code in moved}))


def _require_elsewhere(moved: Sequence[str], held: Sequence[str | None], to: str) -> None:
    lost = [code for code, grid in zip(moved, held, strict=True) if grid is None]
    if lost:
        raise BuildingElsewhere(
            f"Building {lost[0]} stands in no grid.",
            hint="Run gridward check: the grids of its community leave a gap.",
        )
    if all(grid == to for grid in held):
        raise OutOfTouch(
            f"The buildings are in grid {to} already.", hint="Name buildings of another grid."
        )
