"""Which faces of a grid move, so that both grids stay in one piece where that is possible."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.plans.core.noding import edges_of, sorted_ends

Mask = NDArray[np.bool_]


class FaceGraph:
    """The faces of a grid as nodes, linked where they share an edge."""

    def __init__(self, faces: Sequence[shapely.Polygon], target: Any) -> None:
        """Link faces, and mark those that share an edge with a target polygon; it may be empty."""
        geoms = np.array([*faces, target], dtype=object)
        edges = [sorted_ends(edges_of(geom)).reshape(-1, 4) for geom in geoms]
        owners = np.repeat(np.arange(len(geoms)), [len(own) for own in edges])
        _, inverse = np.unique(np.concatenate(edges), axis=0, return_inverse=True)
        order = np.argsort(inverse.ravel(), kind="stable")
        same = inverse.ravel()[order][1:] == inverse.ravel()[order][:-1]
        pairs = np.column_stack([owners[order][:-1][same], owners[order][1:][same]])
        self._neighbours: list[set[int]] = [set() for _ in faces]
        self.touches_target = np.zeros(len(faces), dtype=bool)
        for first, second in np.unique(np.sort(pairs, axis=1), axis=0).tolist():
            if second < len(faces):
                self._neighbours[first].add(second)
                self._neighbours[second].add(first)
            elif first < len(faces):
                self.touches_target[first] = True

    def reached_from(self, start: Iterable[int], within: Mask) -> Mask:
        """Return the faces within a set that can be reached from some of them."""
        reached = np.zeros(len(within), dtype=bool)
        waiting = [face for face in start if within[face]]
        reached[waiting] = True
        while waiting:
            for face in self._neighbours[waiting.pop()]:
                if within[face] and not reached[face]:
                    reached[face] = True
                    waiting.append(face)
        return reached

    def components(self, within: Mask) -> Iterator[Mask]:
        """Yield the connected sets of faces within a set."""
        left = within.copy()
        while left.any():
            component = self.reached_from([int(np.argmax(left))], left)
            yield component
            left &= ~component

    def is_divided_by(self, moving: Mask) -> bool:
        """Return whether a connected set of faces falls apart without the moving ones."""
        parts = self.components(np.ones(len(moving), dtype=bool))
        return any(sum(1 for _ in self.components(part & ~moving)) > 1 for part in parts)

    def connected_to_target(self, moving: Mask) -> Mask:
        """Return the moving faces that reach the target through each other."""
        return self.reached_from(np.flatnonzero(moving & self.touches_target).tolist(), moving)


def add_cut_off(graph: FaceGraph, moving: Mask, has_staying: Mask, areas: Any) -> Mask:
    """Return the moving faces and those without a staying building that they cut off.

    Of a grid without staying buildings the largest piece stays. Pieces with buildings all stay.
    """
    result = moving.copy()
    for part in graph.components(np.ones(len(moving), dtype=bool)):
        if not (part & moving).any():
            continue
        empty = [
            piece for piece in graph.components(part & ~moving) if not (piece & has_staying).any()
        ]
        if not has_staying.any() and empty:
            empty.sort(key=lambda piece: float(areas[piece].sum()))
            empty.pop()
        for piece in empty:
            result |= piece
    return result


def connect(
    graph: FaceGraph, needed: Mask, wanted: Mask, optional: Mask, areas: Any
) -> Mask | None:
    """Return the wanted faces that the target can reach, with few optional ones in between.

    None if not all needed faces can be reached.
    """
    moving = graph.connected_to_target(wanted)
    if moving[needed].all():
        return moving
    moving = graph.connected_to_target(wanted | optional)
    if not moving[needed].all():
        return None
    between = np.flatnonzero(moving & ~wanted)
    for face in between[np.argsort(-areas[between], kind="stable")]:
        fewer = moving.copy()
        fewer[face] = False
        fewer = graph.connected_to_target(fewer)
        if fewer[needed].all():
            moving = fewer
    return moving
