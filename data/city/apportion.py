"""Fair shares: seats by Webster's method, and a map cut into connected parts of wanted weights."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.city import adjacency
from data.city.plane import Floats, Ints

TURNS = 12
FIRM = 0.9
# Where the goal itself leaves one side too few built pieces, these are tried.
SHIFTS = (0.0, -0.12, 0.12, -0.25, 0.25)


def seats(weights: Floats, total: int, least: Ints, most: Ints) -> Ints:
    """Return whole shares that add up to total, as even as possible (Webster / Sainte-Laguë).

    Each lies between its least and its most. Raises ValueError when no such shares exist.
    """
    if least.sum() > total or most.sum() < total:
        raise ValueError(f"{total} seats do not lie between {least.sum()} and {most.sum()}")
    given = least.astype(np.int64).copy()
    heap = [(-w / (2 * g + 1), i) for i, (w, g) in enumerate(zip(weights, given, strict=True))]
    heapq.heapify(heap)
    while given.sum() < total:
        _, i = heapq.heappop(heap)
        if given[i] < most[i]:
            given[i] += 1
            heapq.heappush(heap, (-weights[i] / (2 * given[i] + 1), i))
    return given


@dataclass(frozen=True)
class Ground:
    """Pieces of ground to share out: weight, place (n, 2), borders in metres with neighbours."""

    weight: Floats
    place: Floats
    near: dict[int, dict[int, float]]


def part(ground: Ground, members: list[int], count: int, least: int = 1) -> list[list[int]]:
    """Return members in count connected parts of about equal weight.

    Each holds at least so many pieces that weigh anything. Halves again and again; each half is
    connected when the whole is. Raises ValueError when no cut leaves both sides enough.
    """
    if count == 1:
        return [members]
    first = count // 2
    one, two = _halve(ground, members, first / count, first * least, (count - first) * least)
    return part(ground, one, first, least) + part(ground, two, count - first, least)


def _halve(
    ground: Ground, members: list[int], goal: float, least: int, rest: int
) -> tuple[list[int], list[int]]:
    """Return two connected halves, the first with about goal of the weight: the best of 12 ways."""
    every = np.array(members)
    total = ground.weight[every].sum()
    for shift in SHIFTS:
        found = []
        for one, two in _sweeps(ground, every, goal + shift):
            if len(_loaded(ground, one)) >= least and len(_loaded(ground, two)) >= rest:
                off = abs(ground.weight[one].sum() / total - goal) / goal
                found.append((off + FIRM * _border(ground, one, two) / 1000, one, two))
        if found:
            return min(found)[1:]
    raise ValueError(f"{len(members)} pieces of ground cannot be cut in {least} + {rest} parts")


def _sweeps(ground: Ground, every: Ints, goal: float) -> Iterator[tuple[list[int], list[int]]]:
    """Yield both sides of a line in 12 directions, the first with about goal of the weight."""
    for turn in np.arange(TURNS) * 2 * np.pi / TURNS:
        along = ground.place[every] @ np.array([np.cos(turn), np.sin(turn)])
        order = every[np.argsort(along, kind="stable")]
        reach = np.cumsum(ground.weight[order])
        at = int(np.argmin(np.abs(reach - reach[-1] * goal))) + 1
        if at < len(order):
            yield _mended(ground, order[:at], order[at:])


def _mended(ground: Ground, one: Ints, two: Ints) -> tuple[list[int], list[int]]:
    """Return both sides connected: what is cut off from the main piece changes sides."""
    main, *loose = _by_weight(ground, set(one.tolist()))
    other, *back = _by_weight(ground, set(two.tolist()).union(*loose)) or [set()]
    return sorted(main.union(*back)), sorted(other)


def _by_weight(ground: Ground, group: set[int]) -> list[set[int]]:
    """Return the connected pieces of a group, the heaviest first."""
    pieces = adjacency.pieces_of(group, ground.near)
    return sorted(pieces, key=lambda piece: (-ground.weight[list(piece)].sum(), min(piece)))


def _loaded(ground: Ground, group: list[int]) -> list[int]:
    """Return the members that weigh anything."""
    return [i for i in group if ground.weight[i] > 0]


def _border(ground: Ground, one: list[int], two: list[int]) -> float:
    """Return the length of the border between two groups."""
    beyond = set(two)
    return sum(m for i in one for n, m in ground.near.get(i, {}).items() if n in beyond)
