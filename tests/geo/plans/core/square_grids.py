"""Three square grids side by side, and lines to cut them."""

import numpy as np
import pytest
import shapely

from geo.plans.core.partition import Grid, Partition

HOME = "230402001001"
A, B, C, D = (f"{HOME}{number:03}" for number in range(1, 5))
STEP = 0.001


def square(x, y):
    return shapely.box(x * STEP, y * STEP, (x + 1) * STEP, (y + 1) * STEP)


def line(*coords):
    return shapely.LineString(np.array(coords) * STEP)


@pytest.fixture(scope="module")
def row() -> Partition:
    """a | b | c   three squares side by side."""
    grids = {code: Grid(code[-1], square(x, 0)) for x, code in enumerate((A, B, C))}
    return Partition(HOME, shapely.box(0, 0, 3 * STEP, STEP), grids, frozenset())
