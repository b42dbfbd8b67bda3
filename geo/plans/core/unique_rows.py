"""Distinct rows of a table of coordinates."""

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]


def unique_rows(rows: Table) -> Table:
    """Return each of n rows once, (m, k), sorted by the first column, then the second, and so on.

    `np.unique` with an axis gives the same, but takes three times as long for the few rows that
    a step of a plan has.
    """
    ordered: Table = rows[np.lexsort(rows.T[::-1])]
    is_new = np.ones(len(ordered), dtype=np.bool_)
    is_new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    unique: Table = ordered[is_new]
    return unique
