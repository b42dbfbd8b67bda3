"""Random partitions for property-based tests."""

from collections.abc import Callable

import numpy as np
import shapely
from hypothesis import strategies as st
from numpy.typing import NDArray

Grids = NDArray[np.object_]


@st.composite
def tilings(draw: Callable[..., object]) -> Grids:
    """Grids joined from the triangles between random points.

    They have holes, islands and several parts, and leave some area uncovered. The points lie on a
    small lattice, so that many are collinear, or anywhere.
    """
    number = st.integers(0, 8).map(lambda i: i / 3) | st.floats(0, 3, allow_subnormal=False)
    number = number.map(lambda value: round(value, 100))
    corners = draw(st.lists(st.tuples(number, number), min_size=4, max_size=14, unique=True))
    triangles = shapely.get_parts(shapely.delaunay_triangles(shapely.MultiPoint(corners)))
    owners = draw(st.lists(st.integers(-1, 4), min_size=len(triangles), max_size=len(triangles)))
    return join(triangles, np.array(owners, int))


@st.composite
def overlapping(draw: Callable[..., object]) -> Grids:
    """A tiling with overlapping polygons inserted at random positions."""
    grids = list(draw(tilings()))
    number = st.integers(-1, 9).map(lambda i: i / 3) | st.floats(0.1, 3)
    for _ in range(draw(st.integers(1, 4))):
        corners = draw(st.lists(st.tuples(number, number), min_size=3, max_size=5))
        hull = shapely.convex_hull(shapely.MultiPoint(corners))
        if hull.geom_type == "Polygon":
            grids.insert(draw(st.integers(0, len(grids))), hull)
    return as_array(grids)


def join(pieces: NDArray[np.object_], owners: NDArray[np.int64]) -> Grids:
    """The pieces of each owner, from 0 on, as one valid shape; None for an owner without pieces."""
    grids = []
    for owner in range(owners.max(initial=0) + 1):
        owned = pieces[owners == owner]
        joined = unite(owned) if len(owned) else None
        is_usable = joined is not None and joined.is_valid and joined.area > 0
        grids.append(joined if is_usable and joined.geom_type != "GeometryCollection" else None)
    return as_array(grids)


def unite(pieces: NDArray[np.object_]) -> shapely.Geometry:
    """The union of the pieces with their exact vertices, where GEOS accepts them as a coverage."""
    try:
        return shapely.coverage_union_all(pieces)
    except shapely.GEOSException:
        return shapely.union_all(pieces)


def as_array(grids: list[shapely.Geometry | None]) -> Grids:
    """The grids as an array of objects; numpy.array would try to convert multipart geometries."""
    array = np.empty(len(grids), object)
    array[:] = grids
    return array
