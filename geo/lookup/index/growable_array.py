"""An integer array that grows at its end, for use in compiled loops."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.lookup.index.jit import jit


class GrowableArray(NamedTuple):
    """An array of which the first `length` values are set."""

    values: NDArray[np.integer[Any]]
    length: int


def empty_array(dtype: type[np.integer[Any]]) -> GrowableArray:
    """Return a growable array of this type without values."""
    return GrowableArray(np.empty(1024, dtype), 0)


def trim(array: GrowableArray) -> NDArray[Any]:
    """Return the values that are set, without the spare capacity."""
    return array.values[: array.length]


@jit
def reserve(array: GrowableArray, count: int) -> GrowableArray:
    """Return the array with capacity for this many more values."""
    values = array.values
    while array.length + count > len(values):
        larger = np.empty(2 * len(values), values.dtype)
        for i in range(array.length):
            larger[i] = values[i]
        values = larger
    return GrowableArray(values, array.length)
