"""Grids that come as shapes: snapped together, they have to tile their community."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import shapely

from geo import codes as numbers
from geo.errors import Invalid
from geo.geometry import topology
from geo.geometry.topology import NOTHING_M, NOTHING_M2, Geoms
from geo.plans.core.edits import check_free, joined
from geo.plans.core.noding import Edge, draw, edges_of, rings
from geo.plans.core.partition import Grid, Partition, tiles_ground

Ground = shapely.Polygon | shapely.MultiPolygon


class NotTiling(Invalid):
    """Grids leave gaps in their community, overlap, or lie beyond it."""

    code = "grids_not_tiling"


@dataclass(frozen=True)
class Shape:
    """A grid to be: its ground, and maybe its code and name."""

    geometry: Ground
    code: str | None = None
    name: str | None = None


def bring(partition: Partition, grids: Sequence[Shape]) -> Partition:
    """Return a community with these grids in place of those it has.

    Corners within a centimetre of a border lie on it. A grid may keep the code of one in force,
    and with it the name where it has none of its own; those without a code get fresh ones in
    reading order. Raises NotTiling, GridCodeTaken, BadNesting.
    """
    given = [one.code for one in grids if one.code is not None]
    check_free(partition, given, set(partition.grids))
    ground = fit(partition.outline, np.array([one.geometry for one in grids], dtype=object))
    blank = [at for at, one in enumerate(grids) if one.code is None]
    fresh = numbers.fresh(partition.community, {*partition.used, *given}, len(blank))
    spots = [shapely.get_coordinates(shapely.point_on_surface(ground[at]))[0] for at in blank]
    order = numbers.reading_order(np.array(spots).reshape(-1, 2)).tolist()
    named = {blank[at]: code for at, code in zip(order, fresh, strict=True)}
    codes = [one.code or named[at] for at, one in enumerate(grids)]
    known = {code: grid.name for code, grid in partition.grids.items()}
    return partition.with_grids(
        {
            code: Grid(known.get(code) if one.name is None else one.name, shape)
            for code, one, shape in zip(codes, grids, ground, strict=True)
        }
    )


def fit(outline: Any, shapes: Geoms, *, mend: bool = False) -> list[Ground]:
    """Return n shapes so that they tile an outline with common corners.

    They stay the very shapes where they do already. To mend is to give gaps to the neighbour with
    the longest border, overlaps to the first shape, and to cut off what lies beyond; otherwise
    all that is more than the rounding of coordinates raises NotTiling.
    """
    if tiles_ground(shapes, outline):
        return [_ground(shape) for shape in shapes]
    drawn = draw({}, edges_of(outline), chain.from_iterable(rings(one) for one in shapes))
    faces, spots = drawn.faces, shapely.point_on_surface(drawn.faces)
    shapely.prepare(outline)
    within = shapely.intersects(outline, spots)
    owners: list[list[int]] = [[] for _ in faces]
    for face, shape in shapely.STRtree(shapes).query(spots, predicate="intersects").T.tolist():
        owners[face].append(shape)
    if not mend:
        _require_tiling(faces, within.tolist(), owners)
    kept = np.flatnonzero(within)
    firsts = [min(owners[at]) if owners[at] else None for at in kept.tolist()]
    whole = settle(faces[kept], firsts)
    fitted = [
        joined([faces[at] for at, owner in zip(kept, whole, strict=True) if owner == shape])
        for shape in range(len(shapes))
    ]
    if not tiles_ground(np.array(fitted, dtype=object), outline):
        raise NotTiling("The grids cannot be fitted together.", hint=HINT)
    return fitted


HINT = "Mend the file with gridward import grids --repair, or in the program that drew it."


def settle(faces: Geoms, owners: Sequence[Any]) -> list[Any]:
    """Return whose each of n faces is, those of None given to neighbours across borders.

    Pieces of them go as a whole to the one with the longest common border.
    """
    settled = list(owners)
    rims = [_rim(face) for face in faces]
    owner_of: dict[frozenset[Any], list[int]] = {}
    for at, rim in enumerate(rims):
        for edge in rim:
            owner_of.setdefault(frozenset(edge), []).append(at)
    for piece in _pieces([at for at, owner in enumerate(owners) if owner is None], rims, owner_of):
        lengths: dict[Any, float] = {}
        for edge in chain.from_iterable(rims[at] for at in piece):
            for at in owner_of[frozenset(edge)]:
                if owners[at] is not None:
                    length = float(np.hypot(edge[0][0] - edge[1][0], edge[0][1] - edge[1][1]))
                    lengths[owners[at]] = lengths.get(owners[at], 0.0) + length
        heir = max(sorted(lengths), key=lambda one: lengths[one], default=None)
        for at in piece:
            settled[at] = heir
    return settled


def _pieces(
    blank: Sequence[int], rims: Sequence[Sequence[Edge]], owner_of: dict[frozenset[Any], list[int]]
) -> list[list[int]]:
    left, pieces = set(blank), []
    for start in blank:
        if start not in left:
            continue
        left.remove(start)
        piece, waiting = [start], [start]
        while waiting:
            for edge in rims[waiting.pop()]:
                for at in owner_of[frozenset(edge)]:
                    if at in left:
                        left.remove(at)
                        piece.append(at)
                        waiting.append(at)
        pieces.append(piece)
    return pieces


def _rim(face: shapely.Polygon) -> list[Edge]:
    return [((a[0], a[1]), (b[0], b[1])) for a, b in edges_of(face).tolist()]


def _require_tiling(faces: Geoms, within: Sequence[bool], owners: Sequence[list[int]]) -> None:
    told: dict[str, list[tuple[float, str]]] = {}
    for face, is_inside, holders in zip(faces, within, owners, strict=True):
        kinds = {
            "gap": is_inside and not holders,
            "overlap": len(holders) > 1,
            "ground beyond the community": not is_inside and bool(holders),
        }
        size, length = topology.GEOD.geometry_area_perimeter(shapely.orient_polygons(face))
        if size <= NOTHING_M2 or 2 * size / length <= NOTHING_M:
            continue
        spot = shapely.point_on_surface(face)
        where = f"{spot.x:.6f},{spot.y:.6f}"
        if len(holders) > 1:
            where += f" of grids {' and '.join(str(holder + 1) for holder in holders)} of the list"
        for kind, is_so in kinds.items():
            if is_so:
                told.setdefault(kind, []).append((size, where))
    if told:
        said = [
            f"{len(found)} × {kind}, {sum(size for size, _ in found):,.2f} m², "
            f"the largest {max(found)[0]:,.2f} m² at {max(found)[1]}"
            for kind, found in told.items()
        ]
        raise NotTiling(f"The grids do not tile their community: {'; '.join(said)}.", hint=HINT)


def _ground(shape: Any) -> Ground:
    parts = shapely.get_parts(shape)
    only = parts[0] if len(parts) == 1 else shape
    assert isinstance(only, shapely.Polygon | shapely.MultiPolygon)
    return only
