"""Blocks: the ground between streets, awkward faces joined to a neighbour, each with its use."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.city import adjacency, skeleton
from data.city.plane import Floats, Ints, Shapes
from data.city.streets import HALF_M, Network

SMALL_M2, THIN_M, LARGE_M2 = 14_000.0, 88.0, 125_000.0
OPEN_M2 = 260_000.0


@dataclass(frozen=True)
class Blocks:
    """Blocks, one row each: ground up to the middle of the streets, and the land inside them.

    `use` is home, civic, park, bank (along the river) or field (outside the town); `turn` is the
    direction of the streets in degrees; `edge` gives for each way the blocks on its two sides.
    """

    ground: Shapes
    land: Shapes
    district: NDArray[np.str_]
    turn: Floats
    use: NDArray[np.str_]
    edge: pd.DataFrame


def divide(rng: np.random.Generator, network: Network) -> Blocks:
    """Return the blocks of a network, before it is known which of them hold homes."""
    groups = _joined(rng, network)
    ground = adjacency.join(network.faces, groups)
    first = np.unique(groups, return_index=True)[1]
    edge = _sides(ground, network)
    return Blocks(
        ground=ground,
        land=_land(ground, network, edge),
        district=network.district[first],
        turn=network.angle[first],
        use=_uses(rng, ground, edge),
        edge=edge,
    )


def _sides(ground: Shapes, network: Network) -> pd.DataFrame:
    """Return the border pieces of every two blocks with the way, its rank and its name."""
    ways = adjacency.segments(network.edges.lines).rename(columns={"owner": "way"})
    seams = adjacency.seams(ground).merge(ways[[*adjacency.ENDS, "way"]], on=adjacency.ENDS)
    seams["rank"] = network.edges.ranks[seams.way]
    seams["name"] = network.edges.names[seams.way]
    return seams


def _joined(rng: np.random.Generator, network: Network) -> Ints:
    """Return a block number 0..k-1 for each face: small and thin ones go to a neighbour."""
    groups = np.arange(len(network.faces))
    for turn in range(6):
        ground = adjacency.join(network.faces, groups)
        awkward = _awkward(ground)
        if turn == 5:
            areas = shapely.area(ground)
            awkward = (rng.random(len(ground)) < 0.10) & (areas < LARGE_M2 / 2)
        first = np.unique(groups, return_index=True)[1]
        taken = _pairs(ground, awkward, network, network.district[first])
        groups = np.unique(taken[groups], return_inverse=True)[1]
    return groups.astype(np.int64)


def _awkward(ground: Shapes) -> NDArray[np.bool_]:
    """Tell which blocks are too small or too thin to build on."""
    box = shapely.oriented_envelope(ground)
    around, area = shapely.length(box) / 2, shapely.area(box)
    short = (around - np.sqrt(np.maximum(around**2 - 4 * area, 0))) / 2
    full = shapely.area(ground)
    return (full < SMALL_M2) | (full / area * short < THIN_M) & (full < LARGE_M2)


def _pairs(
    ground: Shapes, awkward: NDArray[np.bool_], network: Network, district: NDArray[np.str_]
) -> Ints:
    """Return for each block the lower number of the pair it joins across a minor street."""
    sides = _sides(ground, network)
    minor = sides[(sides["rank"] == "street") & (district[sides.a] == district[sides.b])]
    near = adjacency.links(minor.groupby(["a", "b"])["length"].sum())
    areas, out = shapely.area(ground), np.arange(len(ground))
    free = np.ones(len(ground), dtype=bool)
    for i in sorted(np.flatnonzero(awkward).tolist(), key=lambda i: (areas[i], i)):
        fits = [n for n in near.get(i, {}) if free[n] and areas[n] + areas[i] < LARGE_M2]
        if free[i] and fits:
            best = max(fits, key=lambda n: (near[i][n], -n))
            free[[i, best]] = False
            out[[i, best]] = min(i, best)
    return out


def _land(ground: Shapes, network: Network, edge: pd.DataFrame) -> Shapes:
    """Return the ground without the room of the ways beside it."""
    left = np.unique(edge["way"])
    half = np.array([HALF_M[rank] for rank in network.edges.ranks[left]])
    wide = shapely.buffer(network.edges.lines[left], half, quad_segs=2)
    tree, out = shapely.STRtree(wide), ground.copy()
    block, way = tree.query(ground, predicate="intersects")
    for i, ways in pd.Series(way).groupby(block):
        out[i] = shapely.difference(ground[i], shapely.union_all(wide[ways.to_numpy()]))
    return _largest(out)


def _largest(shapes: Shapes) -> Shapes:
    """Return of each shape its largest part."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    order = np.lexsort((shapely.area(parts), owner))
    last = np.flatnonzero(np.diff(owner[order], append=-1))
    out = shapes.copy()
    out[owner[order][last]] = parts[order][last]
    return out


def _uses(rng: np.random.Generator, ground: Shapes, edge: pd.DataFrame) -> NDArray[np.str_]:
    """Return the use of each block: parks near their spots, few civic ones, home otherwise."""
    use = np.where(rng.random(len(ground)) < 0.03, "civic", "home")
    for _, spot in skeleton.PARKS:
        use[int(np.argmin(shapely.distance(ground, shapely.Point(spot))))] = "park"
    wet = edge[edge["rank"] == "river"]
    use[np.union1d(wet.a, wet.b)] = "bank"
    edges = shapely.area(ground) > OPEN_M2
    use[edges] = "field"
    return use.astype("U5")
