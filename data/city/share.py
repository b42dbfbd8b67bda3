"""Fair shares: seats by Webster's method, and a map cut into connected parts of wanted weights."""

import heapq
from dataclasses import dataclass

import numpy as np

from data.city import mesh
from data.city.plane import Floats, Ints

TURNS = 12
FIRM = 0.6


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


def part(ground: Ground, members: list[int], wanted: list[float]) -> list[list[int]]:
    """Return members in len(wanted) connected parts whose weights are near those wanted.

    Halves again and again; each half is connected when the whole is.
    """
    if len(wanted) == 1:
        return [members]
    cut = len(wanted) // 2
    goal = sum(wanted[:cut]) / sum(wanted)
    one, two = _halve(ground, members, goal, cut, len(wanted) - cut)
    return part(ground, one, wanted[:cut]) + part(ground, two, wanted[cut:])


def _halve(
    ground: Ground, members: list[int], goal: float, least: int, rest: int
) -> tuple[list[int], list[int]]:
    """Return two connected halves, the first with about goal of the weight: the best of 12 ways."""
    every = np.array(members)
    total, best = ground.weight[every].sum(), None
    for turn in np.arange(TURNS) * 2 * np.pi / TURNS:
        along = ground.place[every] @ np.array([np.cos(turn), np.sin(turn)])
        order = every[np.argsort(along, kind="stable")]
        reach = np.cumsum(ground.weight[order]) / total
        at = int(np.argmin(np.abs(reach - goal))) + 1
        one, two = _mended(ground, order[:at], order[at:])
        if len(_loaded(ground, one)) < least or len(_loaded(ground, two)) < rest:
            continue
        off = abs(ground.weight[one].sum() / total - goal) / goal
        score = off + FIRM * _border(ground, one, two) / 1000
        if best is None or score < best[0]:
            best = (score, one, two)
    if best is None:
        raise ValueError(f"{len(members)} pieces of ground cannot be cut in {least} + {rest} parts")
    return best[1], best[2]


def _mended(ground: Ground, one: Ints, two: Ints) -> tuple[list[int], list[int]]:
    """Return both sides connected: what is cut off from the main piece changes sides."""
    main, *loose = _by_weight(ground, set(one.tolist()))
    other, *back = _by_weight(ground, set(two.tolist()).union(*loose)) or [set()]
    return sorted(main.union(*back)), sorted(other)


def _by_weight(ground: Ground, group: set[int]) -> list[set[int]]:
    """Return the connected pieces of a group, the heaviest first."""
    pieces = mesh.pieces_of(group, ground.near)
    return sorted(pieces, key=lambda piece: (-ground.weight[list(piece)].sum(), min(piece)))


def _loaded(ground: Ground, group: list[int]) -> list[int]:
    """Return the members that weigh anything."""
    return [i for i in group if ground.weight[i] > 0]


def _border(ground: Ground, one: list[int], two: list[int]) -> float:
    """Return the length of the border between two groups."""
    beyond = set(two)
    return sum(m for i in one for n, m in ground.near.get(i, {}).items() if n in beyond)
