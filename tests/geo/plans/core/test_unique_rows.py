"""Distinct rows are those of NumPy, in its order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from geo.plans.core.unique_rows import unique_rows


@given(
    arrays.arrays(
        np.float64,
        st.tuples(st.integers(0, 20), st.sampled_from([2, 4])),
        elements=st.sampled_from([-1.5, 0, 1, 130.1, 130.1 + 2e-14]),
    )
)
def test_rows_are_unique_and_sorted_as_by_numpy(rows: np.ndarray) -> None:
    np.testing.assert_array_equal(unique_rows(rows), np.unique(rows, axis=0))
