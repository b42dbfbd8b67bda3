"""Lines drawn among borders meet them at common corners only, however close they come."""

import itertools

import numpy as np
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.plans.core.noding import DIGITS, SNAP, draw, edges_of
from geo.plans.core.partition import Grid

CORNERS = [(x / 1000, y / 1000) for x in range(4) for y in range(3)]
"""Of six squares, a hundred metres wide."""
WEST, SOUTH = 130.3, 47.35


def squares() -> dict[str, Grid]:
    """Six squares, one of them with a sliver beside it, thinner than lines are snapped."""
    found = []
    for x, y in itertools.product(range(3), range(2)):
        west, south = WEST + x / 1000, SOUTH + y / 1000
        found.append(shapely.box(west, south, west + 0.001, south + 0.001))
    corner = (WEST + 0.001 + SNAP / 2, SOUTH + 0.0005)
    (a, b), (c, d) = (WEST + 0.001, SOUTH), (WEST + 0.001, SOUTH + 0.001)
    sliver = shapely.Polygon([(a, b), corner, (c, d), (a, b)])
    east = shapely.Polygon([(a, b), (a + 0.001, b), (a + 0.001, d), (c, d), corner, (a, b)])
    found[2:3] = [east, sliver]
    return {str(at): Grid(None, geom) for at, geom in enumerate(found)}


near = st.tuples(
    st.sampled_from(CORNERS),
    st.tuples(*[st.integers(-3, 3).map(lambda part: part * SNAP / 2)] * 2),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(near, min_size=2, max_size=6))
def test_a_line_that_passes_corners_by_a_hair_meets_every_edge_at_a_common_corner(stops):
    grids = squares()
    line = np.array([(WEST + x + dx, SOUTH + y + dy) for (x, y), (dx, dy) in stops])
    assume(shapely.LineString(np.round(line, DIGITS)).is_simple)
    drawn = draw(grids, edges_of([grid.geom for grid in grids.values()]), [line])
    shapes = np.array([grid.geom for grid in drawn.grids.values()], dtype=object)
    assert shapely.coverage_is_valid(shapes)
    every = np.concatenate([edges_of(shapes), np.array([*drawn.steps]).reshape(-1, 2, 2)])
    segments = shapely.linestrings(every)
    one, other = shapely.STRtree(segments).query(segments, predicate="intersects")
    for a, b in zip(every[one].tolist(), every[other].tolist(), strict=True):
        ends = {tuple(end) for end in a} & {tuple(end) for end in b}
        met = shapely.intersection(shapely.LineString(a), shapely.LineString(b))
        assert {*map(tuple, shapely.get_coordinates(met).tolist())} <= ends, (a, b)
    inside = drawn.faces[shapely.covers(shapely.union_all(shapes), drawn.faces)]
    assert abs(shapely.area(inside).sum() - shapely.area(shapes).sum()) < 1e-15


def test_a_line_far_from_every_edge_is_drawn_with_the_corners_where_it_meets_itself():
    """The line crosses itself once: two triangles, of which one is closed by nothing."""
    far = np.array(
        [(WEST + 1 + x / 1e3, SOUTH + y / 1e3) for x, y in [(0, 0), (2, 2), (2, 0), (0, 2)]]
    )
    drawn = draw(squares(), edges_of([grid.geom for grid in squares().values()]), [far])
    triangles = [face for face in drawn.faces if face.bounds[0] > WEST + 0.5]
    assert len(triangles) == 1
    assert dict(drawn.grids) == squares()
