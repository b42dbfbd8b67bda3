"""The frame of grid members: the people assigned to each micro-grid, now and before."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from data.city import figures, names

MIN_MEMBERS = 6
"""Members of the smallest grid: a head, a full-time member, and some beside their work."""
COLUMNS = ["person_code", "name", "phone", "grid_code", "duty", "assigned_from", "assigned_to"]

Assignment = tuple[int, int, str, int, int | None]
"""Person and grid by position, duty, first day and end (exclusive), in days before today."""


def build_grid_members(rng: np.random.Generator, grids: list[str], today: date) -> pd.DataFrame:
    """Return the members of grids, given by code in order, as they are on a day.

    Each person has one grid on that day and each grid one head. No real number has the form
    000-0000-nnnn.
    """
    person_names = names.person_names(rng, figures.GRID_MEMBERS)
    rows = [
        (
            f"2304-P{person + 1:04}",
            person_names[person],
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
    """Yield the assignments of each grid; earlier ones of a person come before the current one."""
    extra = figures.GRID_MEMBERS - MIN_MEMBERS * len(grids)
    sizes = MIN_MEMBERS + rng.multinomial(extra, np.full(len(grids), 1 / len(grids)))
    first = 0
    for grid, size in enumerate(sizes.tolist()):
        starts = rng.integers(20, 1800, size).tolist()
        duties = [
            "head",
            "full_time",
            *rng.choice(["part_time", "volunteer"], size - 2, p=[0.75, 0.25]),
        ]
        if rng.random() < 0.4:  # the third member was head until the first one took over
            starts[2] = starts[0]
            yield first + 2, grid, "head", starts[0] + int(rng.integers(200, 900)), starts[0]
        for member in range(size):
            previous = _neighboring_grid(grids, grid)
            if member > 2 and previous is not None and rng.random() < 0.08:
                start = starts[member] + int(rng.integers(100, 700))
                yield first + member, previous, "part_time", start, starts[member]
            yield first + member, grid, str(duties[member]), starts[member], None
        first += size


def _neighboring_grid(grids: list[str], grid: int) -> int | None:
    """Return a grid of the same community with an adjacent number; None if there is none."""
    for other in (grid - 1, grid + 1):
        if 0 <= other < len(grids) and grids[other][:12] == grids[grid][:12]:
            return other
    return None
