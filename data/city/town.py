"""The town filled with homes: the blocks that are built, their style and households."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from data.city import figures, housing, skeleton
from data.city.blocks import Blocks
from data.city.plane import Floats, Ints, Shapes, object_array, random_generator

FLATS_PER_STAIR = {"old": 3, "slab": 2}
STAIR_M = 14.5
HOUSEHOLDS_PER_GRID = {"old": 215, "slab": 270, "tower": 420}
"""Households that make one micro-grid, by the style of the buildings."""


@dataclass(frozen=True)
class Town:
    """Housing plots with the block of each, and their houses, plot by plot in reading order."""

    blocks: Blocks
    plots: list[housing.HousingPlot]
    block_of_plot: Ints
    houses: Shapes
    plot_of_house: Ints
    floors: Ints
    households: Ints
    age: Ints

    @property
    def weight(self) -> Floats:
        """Return the size of each house as a share of a micro-grid."""
        per_grid = np.array([HOUSEHOLDS_PER_GRID[plot.style] for plot in self.plots])
        return np.asarray(self.households / per_grid[self.plot_of_house], dtype=np.float64)


def build_town(seed: int, blocks: Blocks) -> Town:
    """Return the town: each district is filled from its centre until it has its number of homes.

    Homes that a full district cannot take go to the next one.
    """
    plots: list[housing.HousingPlot] = []
    block_of_plot: list[int] = []
    use, remaining = blocks.use.copy(), 0
    for code in figures.DISTRICTS:
        rng = random_generator(seed, f"homes {code}")
        remaining += figures.SHARES[code][0]
        for i in _outward(rng, blocks, code):
            candidates = _block_plots(rng, blocks, i) if remaining else []
            if sum(len(plot.houses) for plot in candidates) < 4:
                use[i] = "civic" if remaining else "field"
                continue
            for candidate in candidates:
                plot = replace(candidate, houses=candidate.houses[:remaining])
                remaining -= len(plot.houses)
                plots.append(plot)
                block_of_plot.append(i)
    if remaining:
        raise ValueError(f"the town has no room for {remaining} more buildings")
    use = _without_remote_blocks(use, blocks)
    return _populate(seed, replace(blocks, use=use), plots, np.array(block_of_plot))


def _without_remote_blocks(use: NDArray[np.str_], blocks: Blocks) -> NDArray[np.str_]:
    """Return uses with parks and civic blocks turned to field that fewer than two homes border."""
    pairs = blocks.edges[["a", "b"]].drop_duplicates().to_numpy()
    sides = np.vstack([pairs, pairs[:, ::-1]])
    homes_near = np.bincount(sides[use[sides[:, 1]] == "home", 0], minlength=len(use))
    return np.where(np.isin(use, ("park", "civic")) & (homes_near < 2), "field", use)


def _outward(rng: np.random.Generator, blocks: Blocks, code: str) -> list[int]:
    """Return the home blocks of a district in the order they are built, from its centre."""
    members = np.flatnonzero((blocks.district == code) & (blocks.use == "home"))
    centers = shapely.centroid(blocks.outline[members])
    to_district = shapely.distance(centers, shapely.Point(skeleton.DISTRICT_CENTERS[code][0]))
    to_city = shapely.distance(centers, shapely.Point(-200, -200))
    noise = rng.uniform(0, 200, len(members))
    order = np.argsort(to_district + 0.6 * to_city + noise, kind="stable")
    return [int(i) for i in members[order]]


def _block_plots(rng: np.random.Generator, blocks: Blocks, i: int) -> list[housing.HousingPlot]:
    """Return the plots of one block, in the style of its quarter."""
    center = blocks.outline[i].centroid
    to_new, to_old = (
        min(center.distance(shapely.Point(position)) for position in quarters)
        for quarters in (skeleton.NEW_TOWNS, skeleton.OLD_TOWNS)
    )
    noise = rng.normal(0, 70)
    style = "tower" if to_new + noise < 330 else "old" if to_old + noise < 480 else "slab"
    return housing.build_plots(
        rng, blocks.outline[i], blocks.land[i], float(blocks.angle[i]), style
    )


def _populate(seed: int, blocks: Blocks, plots: list[housing.HousingPlot], block: Ints) -> Town:
    """Return the town with random floors, households and age for each plot and house."""
    rng = random_generator(seed, "households")
    count = np.array([len(plot.houses) for plot in plots])
    plot_of_house = np.repeat(np.arange(len(plots)), count)
    houses = object_array(house for plot in plots for house in plot.houses)
    floors, households, age = (np.zeros(len(houses), dtype=np.int64) for _ in range(3))
    for i, plot in enumerate(plots):
        members = plot_of_house == i
        floors[members], households[members] = _storeys(rng, plot.style, houses[members])
        age[members] = _age(rng, plot, block[i], blocks) - rng.integers(0, 2, members.sum())
    return Town(blocks, plots, block, houses, plot_of_house, floors, households, age)


def _storeys(rng: np.random.Generator, style: str, houses: Shapes) -> tuple[Ints, Ints]:
    """Return floors and households of the houses of one plot."""
    if style == "tower":
        floors = rng.choice([26, 28, 30, 32, 33]) + rng.integers(0, 2, len(houses))
        return floors, floors * rng.choice([8, 10, 12, 14, 16])
    base = rng.choice([5, 6, 6, 7]) if style == "slab" else rng.choice([4, 5])
    floors = base - (rng.random(len(houses)) < 0.15)
    bounds = shapely.bounds(houses)
    diagonal = np.hypot(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    stairs = np.maximum(1, np.round(diagonal / STAIR_M)).astype(np.int64)
    return floors, floors * stairs * FLATS_PER_STAIR[style]


def _age(rng: np.random.Generator, plot: housing.HousingPlot, block: int, blocks: Blocks) -> int:
    """Return the age of a plot in years: older near the centre of its district."""
    if plot.style == "tower":
        return int(rng.integers(3, 15))
    if plot.style == "old":
        return int(rng.integers(38, 62))
    center = skeleton.DISTRICT_CENTERS[str(blocks.district[block])][0]
    distance = plot.outline.centroid.distance(shapely.Point(center))
    return int(np.clip(42 - distance / 50 + rng.normal(0, 6), 10, 48))
