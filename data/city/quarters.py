"""Subdistricts and communities: neighbouring blocks of about equal weight, numbered in order."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from data.city import adjacency, apportion, figures
from data.city.plane import Floats, Ints
from data.city.town import Town

# How readily a border runs along each kind of way: a metre of river counts as 0.2.
COST = {"river": 0.2, "rail": 0.25, "trunk": 0.3, "main": 0.6, "street": 1.0, "edge": 1.0}
OLD_ENOUGH = 28
# Built blocks of a subdistrict at least: enough for two communities however they lie.
BLOCKS = 5


@dataclass(frozen=True)
class Quarters:
    """For each block the code of its community; codes start with those of what they lie in."""

    community: NDArray[np.str_]
    weimin: str


def draw(town: Town) -> Quarters:
    """Return the community of every block."""
    ground = _ground(town)
    codes = np.full(len(town.blocks.ground), "", dtype="U12")
    for district, (_, streets, _) in figures.SHARES.items():
        members = np.flatnonzero(town.blocks.district == district).tolist()
        for i, (sub, count) in enumerate(_subdistricts(ground, members, district, streets)):
            for j, blocks in enumerate(_ordered(ground, apportion.part(ground, sub, count))):
                codes[blocks] = f"{district}{i + 1:03}{j + 1:03}"
    return Quarters(codes, _weimin(town, codes))


def _subdistricts(
    ground: apportion.Ground, members: list[int], district: str, count: int
) -> list[tuple[list[int], int]]:
    """Return the blocks of each subdistrict of a district and how many communities it gets."""
    parts = _ordered(ground, apportion.part(ground, members, count, BLOCKS))
    weights = np.array([ground.weight[part].sum() for part in parts])
    most = np.array([np.count_nonzero(ground.weight[part]) // 2 for part in parts])
    least = np.full(count, 2)
    seats = apportion.seats(weights, figures.SHARES[district][2], least, most)
    return list(zip(parts, seats.tolist(), strict=True))


def _ground(town: Town) -> apportion.Ground:
    """Return the blocks weighed by their homes, borders cheap along big ways."""
    block = town.block[town.plot]
    weight = np.bincount(block, weights=town.weight, minlength=len(town.blocks.ground))
    edge = town.blocks.edge
    shared = (edge["length"] * edge["rank"].map(COST)).groupby([edge.a, edge.b]).sum()
    place = shapely.get_coordinates(shapely.centroid(town.blocks.ground))
    return apportion.Ground(np.asarray(weight, dtype=np.float64), place, adjacency.links(shared))


def _ordered(ground: apportion.Ground, parts: list[list[int]]) -> list[list[int]]:
    """Return the parts in reading order of the middle of their homes."""
    middle = [np.average(ground.place[p], axis=0, weights=ground.weight[p]) for p in parts]
    return [parts[i] for i in reading_order(np.array(middle))]


def reading_order(points: Floats) -> Ints:
    """Return the positions of points (n, 2) as one reads: west to east in bands, north to south.

    There are about as many bands as points in a band.
    """
    size = math.ceil(math.sqrt(len(points)))
    south = np.argsort(-points[:, 1], kind="stable")
    bands = [south[i : i + size] for i in range(0, len(south), size)]
    return np.concatenate([band[np.argsort(points[band, 0], kind="stable")] for band in bands])


def _weimin(town: Town, codes: NDArray[np.str_]) -> str:
    """Return the community to be Weimin: the smallest of Xingshan with enough old buildings."""
    of_house = codes[town.block[town.plot]]
    fits: list[tuple[int, str]] = []
    for code in sorted({c for c in codes.tolist() if c.startswith("230407")}):
        mine = of_house == code
        if (town.age[mine] >= figures.OLD_AGE).sum() >= OLD_ENOUGH:
            fits.append((int(mine.sum()), code))
    return min(fits)[1]
