"""A row of numbers that grows at its end, for loops that cannot know how much they will write."""

from typing import NamedTuple

import numpy as np

from geo.lookup.kernel import kernel


class Tape(NamedTuple):
    """Numbers, of which the first `length` are written."""

    numbers: np.ndarray
    length: int


def blank() -> Tape:
    """Return a tape of 32-bit numbers with nothing on it."""
    return Tape(np.empty(1024, np.int32), 0)


def cut(tape: Tape) -> np.ndarray:
    """Return what is written, in memory of its own."""
    return np.array(tape.numbers[: tape.length])


@kernel
def make_room(tape: Tape, count: int) -> Tape:
    """Return the tape with room for this many more numbers."""
    numbers = tape.numbers
    while tape.length + count > len(numbers):
        larger = np.empty(2 * len(numbers), numbers.dtype)
        larger[: tape.length] = numbers[: tape.length]
        numbers = larger
    return Tape(numbers, tape.length)
