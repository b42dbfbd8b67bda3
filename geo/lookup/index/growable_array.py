"""Rows of numbers: one that grows at its end, and ones that lie well in the processor's cache."""

import mmap
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from geo.lookup.index.jit import kernel

Numbers = TypeVar("Numbers", bound=NDArray[Any])


class Tape(NamedTuple):
    """Numbers, of which the first `length` are written."""

    numbers: NDArray[np.integer[Any]]
    length: int


def blank(dtype: type[np.integer[Any]]) -> Tape:
    """Return a tape of numbers of this type with nothing on it."""
    return Tape(np.empty(1024, dtype), 0)


def cut(tape: Tape) -> NDArray[Any]:
    """Return what is written, without the room behind it."""
    return tape.numbers[: tape.length]


def settle(numbers: Numbers) -> Numbers:
    """Return the numbers in memory of their own that begins with a line of the cache.

    Where the system offers large pages, it is asked for them: a table that is read here and there
    would otherwise cost a search for the page at every other read.
    """
    if not numbers.nbytes:
        return numbers
    room = mmap.mmap(-1, numbers.nbytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        room.madvise(mmap.MADV_HUGEPAGE)
    settled = np.frombuffer(room, numbers.dtype).reshape(numbers.shape)
    settled[...] = numbers
    return cast("Numbers", settled)


@kernel
def make_room(tape: Tape, count: int) -> Tape:
    """Return the tape with room for this many more numbers."""
    numbers = tape.numbers
    while tape.length + count > len(numbers):
        larger = np.empty(2 * len(numbers), numbers.dtype)
        for i in range(tape.length):
            larger[i] = numbers[i]
        numbers = larger
    return Tape(numbers, tape.length)
