"""The frame of grid members: who looks after which micro-grid, and who did before."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from data.city import figures, names

FEWEST = 6
"""Members of the smallest grid: a head, one who does nothing else, and some beside their work."""
COLUMNS = ["person_code", "name", "phone", "grid_code", "duty", "assigned_from", "assigned_to"]

Assignment = tuple[int, int, str, int, int | None]
"""Person and grid by position, duty, first day and first day no longer, in days before today."""


def frame(rng: np.random.Generator, grids: list[str], today: date) -> pd.DataFrame:
    """Return the members of grids, given by code and in order, as they stand on a day.

    Each person has one grid on that day and each grid one head. No real number has the form
    000-0000-nnnn.
    """
    called = names.people(rng, figures.GRID_MEMBERS)
    rows = [
        (
            f"2304-P{person + 1:04}",
            called[person],
            f"000-0000-{person + 1:04}",
            grids[grid],
            duty,
            today - timedelta(days=start),
            None if end is None else today - timedelta(days=end),
        )
        for person, grid, duty, start, end in _assignments(rng, grids)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _assignments(rng: np.random.Generator, grids: list[str]) -> Iterator[Assignment]:
    """Yield who is assigned grid by grid, each after what that person did before."""
    extra = figures.GRID_MEMBERS - FEWEST * len(grids)
    sizes = FEWEST + rng.multinomial(extra, np.full(len(grids), 1 / len(grids)))
    first = 0
    for grid, size in enumerate(sizes.tolist()):
        starts = rng.integers(20, 1800, size).tolist()
        duties = [
            "head",
            "full_time",
            *rng.choice(["part_time", "volunteer"], size - 2, p=[0.75, 0.25]),
        ]
        if rng.random() < 0.4:  # the third was head until the first took over, and stayed
            starts[2] = starts[0]
            yield first + 2, grid, "head", starts[0] + int(rng.integers(200, 900)), starts[0]
        for at in range(size):
            beside = _beside(grids, grid)
            if at > 2 and beside is not None and rng.random() < 0.08:
                came = starts[at] + int(rng.integers(100, 700))
                yield first + at, beside, "part_time", came, starts[at]
            yield first + at, grid, str(duties[at]), starts[at], None
        first += size


def _beside(grids: list[str], grid: int) -> int | None:
    """Return a grid of the same community with a number next to this one's, if there is one."""
    for other in (grid - 1, grid + 1):
        if 0 <= other < len(grids) and grids[other][:12] == grids[grid][:12]:
            return other
    return None
