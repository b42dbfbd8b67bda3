"""What every reader yields: rows as they lie in the file, a few thousand at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.row_errors import RowError

ROWS = 20_000
"""The most rows of one batch; memory follows it, not the size of the file."""


@dataclass(frozen=True)
class Raw:
    """Some rows as they lie in the file: attributes, shapes as WKB, and rows too broken to hold.

    `rows` are their numbers in the file, from 1; `table` has the same length.
    """

    rows: NDArray[np.int64]
    table: pa.RecordBatch
    wkb: pa.Array | None = None
    faults: tuple[RowError, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Stream:
    """One layer of a file: what is in it, and its rows on demand."""

    name: str
    fields: tuple[str, ...]
    batches: Callable[[], Iterator[Raw]] = field(repr=False)
    crs: str | None = None
    """None where the file does not say; empty where its format means longitude and latitude."""
    total: int | None = None
    shaped: bool = True
    """Whether its rows can have a shape."""
    dbase: bool = False
    """Whether its column names are cut to ten letters."""
