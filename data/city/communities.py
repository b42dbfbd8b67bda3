"""Subdistricts and communities: adjacent blocks of equal weight, numbered in reading order."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from data.city import adjacency, apportion, figures
from data.city.plane import Floats, Ints
from data.city.town import Town

BORDER_COST = {
    "river": 0.2, "rail": 0.25, "trunk": 0.3, "main": 0.6, "street": 1.0, "edge": 1.0
}  # fmt: skip
"""Cost of a metre of border by the rank of the edge it follows: borders prefer cheap edges."""
MIN_OLD_BUILDINGS = 28
"""Old buildings that the community named Weimin has at least."""
MIN_BLOCKS = 5
"""Built blocks of a subdistrict at least: enough for two communities in any layout."""


@dataclass(frozen=True)
class Communities:
    """For each block the code of its community, and the code of Weimin Community."""

    of_block: NDArray[np.str_]
    weimin: str


def assign_communities(town: Town) -> Communities:
    """Return the community of every block."""
    graph = _region_graph(town)
    codes = np.full(len(town.blocks.outline), "", dtype="U12")
    for district, (_, subdistricts, _) in figures.SHARES.items():
        members = np.flatnonzero(town.blocks.district == district).tolist()
        for i, (part, count) in enumerate(_subdistricts(graph, members, district, subdistricts)):
            communities = _in_reading_order(graph, apportion.partition(graph, part, count))
            for j, blocks in enumerate(communities):
                codes[blocks] = f"{district}{i + 1:03}{j + 1:03}"
    return Communities(codes, _weimin(town, codes))


def _subdistricts(
    graph: apportion.RegionGraph, members: list[int], district: str, count: int
) -> list[tuple[list[int], int]]:
    """Return the blocks of each subdistrict of a district and its number of communities."""
    parts = _in_reading_order(graph, apportion.partition(graph, members, count, MIN_BLOCKS))
    weights = np.array([graph.weight[part].sum() for part in parts])
    maximum = np.array([np.count_nonzero(graph.weight[part]) // 2 for part in parts])
    minimum = np.full(count, 2)
    total = figures.SHARES[district][2]
    seats = apportion.apportion_seats(weights, total, minimum, maximum)
    return list(zip(parts, seats.tolist(), strict=True))


def _region_graph(town: Town) -> apportion.RegionGraph:
    """Return the blocks weighted by their homes, with borders that cost less along main roads."""
    block = town.block_of_plot[town.plot_of_house]
    weight = np.bincount(block, weights=town.weight, minlength=len(town.blocks.outline))
    edges = town.blocks.edges
    lengths = (edges["length"] * edges["rank"].map(BORDER_COST)).groupby([edges.a, edges.b]).sum()
    position = shapely.get_coordinates(shapely.centroid(town.blocks.outline))
    return apportion.RegionGraph(
        np.asarray(weight, dtype=np.float64), position, adjacency.symmetric(lengths)
    )


def _in_reading_order(graph: apportion.RegionGraph, parts: list[list[int]]) -> list[list[int]]:
    """Return the parts in reading order of the weighted centre of their homes."""
    centers = [
        np.average(graph.position[part], axis=0, weights=graph.weight[part]) for part in parts
    ]
    return [parts[i] for i in reading_order(np.array(centers))]


def reading_order(points: Floats) -> Ints:
    """Return the positions of points (n, 2) in reading order: bands from north to south.

    Each band runs west to east. There are about as many bands as points in a band.
    """
    size = math.ceil(math.sqrt(len(points)))
    southward = np.argsort(-points[:, 1], kind="stable")
    bands = [southward[i : i + size] for i in range(0, len(southward), size)]
    return np.concatenate([band[np.argsort(points[band, 0], kind="stable")] for band in bands])


def _weimin(town: Town, codes: NDArray[np.str_]) -> str:
    """Return the community named Weimin: the smallest of Xingshan with enough old buildings."""
    of_house = codes[town.block_of_plot[town.plot_of_house]]
    candidates: list[tuple[int, str]] = []
    for code in sorted({c for c in codes.tolist() if c.startswith("230407")}):
        in_community = of_house == code
        if (town.age[in_community] >= figures.OLD_AGE).sum() >= MIN_OLD_BUILDINGS:
            candidates.append((int(in_community.sum()), code))
    return min(candidates)[1]
