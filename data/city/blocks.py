"""City blocks: the faces of the street network, awkward ones merged, each with its use."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.city import adjacency, skeleton
from data.city.plane import Floats, Ints, Shapes
from data.city.streets import HALF_WIDTH_M, StreetNetwork

MIN_AREA_M2, MIN_WIDTH_M, MAX_AREA_M2 = 14_000.0, 88.0, 125_000.0
"""Smaller or narrower blocks are merged with a neighbour, up to the largest area."""
FIELD_AREA_M2 = 260_000.0
"""Larger blocks lie outside the town."""


@dataclass(frozen=True)
class Blocks:
    """Blocks, one row each: outline up to the centre lines of the streets, and the land inside.

    `use` is home, civic, park, bank (along the river) or field (outside the town); `angle` is the
    direction of the streets in degrees; `edges` has the blocks a and b on the two sides of each
    edge of the street network.
    """

    outline: Shapes
    land: Shapes
    district: NDArray[np.str_]
    angle: Floats
    use: NDArray[np.str_]
    edges: pd.DataFrame


def build_blocks(rng: np.random.Generator, network: StreetNetwork) -> Blocks:
    """Return the blocks of a network; `use` does not yet say which of them are built."""
    groups = _merged_faces(rng, network)
    outline = adjacency.dissolve(network.faces, groups)
    first = np.unique(groups, return_index=True)[1]
    edges = _shared_edges(outline, network)
    return Blocks(
        outline=outline,
        land=_land(outline, network, edges),
        district=network.district[first],
        angle=network.angle[first],
        use=_uses(rng, outline, edges),
        edges=edges,
    )


def _shared_edges(outline: Shapes, network: StreetNetwork) -> pd.DataFrame:
    """Return the segments that two blocks share, with the network's edge, its rank and name."""
    ends = adjacency.END_COLUMNS
    network_segments = adjacency.segments(network.edges.lines).rename(columns={"owner": "edge"})
    segments = adjacency.shared_segments(outline).merge(network_segments[[*ends, "edge"]], on=ends)
    segments["rank"] = network.edges.ranks[segments.edge]
    segments["name"] = network.edges.names[segments.edge]
    return segments


def _merged_faces(rng: np.random.Generator, network: StreetNetwork) -> Ints:
    """Return a block number 0..k-1 for each face: small and narrow ones join a neighbour."""
    groups = np.arange(len(network.faces))
    for round_number in range(6):
        outline = adjacency.dissolve(network.faces, groups)
        to_merge = _is_awkward(outline)
        if round_number == 5:
            areas = shapely.area(outline)
            to_merge = (rng.random(len(outline)) < 0.10) & (areas < MAX_AREA_M2 / 2)
        first = np.unique(groups, return_index=True)[1]
        merged = _merge_pairs(outline, to_merge, network, network.district[first])
        groups = np.unique(merged[groups], return_inverse=True)[1]
    return groups.astype(np.int64)


def _is_awkward(outline: Shapes) -> NDArray[np.bool_]:
    """Return which blocks are too small or too narrow to build on."""
    box = shapely.oriented_envelope(outline)
    half_length, box_area = shapely.length(box) / 2, shapely.area(box)
    width = (half_length - np.sqrt(np.maximum(half_length**2 - 4 * box_area, 0))) / 2
    area = shapely.area(outline)
    return (area < MIN_AREA_M2) | (area / box_area * width < MIN_WIDTH_M) & (area < MAX_AREA_M2)


def _merge_pairs(
    outline: Shapes,
    to_merge: NDArray[np.bool_],
    network: StreetNetwork,
    district: NDArray[np.str_],
) -> Ints:
    """Return for each block the lower number of the pair it forms across a minor street."""
    edges = _shared_edges(outline, network)
    minor = edges[(edges["rank"] == "street") & (district[edges.a] == district[edges.b])]
    borders = adjacency.symmetric(minor.groupby(["a", "b"])["length"].sum())
    areas, merged = shapely.area(outline), np.arange(len(outline))
    unpaired = np.ones(len(outline), dtype=bool)
    for i in sorted(np.flatnonzero(to_merge).tolist(), key=lambda i: (areas[i], i)):
        candidates = [
            n for n in borders.get(i, {}) if unpaired[n] and areas[n] + areas[i] < MAX_AREA_M2
        ]
        if unpaired[i] and candidates:
            best = max(candidates, key=lambda n: (borders[i][n], -n))
            unpaired[[i, best]] = False
            merged[[i, best]] = min(i, best)
    return merged


def _land(outline: Shapes, network: StreetNetwork, edges: pd.DataFrame) -> Shapes:
    """Return the outlines without the width of the streets, railways and rivers around them."""
    used = np.unique(edges["edge"])
    half_width = np.array([HALF_WIDTH_M[rank] for rank in network.edges.ranks[used]])
    corridors = shapely.buffer(network.edges.lines[used], half_width, quad_segs=2)
    tree, land = shapely.STRtree(corridors), outline.copy()
    block, corridor = tree.query(outline, predicate="intersects")
    for i, group in pd.Series(corridor).groupby(block):
        land[i] = shapely.difference(outline[i], shapely.union_all(corridors[group.to_numpy()]))
    return _largest_parts(land)


def _largest_parts(shapes: Shapes) -> Shapes:
    """Return the largest part of each shape."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    order = np.lexsort((shapely.area(parts), owner))
    last = np.flatnonzero(np.diff(owner[order], append=-1))
    largest = shapes.copy()
    largest[owner[order][last]] = parts[order][last]
    return largest


def _uses(rng: np.random.Generator, outline: Shapes, edges: pd.DataFrame) -> NDArray[np.str_]:
    """Return the use of each block: parks, river banks, fields, a few civic ones, else homes."""
    use = np.where(rng.random(len(outline)) < 0.03, "civic", "home")
    for _, position in skeleton.PARKS:
        use[int(np.argmin(shapely.distance(outline, shapely.Point(position))))] = "park"
    river = edges[edges["rank"] == "river"]
    use[np.union1d(river.a, river.b)] = "bank"
    use[shapely.area(outline) > FIELD_AREA_M2] = "field"
    return use.astype("U5")
