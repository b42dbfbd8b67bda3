"""Lines and borders meet at common vertices only, however close they come."""

import itertools

import numpy as np
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.plans.core.noding import DIGITS, SNAP, edges_of, node_lines
from geo.plans.core.partition import Grid

CORNERS = [(x / 1000, y / 1000) for x in range(4) for y in range(3)]
"""The corners of six squares, a hundred metres wide."""
WEST, SOUTH = 130.3, 47.35


def squares() -> dict[str, Grid]:
    """Return six squares, and next to one of them a sliver thinner than SNAP."""
    geoms = []
    for x, y in itertools.product(range(3), range(2)):
        west, south = WEST + x / 1000, SOUTH + y / 1000
        geoms.append(shapely.box(west, south, west + 0.001, south + 0.001))
    corner = (WEST + 0.001 + SNAP / 2, SOUTH + 0.0005)
    (a, b), (c, d) = (WEST + 0.001, SOUTH), (WEST + 0.001, SOUTH + 0.001)
    sliver = shapely.Polygon([(a, b), corner, (c, d), (a, b)])
    east = shapely.Polygon([(a, b), (a + 0.001, b), (a + 0.001, d), (c, d), corner, (a, b)])
    geoms[2:3] = [east, sliver]
    return {str(number): Grid(None, geom) for number, geom in enumerate(geoms)}


points_near_corners = st.tuples(
    st.sampled_from(CORNERS),
    st.tuples(*[st.integers(-3, 3).map(lambda steps: steps * SNAP / 2)] * 2),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(points_near_corners, min_size=2, max_size=6))
def test_a_line_that_passes_close_to_corners_meets_every_edge_at_a_common_vertex(stops):
    grids = squares()
    line = np.array([(WEST + x + dx, SOUTH + y + dy) for (x, y), (dx, dy) in stops])
    assume(shapely.LineString(np.round(line, DIGITS)).is_simple)
    noded = node_lines(grids, edges_of([grid.geom for grid in grids.values()]), [line])
    geoms = np.array([grid.geom for grid in noded.grids.values()], dtype=object)
    assert shapely.coverage_is_valid(geoms)
    edges = np.concatenate([edges_of(geoms), np.array([*noded.line_edges]).reshape(-1, 2, 2)])
    segments = shapely.linestrings(edges)
    first, second = shapely.STRtree(segments).query(segments, predicate="intersects")
    for a, b in zip(edges[first].tolist(), edges[second].tolist(), strict=True):
        common_ends = {tuple(end) for end in a} & {tuple(end) for end in b}
        shared = shapely.intersection(shapely.LineString(a), shapely.LineString(b))
        assert {*map(tuple, shapely.get_coordinates(shared).tolist())} <= common_ends, (a, b)
    inside = noded.faces[shapely.covers(shapely.union_all(geoms), noded.faces)]
    assert abs(shapely.area(inside).sum() - shapely.area(geoms).sum()) < 1e-15


def test_a_line_far_from_every_edge_is_noded_with_itself():
    """The line crosses itself once: of the two triangles only one is closed."""
    far = np.array(
        [(WEST + 1 + x / 1e3, SOUTH + y / 1e3) for x, y in [(0, 0), (2, 2), (2, 0), (0, 2)]]
    )
    noded = node_lines(squares(), edges_of([grid.geom for grid in squares().values()]), [far])
    triangles = [face for face in noded.faces if face.bounds[0] > WEST + 0.5]
    assert len(triangles) == 1
    assert dict(noded.grids) == squares()
