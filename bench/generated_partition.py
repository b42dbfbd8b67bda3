"""Generated partitions of any number of grids and corners, and random points in them."""

import numpy as np
import shapely
from numpy.typing import NDArray

WEST, SOUTH, STEP = 130.0, 47.0, 0.004
"""A grid is about 300 by 450 m at Hegang, like the real ones."""


def generate_grids(count: int, corners: int, seed: int = 1) -> NDArray[np.object_]:
    """Return this many polygons of about this many corners each; they tile their area in rows.

    Sides are waves between displaced corners. Neighbors share them coordinate by coordinate.

        +~~~+~~~+~~~+
        |   |   |   |     count = 5: the last row is not full
        +~~~+~~~+~~~+
        |   |   |
        +~~~+~~~+
    """
    columns = int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    random = np.random.default_rng(seed)
    nodes = np.stack(np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0)), axis=-1)
    nodes += random.uniform(-0.2, 0.2, nodes.shape)
    segments = max(1, corners // 4)
    horizontal = _waves(nodes[:, :-1], nodes[:, 1:], segments, random)
    vertical = _waves(nodes[:-1], nodes[1:], segments, random)
    row, column = np.divmod(np.arange(count), columns)
    sides = (
        horizontal[row, column],
        vertical[row, column + 1],
        horizontal[row + 1, column, ::-1],
        vertical[row, column, ::-1],
    )
    rings = np.concatenate([side[:, :-1] for side in sides], axis=1)
    rings = np.concatenate([rings, rings[:, :1]], axis=1) * STEP + (WEST, SOUTH)
    return np.asarray(shapely.polygons(rings), dtype=object)


def _waves(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    segments: int,
    random: np.random.Generator,
) -> NDArray[np.float64]:
    """Return wavy lines from start to end, (…, 2) → (…, segments + 1, 2)."""
    fraction = np.linspace(0, 1, segments + 1)
    line = start[..., None, :] * (1 - fraction)[:, None] + end[..., None, :] * fraction[:, None]
    frequency = random.integers(1, 6, start.shape[:-1])[..., None]
    phase = random.uniform(0, 2 * np.pi, start.shape[:-1])[..., None]
    wave = np.sin(2 * np.pi * frequency * fraction + phase)
    offset = 0.06 * np.sin(np.pi * fraction) * wave
    normal = (end - start)[..., ::-1] * (1, -1)
    waves = line + offset[..., None] * normal[..., None, :]
    waves[..., 0, :], waves[..., -1, :] = start, end
    return waves


def random_points(grids: NDArray[np.object_], count: int, seed: int = 2) -> NDArray[np.float64]:
    """Return this many random points, (count, 2), in the bounds of the grids."""
    west, south, east, north = shapely.total_bounds(grids)
    random = np.random.default_rng(seed)
    return random.uniform((west, south), (east, north), (count, 2))
