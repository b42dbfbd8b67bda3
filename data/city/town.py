"""The town filled with homes: which blocks are built, in what style, with how many households."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from data.city import figures, homes, skeleton
from data.city.blocks import Blocks
from data.city.plane import Floats, Ints, Shapes, objects, stream

FLATS_PER_STAIR = {"old": 3, "slab": 2}
STAIR_M = 14.5
# Households that make one micro-grid in each kind of quarter.
PER_GRID = {"old": 215, "slab": 270, "tower": 420}


@dataclass(frozen=True)
class Town:
    """Plots with the block each lies in, and their houses, plot by plot in reading order."""

    blocks: Blocks
    plots: list[homes.Plot]
    block: Ints
    house: Shapes
    plot: Ints
    floors: Ints
    households: Ints
    age: Ints

    @property
    def weight(self) -> Floats:
        """Return how much of a micro-grid each house is worth."""
        aim = np.array([PER_GRID[plot.style] for plot in self.plots])
        return np.asarray(self.households / aim[self.plot], dtype=np.float64)


def fill(seed: int, blocks: Blocks) -> Town:
    """Return the town: every district filled from its heart until it has its share of homes.

    What a full district cannot take goes to the next.
    """
    plots: list[homes.Plot] = []
    owner: list[int] = []
    use, left = blocks.use.copy(), 0
    for code in figures.DISTRICTS:
        rng = stream(seed, f"homes {code}")
        left += figures.SHARES[code][0]
        for i in _outward(rng, blocks, code):
            found = _built(rng, blocks, i) if left else []
            if sum(len(plot.houses) for plot in found) < 4:
                use[i] = "civic" if left else "field"
                continue
            for plot in found:
                kept = replace(plot, houses=plot.houses[:left])
                left -= len(kept.houses)
                plots.append(kept)
                owner.append(i)
    if left:
        raise ValueError(f"the town has no room for {left} more buildings")
    use = _within(use, blocks)
    return _town(seed, replace(blocks, use=use), plots, np.array(owner))


def _within(use: NDArray[np.str_], blocks: Blocks) -> NDArray[np.str_]:
    """Return uses with parks and civic blocks turned to field where fewer than two homes border."""
    pairs = blocks.edge[["a", "b"]].drop_duplicates().to_numpy()
    sides = np.vstack([pairs, pairs[:, ::-1]])
    homes_near = np.bincount(sides[use[sides[:, 1]] == "home", 0], minlength=len(use))
    return np.where(np.isin(use, ("park", "civic")) & (homes_near < 2), "field", use)


def _outward(rng: np.random.Generator, blocks: Blocks, code: str) -> list[int]:
    """Return the home blocks of a district in the order they were built on, from its heart."""
    mine = np.flatnonzero((blocks.district == code) & (blocks.use == "home"))
    spots = shapely.centroid(blocks.ground[mine])
    heart = shapely.distance(spots, shapely.Point(skeleton.HEARTS[code][0]))
    centre = shapely.distance(spots, shapely.Point(-200, -200))
    order = np.argsort(heart + 0.6 * centre + rng.uniform(0, 200, len(mine)), kind="stable")
    return [int(i) for i in mine[order]]


def _built(rng: np.random.Generator, blocks: Blocks, i: int) -> list[homes.Plot]:
    """Return the plots of one block, in the style of its quarter."""
    spot = blocks.ground[i].centroid
    new, old = (
        min(spot.distance(shapely.Point(at)) for at in towns)
        for towns in (skeleton.NEW_TOWNS, skeleton.OLD_TOWNS)
    )
    age = rng.normal(0, 70)
    style = "tower" if new + age < 330 else "old" if old + age < 480 else "slab"
    return homes.settle(rng, blocks.ground[i], blocks.land[i], float(blocks.turn[i]), style)


def _town(seed: int, blocks: Blocks, plots: list[homes.Plot], block: Ints) -> Town:
    """Return the town with floors, households and age drawn for each plot and house."""
    rng = stream(seed, "households")
    count = np.array([len(plot.houses) for plot in plots])
    plot = np.repeat(np.arange(len(plots)), count)
    house = objects(house for each in plots for house in each.houses)
    floors, households, age = (np.zeros(len(house), dtype=np.int64) for _ in range(3))
    for i, each in enumerate(plots):
        mine = plot == i
        floors[mine], households[mine] = _stacked(rng, each.style, house[mine])
        age[mine] = _age(rng, each, block[i], blocks) - rng.integers(0, 2, mine.sum())
    return Town(blocks, plots, block, house, plot, floors, households, age)


def _stacked(rng: np.random.Generator, style: str, house: Shapes) -> tuple[Ints, Ints]:
    """Return floors and households of the houses of one plot."""
    if style == "tower":
        floors = rng.choice([26, 28, 30, 32, 33]) + rng.integers(0, 2, len(house))
        return floors, floors * rng.choice([8, 10, 12, 14, 16])
    base = rng.choice([5, 6, 6, 7]) if style == "slab" else rng.choice([4, 5])
    floors = base - (rng.random(len(house)) < 0.15)
    box = shapely.bounds(house)
    length = np.hypot(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1])
    stairs = np.maximum(1, np.round(length / STAIR_M)).astype(np.int64)
    return floors, floors * stairs * FLATS_PER_STAIR[style]


def _age(rng: np.random.Generator, plot: homes.Plot, block: int, blocks: Blocks) -> int:
    """Return the age of a plot in years: older near the heart of its district."""
    if plot.style == "tower":
        return int(rng.integers(3, 15))
    if plot.style == "old":
        return int(rng.integers(38, 62))
    heart = skeleton.HEARTS[str(blocks.district[block])][0]
    far = plot.ground.centroid.distance(shapely.Point(heart))
    return int(np.clip(42 - far / 50 + rng.normal(0, 6), 10, 48))
