"""Find keys that occur twice in a file, with a few bytes of memory per row."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]


class KeyIndex:
    """The keys read so far as 64-bit hashes in sorted runs: 16 bytes a row.

    Two different keys share a hash once in 36,000 files of a million rows.
    """

    def __init__(self, key: tuple[str, ...]) -> None:
        self.key = key
        self.runs: list[tuple[Hashes, Ints]] = []

    def find_duplicates(
        self, columns: Mapping[str, pa.Array], row_numbers: Ints, valid: NDArray[np.bool_]
    ) -> Ints:
        """Return for each row the number of the earlier row with the same key, 0 if there is none.

        Only valid rows are compared and added to the index. Shapes (n,) → (n,).
        """
        duplicate_of = np.zeros(len(row_numbers), dtype=np.int64)
        if not self.key or not valid.any():
            return duplicate_of
        hashes, rows = _hash([columns[name] for name in self.key])[valid], row_numbers[valid]
        order = np.argsort(hashes, kind="stable")
        hashes, rows = hashes[order], rows[order]
        earlier = np.zeros(len(hashes), dtype=np.int64)
        for run_hashes, run_rows in self.runs:
            at = np.minimum(np.searchsorted(run_hashes, hashes), len(run_hashes) - 1)
            earlier = np.where((earlier == 0) & (run_hashes[at] == hashes), run_rows[at], earlier)
        is_first = np.concatenate([[True], hashes[1:] != hashes[:-1]])
        first_row = rows[np.maximum.accumulate(np.where(is_first, np.arange(len(hashes)), 0))]
        earlier = np.where((earlier == 0) & ~is_first, first_row, earlier)
        is_new = earlier == 0
        self._add_run(hashes[is_new], rows[is_new])
        duplicate_of[np.flatnonzero(valid)[order]] = earlier
        return duplicate_of

    def _add_run(self, hashes: Hashes, rows: Ints) -> None:
        """Add a sorted run; merge runs of similar length, so that their number stays small."""
        run = (hashes, rows)
        while self.runs and len(self.runs[-1][0]) <= 2 * len(run[0]):
            last_hashes, last_rows = self.runs.pop()
            merged = np.concatenate([last_hashes, run[0]])
            order = np.argsort(merged, kind="stable")
            run = merged[order], np.concatenate([last_rows, run[1]])[order]
        if len(run[0]):
            self.runs.append(run)


def _hash(arrays: list[pa.Array]) -> Hashes:
    texts = [pc.fill_null(array.cast(pa.string()), "\x00") for array in arrays]
    keys = texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, "\x1f")
    values = keys.to_numpy(zero_copy_only=False)
    return np.asarray(pd.util.hash_array(values, categorize=False), dtype=np.uint64)
