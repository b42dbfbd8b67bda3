"""What a set of polygons that share edges vertex for vertex says about itself: who borders whom."""

from collections import defaultdict

import numpy as np
import pandas as pd
import shapely

from data.city.plane import Ints, Shapes

ENDS = ["x1", "y1", "x2", "y2"]


def segments(shapes: Shapes) -> pd.DataFrame:
    """Return every straight piece of lines or rings, ends in a fixed order, with its owner."""
    lines, owner = shapes, np.arange(len(shapes))
    if len(shapes) and shapely.get_dimensions(shapes[0]) == 2:
        lines, owner = shapely.get_rings(shapes, return_index=True)
    points, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    start, end = points[:-1][same], points[1:][same]
    late = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    ends = np.where(late[:, None], np.hstack([end, start]), np.hstack([start, end]))
    frame = pd.DataFrame(ends, columns=ENDS)
    frame["owner"] = owner[line[:-1][same]]
    frame["length"] = np.hypot(*(end - start).T)
    return frame


def seams(shapes: Shapes) -> pd.DataFrame:
    """Return the pieces of border two polygons share: a < b, their ends and length."""
    pieces = segments(shapes)
    both = pieces.merge(pieces[[*ENDS, "owner"]], on=ENDS, suffixes=("_a", "_b"))
    both = both[both.owner_a < both.owner_b]
    return both.rename(columns={"owner_a": "a", "owner_b": "b"}).reset_index(drop=True)


def neighbors(shapes: Shapes) -> dict[int, dict[int, float]]:
    """Return for each polygon the length of border it shares with each neighbour."""
    shared = seams(shapes).groupby(["a", "b"], sort=True)["length"].sum()
    return links(shared)


def links(shared: "pd.Series[float]") -> dict[int, dict[int, float]]:
    """Return lengths keyed by pairs as a mapping both ways."""
    out: dict[int, dict[int, float]] = defaultdict(dict)
    for (a, b), length in zip(shared.index.tolist(), shared.tolist(), strict=True):
        out[a][b] = out[b][a] = length
    return out


def join(shapes: Shapes, groups: Ints) -> Shapes:
    """Return one shape per group 0..k-1: the union of its polygons, keeping every corner."""
    out = np.empty(int(groups.max()) + 1, dtype=object)
    order = np.argsort(groups, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        out[groups[part[0]]] = shapely.coverage_union_all(shapes[part])
    return out


def pieces_of(group: set[int], near: dict[int, dict[int, float]]) -> list[set[int]]:
    """Return the connected pieces of a group, in order of their lowest member."""
    left, out = set(group), []
    while left:
        front = [min(left)]
        piece = set(front)
        while front:
            front = sorted({n for i in front for n in near.get(i, {}) if n in left} - piece)
            piece |= set(front)
        left -= piece
        out.append(piece)
    return out
