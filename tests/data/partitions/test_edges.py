"""Inserting corners into edges and removing them again, on both sides of a border."""

import numpy as np
import shapely

from data.partitions import edges

LEFT, RIGHT = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
BORDER = edges.edge((1.0, 1.0), (1.0, 0.0))


def test_neighbours_have_the_same_edge_on_their_border() -> None:
    assert set(edges.edges_of(LEFT)) & set(edges.edges_of(RIGHT)) == {BORDER}
    assert BORDER == ((1.0, 0.0), (1.0, 1.0))


def test_a_hole_has_edges_too() -> None:
    holed = shapely.Polygon(LEFT.exterior, [shapely.box(0.2, 0.2, 0.8, 0.8).exterior])
    assert len(set(edges.edges_of(holed))) == 8


def test_every_part_of_a_multipolygon_has_edges() -> None:
    assert len(set(edges.edges_of(shapely.union(LEFT, shapely.box(5, 5, 6, 6))))) == 8


def test_an_edge_is_divided_into_equal_parts_up_to_a_length() -> None:
    corners = edges.segmentize(BORDER, 0.3)
    assert corners == [(1.0, 0.0), (1.0, 0.25), (1.0, 0.5), (1.0, 0.75), (1.0, 1.0)]
    assert edges.segmentize(BORDER, 2) == list(BORDER)


def test_inserted_corners_match_on_both_sides_of_a_border() -> None:
    split = {BORDER: edges.segmentize(BORDER, 0.3)}
    both = np.array([edges.insert_corners(shape, split) for shape in (LEFT, RIGHT)], dtype=object)
    assert shapely.get_num_coordinates(both).tolist() == [8, 8]
    assert shapely.coverage_is_valid(both)
    assert both[0].equals(LEFT)


def test_only_redundant_corners_are_removed() -> None:
    """A third square ends on the border, at one of the corners set in."""
    split = edges.segmentize(BORDER, 0.3)
    left = edges.insert_corners(LEFT, {BORDER: split})
    below = edges.insert_corners(shapely.box(1, 0, 2, 0.5), {((1.0, 0.0), (1.0, 0.5)): split[:3]})
    above = edges.insert_corners(shapely.box(1, 0.5, 2, 1), {((1.0, 0.5), (1.0, 1.0)): split[2:]})
    thinned = edges.remove_redundant_corners(np.array([left, below, above], dtype=object), [split])
    assert len(set(edges.edges_of(thinned[0]))) == 5
    assert set(edges.edges_of(thinned[0])) >= {((1.0, 0.0), (1.0, 0.5)), ((1.0, 0.5), (1.0, 1.0))}
    assert shapely.coverage_is_valid(thinned)


def test_a_multipolygon_keeps_its_parts() -> None:
    two = shapely.MultiPolygon([LEFT, shapely.box(5, 5, 6, 6)])
    changed = edges.insert_corners(two, {BORDER: edges.segmentize(BORDER, 0.3)})
    assert changed.geom_type == "MultiPolygon"
    assert changed.equals(two)
