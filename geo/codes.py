"""Hierarchical codes: an area's code starts with the code of the area that contains it."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from geo.errors import Conflict, Invalid

CODE_LENGTHS = (4, 6, 9, 12, 15)
"""Digits of a city, district, subdistrict, community and micro-grid in mainland China."""
SEQUENCE_DIGITS = 3
"""Digits that a micro-grid adds to its community's code."""


class BadNesting(Invalid):
    """A code does not start with the code of the area that contains it."""

    code = "bad_nesting"


class NoCodeLeft(Conflict):
    """Every number of a community has been used; numbers are never used twice."""

    code = "no_code_left"


def is_within(code: str, prefix: str) -> bool:
    """Return whether the area `code` is, or lies in, the area `prefix`; '' contains everything."""
    return code.startswith(prefix)


def parent_code(code: str, lengths: Sequence[int] = CODE_LENGTHS) -> str | None:
    """Return the code of the containing area: the longest prefix of a known length, else None."""
    shorter = [length for length in lengths if length < len(code)]
    return code[: max(shorter)] if shorter else None


def require_nested(code: str, parent: str) -> None:
    """Raise BadNesting unless `code` starts with `parent` and is longer."""
    if not is_within(code, parent) or code == parent:
        raise BadNesting(
            f"{code} lies in {parent}, but its code does not start with {parent}.",
            hint=f"Give it a code such as {parent}{1:0{SEQUENCE_DIGITS}}.",
        )


def next_codes(community: str, used: Iterable[str], count: int = 1) -> list[str]:
    """Return the next `count` grid codes of a community, after every code ever used there.

    `used` are current and past codes; those that are no number of this community are ignored.
    Raises NoCodeLeft where three digits are not enough.
    """
    suffixes = {code.removeprefix(community) for code in used if is_within(code, community)}
    numbers = (
        int(suffix) for suffix in suffixes if len(suffix) == SEQUENCE_DIGITS and _is_number(suffix)
    )
    last = max(numbers, default=0)
    if last + count >= 10**SEQUENCE_DIGITS:
        raise NoCodeLeft(
            f"Community {community} has used its numbers up to {last:0{SEQUENCE_DIGITS}}.",
            hint="Split the community, or merge grids instead of adding some.",
        )
    return [f"{community}{last + step:0{SEQUENCE_DIGITS}}" for step in range(1, count + 1)]


def _is_number(suffix: str) -> bool:
    return all("0" <= digit <= "9" for digit in suffix)


def reading_order(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the positions of n points, (n, 2), in the order in which their grids are numbered.

    From north to south in about √n bands of equal size, from west to east in each:

        1 2 3
        4 5 6
    """
    by_latitude = np.lexsort((points[:, 0], -points[:, 1]))
    bands = np.array_split(by_latitude, max(1, round(len(points) ** 0.5)))
    ordered = [band[np.lexsort((-points[band, 1], points[band, 0]))] for band in bands]
    return np.concatenate(ordered).astype(np.int64)
