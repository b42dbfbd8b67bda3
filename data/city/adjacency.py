"""Adjacency of polygons that share their edges vertex for vertex: shared borders and neighbours."""

from collections import defaultdict

import numpy as np
import pandas as pd
import shapely

from data.city.plane import Ints, Shapes

END_COLUMNS = ["x1", "y1", "x2", "y2"]


def segments(shapes: Shapes) -> pd.DataFrame:
    """Return every straight segment of lines or rings, ends in a fixed order, with its owner."""
    lines, owner = shapes, np.arange(len(shapes))
    if len(shapes) and shapely.get_dimensions(shapes[0]) == 2:
        lines, owner = shapely.get_rings(shapes, return_index=True)
    points, line = shapely.get_coordinates(lines, return_index=True)
    same_line = line[1:] == line[:-1]
    start, end = points[:-1][same_line], points[1:][same_line]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    ends = np.where(swap[:, None], np.hstack([end, start]), np.hstack([start, end]))
    frame = pd.DataFrame(ends, columns=END_COLUMNS)
    frame["owner"] = owner[line[:-1][same_line]]
    frame["length"] = np.hypot(*(end - start).T)
    return frame


def to_lines(rows: pd.DataFrame) -> Shapes:
    """Return segments as lines of two points."""
    ends = rows[END_COLUMNS].to_numpy().reshape(-1, 2, 2)
    return np.asarray(shapely.linestrings(ends), dtype=object)


def shared_segments(shapes: Shapes) -> pd.DataFrame:
    """Return the segments that two polygons share: polygons a < b, ends and length."""
    all_segments = segments(shapes)
    pairs = all_segments.merge(
        all_segments[[*END_COLUMNS, "owner"]], on=END_COLUMNS, suffixes=("_a", "_b")
    )
    pairs = pairs[pairs.owner_a < pairs.owner_b]
    return pairs.rename(columns={"owner_a": "a", "owner_b": "b"}).reset_index(drop=True)


def border_lengths(shapes: Shapes) -> dict[int, dict[int, float]]:
    """Return for each polygon the length of border that it shares with each neighbour."""
    return symmetric(shared_segments(shapes).groupby(["a", "b"], sort=True)["length"].sum())


def symmetric(lengths: "pd.Series[float]") -> dict[int, dict[int, float]]:
    """Return lengths keyed by pairs (a, b) as a nested mapping in both directions."""
    nested: dict[int, dict[int, float]] = defaultdict(dict)
    for (a, b), length in zip(lengths.index.tolist(), lengths.tolist(), strict=True):
        nested[a][b] = nested[b][a] = length
    return nested


def dissolve(shapes: Shapes, groups: Ints) -> Shapes:
    """Return one shape per group 0..k-1: the union of its polygons, with every vertex."""
    unions = np.empty(int(groups.max()) + 1, dtype=object)
    order = np.argsort(groups, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        unions[groups[members[0]]] = shapely.coverage_union_all(shapes[members])
    return unions


def connected_components(
    members: set[int], neighbors: dict[int, dict[int, float]]
) -> list[set[int]]:
    """Return the connected components of some members, in order of their lowest member."""
    remaining, components = set(members), []
    while remaining:
        frontier = [min(remaining)]
        component = set(frontier)
        while frontier:
            reached = {n for i in frontier for n in neighbors.get(i, {}) if n in remaining}
            frontier = sorted(reached - component)
            component |= set(frontier)
        remaining -= component
        components.append(component)
    return components
