"""The output of every file reader: unchanged rows, some thousand at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.row_errors import RowError

BATCH_ROWS = 20_000
"""The most rows of one batch; memory use depends on it, not on the size of the file."""


@dataclass(frozen=True)
class RawBatch:
    """Some rows as the file has them: attributes, WKB, and errors of rows that cannot be read.

    `row_numbers` are their numbers in the file, from 1; `attributes` has the same length.
    """

    row_numbers: NDArray[np.int64]
    attributes: pa.RecordBatch
    wkb: pa.Array | None = None
    errors: tuple[RowError, ...] = ()

    def __len__(self) -> int:
        return len(self.row_numbers)


@dataclass(frozen=True)
class RecordStream:
    """One layer of a file: its columns, and its rows on demand."""

    file_name: str
    column_names: tuple[str, ...]
    batches: Callable[[], Iterator[RawBatch]] = field(repr=False)
    crs: str | None = None
    """None where the file names none; empty where its format means longitude and latitude."""
    row_count: int | None = None
    has_geometry: bool = True
    """Whether its rows can have a geometry."""
    truncates_names: bool = False
    """Whether its column names are cut to ten characters, as in dBase."""
