"""Duplicate codes are duplicates in the whole file, batch by batch, in little memory."""

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from data.reading.duplicate_keys import KeyIndex


def find_duplicates(
    index: KeyIndex, codes: list[str], first: int, good: list[bool] | None = None
) -> list[int]:
    rows = np.arange(first, first + len(codes))
    mask = np.array(good if good is not None else [True] * len(codes), dtype=bool)
    return index.find_duplicates({"code": pa.array(codes, pa.string())}, rows, mask).tolist()


def test_a_duplicate_is_found_in_the_same_batch_and_in_a_later_one() -> None:
    index = KeyIndex(("code",))
    assert find_duplicates(index, ["a", "b", "a"], 1) == [0, 0, 1]
    assert find_duplicates(index, ["c", "b", "a"], 4) == [0, 2, 1]


def test_the_code_of_an_invalid_row_is_ignored() -> None:
    index = KeyIndex(("code",))
    assert find_duplicates(index, ["a", "a"], 1, [False, True]) == [0, 0]
    assert find_duplicates(index, ["a"], 3) == [2]


def test_a_key_of_several_columns_is_compared_as_a_whole() -> None:
    index = KeyIndex(("building", "day"))
    columns = {
        "building": pa.array(["a", "a", "ab", "a"]),
        "day": pa.array(["bc", "d", "c", "bc"]),
    }
    assert index.find_duplicates(columns, np.arange(1, 5), np.ones(4, dtype=bool)).tolist() == [
        0,
        0,
        0,
        1,
    ]


def test_a_schema_without_key_has_no_duplicates() -> None:
    assert KeyIndex(()).find_duplicates({}, np.arange(3), np.ones(3, dtype=bool)).tolist() == [
        0,
        0,
        0,
    ]


@given(st.lists(st.lists(st.integers(0, 30).map(str), max_size=20), max_size=20))
def test_pandas_finds_the_same_duplicates(batches: list[list[str]]) -> None:
    index, first, duplicates = KeyIndex(("code",)), 1, []
    for batch in batches:
        duplicates += find_duplicates(index, batch, first)
        first += len(batch)
    codes = pd.Series([code for batch in batches for code in batch], dtype=str)
    assert [row > 0 for row in duplicates] == codes.duplicated().tolist()
    assert all(codes[row - 1] == code for row, code in zip(duplicates, codes, strict=True) if row)


def test_memory_is_sixteen_bytes_a_row() -> None:
    index = KeyIndex(("code",))
    for start in range(0, 100_000, 5_000):
        find_duplicates(index, [str(number) for number in range(start, start + 5_000)], start + 1)
    assert sum(hashes.nbytes + rows.nbytes for hashes, rows in index.runs) == 16 * 100_000
    assert len(index.runs) < 10
