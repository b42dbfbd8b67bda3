"""Codes carry the hierarchy: a code starts with the code of what it lies in."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from geo.errors import Conflict, Invalid

LENGTHS = (4, 6, 9, 12, 15)
"""Digits of a city, district, subdistrict, community and micro-grid in mainland China."""
DIGITS = 3
"""Digits that a micro-grid adds to its community's code."""


class BadNesting(Invalid):
    """A code does not start with the code of what it lies in."""

    code = "bad_nesting"


class NoCodeLeft(Conflict):
    """Every number inside a community has been used; numbers are never used twice."""

    code = "no_code_left"


def is_within(code: str, prefix: str) -> bool:
    """Tell whether what `code` names is, or lies in, what `prefix` names. All lies in ''."""
    return code.startswith(prefix)


def parent(code: str, lengths: Sequence[int] = LENGTHS) -> str | None:
    """Return the code of what `code` lies in: its longest prefix of a known length, else None."""
    shorter = [length for length in lengths if length < len(code)]
    return code[: max(shorter)] if shorter else None


def check_nesting(code: str, inside: str) -> None:
    """Raise BadNesting unless `code` begins with `inside` and goes on."""
    if not is_within(code, inside) or code == inside:
        raise BadNesting(
            f"{code} lies in {inside}, but its code does not start with {inside}.",
            hint=f"Give it a code such as {inside}{1:0{DIGITS}}.",
        )


def fresh(community: str, taken: Iterable[str], count: int = 1) -> list[str]:
    """Return the next `count` codes inside a community, rising, past every one ever taken there.

    `taken` are the codes in force and of the past; those that are no number of this community are
    passed over. Raises NoCodeLeft where the numbers of three digits run out.
    """
    used = {code.removeprefix(community) for code in taken if is_within(code, community)}
    last = max((int(rest) for rest in used if len(rest) == DIGITS and _is_number(rest)), default=0)
    if last + count >= 10**DIGITS:
        raise NoCodeLeft(
            f"Community {community} has used its numbers up to {last:0{DIGITS}}.",
            hint="Split the community, or merge grids instead of adding some.",
        )
    return [f"{community}{last + step:0{DIGITS}}" for step in range(1, count + 1)]


def _is_number(rest: Collection[str]) -> bool:
    return all("0" <= digit <= "9" for digit in rest)


def reading_order(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the positions of n points, (n, 2), in the order in which their grids are numbered.

    North to south in about √n bands of equally many, west to east in each:

        1 2 3
        4 5 6
    """
    south = np.lexsort((points[:, 0], -points[:, 1]))
    bands = np.array_split(south, max(1, round(len(points) ** 0.5)))
    ordered = [band[np.lexsort((-points[band, 1], points[band, 0]))] for band in bands]
    return np.concatenate(ordered).astype(np.int64)
