"""Random partitions, tidy and untidy, for properties that must hold on all of them."""

from collections.abc import Callable

import numpy as np
import shapely
from hypothesis import strategies as st
from numpy.typing import NDArray

Grids = NDArray[np.object_]


@st.composite
def tilings(draw: Callable[..., object]) -> Grids:
    """Grids made of the triangles between random points: holes, islands, parts, ground in none.

    The points lie on a small lattice, so that corners line up, or anywhere.
    """
    number = st.integers(0, 8).map(lambda i: i / 3) | st.floats(0, 3, allow_subnormal=False)
    number = number.map(lambda value: round(value, 100))
    corners = draw(st.lists(st.tuples(number, number), min_size=4, max_size=14, unique=True))
    triangles = shapely.get_parts(shapely.delaunay_triangles(shapely.MultiPoint(corners)))
    owners = draw(st.lists(st.integers(-1, 4), min_size=len(triangles), max_size=len(triangles)))
    return join(triangles, np.array(owners, int))


@st.composite
def overlapping(draw: Callable[..., object]) -> Grids:
    """A tiling with shapes laid across it, at random positions."""
    grids = list(draw(tilings()))
    number = st.integers(-1, 9).map(lambda i: i / 3) | st.floats(0.1, 3)
    for _ in range(draw(st.integers(1, 4))):
        corners = draw(st.lists(st.tuples(number, number), min_size=3, max_size=5))
        hull = shapely.convex_hull(shapely.MultiPoint(corners))
        if hull.geom_type == "Polygon":
            grids.insert(draw(st.integers(0, len(grids))), hull)
    return as_array(grids)


def join(pieces: NDArray[np.object_], owners: NDArray[np.int64]) -> Grids:
    """The pieces of each owner from 0 on as one valid shape; an owner of none has None."""
    grids = []
    for owner in range(owners.max(initial=0) + 1):
        mine = pieces[owners == owner]
        joined = unite(mine) if len(mine) else None
        fine = joined is not None and joined.is_valid and joined.area > 0
        grids.append(joined if fine and joined.geom_type != "GeometryCollection" else None)
    return as_array(grids)


def unite(pieces: NDArray[np.object_]) -> shapely.Geometry:
    """The pieces as one, corner for corner; where GEOS made them overlap, as GEOS joins them."""
    try:
        return shapely.coverage_union_all(pieces)
    except shapely.GEOSException:
        return shapely.union_all(pieces)


def as_array(grids: list[shapely.Geometry | None]) -> Grids:
    """The grids as an array of objects, which numpy would otherwise take apart."""
    array = np.empty(len(grids), object)
    array[:] = grids
    return array
