"""Codes that come twice are found in the whole file, batch after batch, in little memory."""

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from data.reading.duplicate_keys import KeyIndex


def earlier(
    seen: KeyIndex, codes: list[str], first: int, good: list[bool] | None = None
) -> list[int]:
    rows = np.arange(first, first + len(codes))
    mask = np.array(good if good is not None else [True] * len(codes), dtype=bool)
    return seen.find_duplicates({"code": pa.array(codes, pa.string())}, rows, mask).tolist()


def test_a_code_is_found_again_in_its_own_batch_and_in_a_later_one() -> None:
    seen = KeyIndex(("code",))
    assert earlier(seen, ["a", "b", "a"], 1) == [0, 0, 1]
    assert earlier(seen, ["c", "b", "a"], 4) == [0, 2, 1]


def test_a_row_with_another_fault_takes_no_code() -> None:
    seen = KeyIndex(("code",))
    assert earlier(seen, ["a", "a"], 1, [False, True]) == [0, 0]
    assert earlier(seen, ["a"], 3) == [2]


def test_a_key_of_several_columns_is_taken_as_a_whole() -> None:
    seen = KeyIndex(("building", "day"))
    columns = {
        "building": pa.array(["a", "a", "ab", "a"]),
        "day": pa.array(["bc", "d", "c", "bc"]),
    }
    assert seen.find_duplicates(columns, np.arange(1, 5), np.ones(4, dtype=bool)).tolist() == [
        0,
        0,
        0,
        1,
    ]


def test_a_kind_without_key_has_no_duplicates() -> None:
    assert KeyIndex(()).find_duplicates({}, np.arange(3), np.ones(3, dtype=bool)).tolist() == [
        0,
        0,
        0,
    ]


@given(st.lists(st.lists(st.integers(0, 30).map(str), max_size=20), max_size=20))
def test_the_same_rows_are_duplicates_as_pandas_says(batches: list[list[str]]) -> None:
    seen, first, found = KeyIndex(("code",)), 1, []
    for batch in batches:
        found += earlier(seen, batch, first)
        first += len(batch)
    codes = pd.Series([code for batch in batches for code in batch], dtype=str)
    assert [row > 0 for row in found] == codes.duplicated().tolist()
    assert all(codes[row - 1] == code for row, code in zip(found, codes, strict=True) if row)


def test_memory_is_sixteen_bytes_a_row() -> None:
    seen = KeyIndex(("code",))
    for start in range(0, 100_000, 5_000):
        earlier(seen, [str(number) for number in range(start, start + 5_000)], start + 1)
    assert sum(hashes.nbytes + rows.nbytes for hashes, rows in seen.runs) == 16 * 100_000
    assert len(seen.runs) < 10
