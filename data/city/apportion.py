"""Apportionment: seats by Webster's method, and maps partitioned into parts of equal weight."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.city import adjacency
from data.city.plane import Floats, Ints

DIRECTIONS = 12
BORDER_PENALTY = 0.9
"""What a kilometre of border between two halves costs, against a weight off by 100 %."""
GOAL_SHIFTS = (0.0, -0.12, 0.12, -0.25, 0.25)
"""Added to the goal in turn, where the goal itself leaves one side too few weighted members."""


def apportion_seats(weights: Floats, total: int, minimum: Ints, maximum: Ints) -> Ints:
    """Return whole seats that add up to total, as even as possible (Webster / Sainte-Laguë).

    Each lies between its minimum and its maximum. Raises ValueError when no such seats exist.
    """
    if minimum.sum() > total or maximum.sum() < total:
        raise ValueError(f"{total} seats do not lie between {minimum.sum()} and {maximum.sum()}")
    seats = minimum.astype(np.int64).copy()
    heap = [(-w / (2 * s + 1), i) for i, (w, s) in enumerate(zip(weights, seats, strict=True))]
    heapq.heapify(heap)
    while seats.sum() < total:
        _, i = heapq.heappop(heap)
        if seats[i] < maximum[i]:
            seats[i] += 1
            heapq.heappush(heap, (-weights[i] / (2 * seats[i] + 1), i))
    return seats


@dataclass(frozen=True)
class RegionGraph:
    """Regions to partition: weight, position (n, 2), and border lengths to each neighbour."""

    weight: Floats
    position: Floats
    borders: dict[int, dict[int, float]]


def partition(
    graph: RegionGraph, members: list[int], count: int, minimum: int = 1
) -> list[list[int]]:
    """Return members in count connected parts of about equal weight, by repeated bisection.

    Each part has at least `minimum` members with a weight. Each half is connected when the whole
    is. Raises ValueError when no cut leaves both sides enough members.
    """
    if count == 1:
        return [members]
    first = count // 2
    one, two = _bisect(graph, members, first / count, first * minimum, (count - first) * minimum)
    return partition(graph, one, first, minimum) + partition(graph, two, count - first, minimum)


def _bisect(
    graph: RegionGraph, members: list[int], goal: float, minimum_one: int, minimum_two: int
) -> tuple[list[int], list[int]]:
    """Return the best of 12 cuts in connected halves, the first with about `goal` of the weight."""
    positions = np.array(members)
    total = graph.weight[positions].sum()
    for shift in GOAL_SHIFTS:
        candidates = []
        for one, two in _cuts(graph, positions, goal + shift):
            if (
                len(_weighted(graph, one)) >= minimum_one
                and len(_weighted(graph, two)) >= minimum_two
            ):
                deviation = abs(graph.weight[one].sum() / total - goal) / goal
                penalty = BORDER_PENALTY * _border_length(graph, one, two) / 1000
                candidates.append((deviation + penalty, one, two))
        if candidates:
            return min(candidates)[1:]
    raise ValueError(f"{len(members)} regions cannot be cut in {minimum_one} + {minimum_two} parts")


def _cuts(graph: RegionGraph, members: Ints, goal: float) -> Iterator[tuple[list[int], list[int]]]:
    """Yield both sides of a line in 12 directions, the first with about `goal` of the weight."""
    for angle in np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS:
        along = graph.position[members] @ np.array([np.cos(angle), np.sin(angle)])
        order = members[np.argsort(along, kind="stable")]
        cumulative = np.cumsum(graph.weight[order])
        cut = int(np.argmin(np.abs(cumulative - cumulative[-1] * goal))) + 1
        if cut < len(order):
            yield _reconnect(graph, order[:cut], order[cut:])


def _reconnect(graph: RegionGraph, one: Ints, two: Ints) -> tuple[list[int], list[int]]:
    """Return both sides connected: components cut off from the main one change sides."""
    main, *detached = _by_weight(graph, set(one.tolist()))
    other, *returned = _by_weight(graph, set(two.tolist()).union(*detached)) or [set()]
    return sorted(main.union(*returned)), sorted(other)


def _by_weight(graph: RegionGraph, members: set[int]) -> list[set[int]]:
    """Return the connected components of some members, the heaviest first."""
    components = adjacency.connected_components(members, graph.borders)
    return sorted(components, key=lambda part: (-graph.weight[list(part)].sum(), min(part)))


def _weighted(graph: RegionGraph, members: list[int]) -> list[int]:
    """Return the members that have a weight."""
    return [i for i in members if graph.weight[i] > 0]


def _border_length(graph: RegionGraph, one: list[int], two: list[int]) -> float:
    """Return the length of the border between two parts."""
    other_side = set(two)
    return sum(
        length
        for i in one
        for neighbor, length in graph.borders.get(i, {}).items()
        if neighbor in other_side
    )
