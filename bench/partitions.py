"""Made-up partitions of any number of grids and corners, and points to look up in them."""

import numpy as np
import shapely
from numpy.typing import NDArray

WEST, SOUTH, STEP = 130.0, 47.0, 0.004
"""A grid is about 300 by 450 m at Hegang, as its 721 are."""


def grids(count: int, corners: int, seed: int = 1) -> NDArray[np.object_]:
    """Return so many polygons in rows, of about so many corners each, that tile their ground.

    Sides are waves between jittered corners; neighbours share them, number for number.

        +~~~+~~~+~~~+
        |   |   |   |     count = 5: the last row is not full
        +~~~+~~~+~~~+
        |   |   |
        +~~~+~~~+
    """
    across = int(np.ceil(np.sqrt(count)))
    down = -(-count // across)
    random = np.random.default_rng(seed)
    nodes = np.stack(np.meshgrid(np.arange(across + 1.0), np.arange(down + 1.0)), axis=-1)
    nodes += random.uniform(-0.2, 0.2, nodes.shape)
    pieces = max(1, corners // 4)
    level = _waves(nodes[:, :-1], nodes[:, 1:], pieces, random)
    upright = _waves(nodes[:-1], nodes[1:], pieces, random)
    row, column = np.divmod(np.arange(count), across)
    sides = (
        level[row, column],
        upright[row, column + 1],
        level[row + 1, column, ::-1],
        upright[row, column, ::-1],
    )
    rings = np.concatenate([side[:, :-1] for side in sides], axis=1)
    rings = np.concatenate([rings, rings[:, :1]], axis=1) * STEP + (WEST, SOUTH)
    return np.asarray(shapely.polygons(rings), dtype=object)


def _waves(
    start: NDArray[np.float64], end: NDArray[np.float64], pieces: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Return the sides from start to end, (…, 2) → (…, pieces + 1, 2), swaying a little."""
    along = np.linspace(0, 1, pieces + 1)
    line = start[..., None, :] * (1 - along)[:, None] + end[..., None, :] * along[:, None]
    swings = random.integers(1, 6, start.shape[:-1])[..., None]
    phase = random.uniform(0, 2 * np.pi, start.shape[:-1])[..., None]
    sway = 0.06 * np.sin(np.pi * along) * np.sin(2 * np.pi * swings * along + phase)
    across = (end - start)[..., ::-1] * (1, -1)
    waved = line + sway[..., None] * across[..., None, :]
    waved[..., 0, :], waved[..., -1, :] = start, end
    return waved


def points(shapes: NDArray[np.object_], count: int, seed: int = 2) -> NDArray[np.float64]:
    """Return so many points, (count, 2), anywhere over the extent of shapes."""
    west, south, east, north = shapely.total_bounds(shapes)
    random = np.random.default_rng(seed)
    return random.uniform((west, south), (east, north), (count, 2))
