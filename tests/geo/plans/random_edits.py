"""Random sequences of operations of every kind, each chosen for the current grids."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import shapely

from geo.errors import GridwardError
from geo.geometry import topology
from geo.plans.core.apply import apply
from geo.plans.core.import_shapes import GridShape
from geo.plans.core.operations import (
    Create,
    Import,
    Merge,
    MoveBorder,
    Operation,
    Rename,
    Renumber,
    Restore,
    Split,
    Transfer,
    from_json,
    to_json,
)
from geo.plans.core.partition import Grid, Partition, grid_geometries
from geo.plans.core.voronoi import Buildings, grid_codes_at
from geo.quality import tiling
from tests.geo.plans.fake_context import FakeContext, Past

Rng = np.random.Generator
START = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)


class EditSequence:
    """Operations applied one after the other, and the partition after each."""

    def __init__(self, context: FakeContext, rng: Rng, *, reshapes: bool = True) -> None:
        """Without `reshapes` borders are only moved whole, and the same seed draws other edits."""
        self.context, self.rng, self.reshapes = context, rng, reshapes
        self.states = [context.start]
        self.done: list[Operation] = []
        self.refused: list[tuple[Operation, GridwardError]] = []

    @property
    def current(self) -> Partition:
        return self.states[-1]

    def run(self, edits: int) -> None:
        """Apply this many legal operations; after each the grids tile their community.

        The outline decides, not the first grids: both they and imported ones may lie a rounding
        error beside it, to opposite sides.
        """
        while len(self.done) < edits:
            operation = self.choose()
            try:
                after = apply({self.current.community: self.current}, operation, self.context)
            except GridwardError as error:
                self.refused.append((operation, error))
                continue
            self.done.append(operation)
            self.states.append(after[self.current.community])
            defects = tiling.find_defects(grid_geometries(self.current), self.current.outline)
            assert defects == [], (operation, defects)
            assert shapely.is_valid(grid_geometries(self.current)).all(), operation

    def check_refusals(self) -> None:
        """Check that every refusal has a hint, and that none is a rounding error."""
        assert all(error.hint for _, error in self.refused)
        inexact = [operation for operation, error in self.refused if "no longer tile" in str(error)]
        assert inexact == []

    def check_replay(self) -> None:
        """Check that the operations, read from JSON, give the same bytes again."""
        partitions: Mapping[str, Partition] = {}
        for operation, state in zip(self.done, self.states[1:], strict=True):
            partitions = apply(partitions, from_json(to_json(operation)), self.context)
            assert partitions[state.community].grids == state.grids, operation

    def choose(self) -> Operation:
        """Return an operation that is often legal."""
        if not self.current.grids:
            return Create(self.current.community, int(self.rng.integers(1, 5)))
        has_few = len(self.current.grids) < 8
        kinds: list[tuple[float, Callable[[], Operation]]] = [
            (5 if has_few else 1, self._split),
            (1 if has_few else 4, self._merge),
            (4, self._move_border),
            (4, self._transfer),
            (1, self._restore),
            (0.5, self._import),
            (0.5, lambda: Rename(self._code(), str(self.rng.integers(9)))),
            (0.1, lambda: Renumber(self.current.community)),
        ]
        weights = np.array([weight for weight, _ in kinds])
        return kinds[self.rng.choice(len(kinds), p=weights / weights.sum())][1]()

    def _code(self) -> str:
        return str(self.rng.choice(list(self.current.grids)))

    def _neighbours(self) -> tuple[str, str]:
        first = self._code()
        near = [
            code
            for code, grid in self.current.grids.items()
            if code != first and grid.geom.intersects(self.current.grids[first].geom)
        ]
        return first, str(self.rng.choice(near)) if near else self._code()

    def _line_across(self, geom: Any) -> shapely.LineString:
        """Return a line across a polygon, often bent, sometimes from a vertex."""
        west, south, east, north = geom.bounds
        middle = shapely.point_on_surface(geom)
        angle, length = self.rng.uniform(0, np.pi), east - west + north - south
        offset = length * np.array([np.cos(angle), np.sin(angle)])
        centre = np.array([middle.x, middle.y]) + self.rng.uniform(-0.1, 0.1, 2) * length
        ends = np.array([centre - offset, centre + offset])
        if self.rng.random() < 0.3:
            ends[0] = self.rng.choice(shapely.get_coordinates(geom))
        bends = centre + self.rng.uniform(-0.05, 0.05, (self.rng.integers(0, 3), 2)) * length
        bends = bends[np.argsort((bends - ends[0]) @ (ends[1] - ends[0]))]
        return shapely.LineString([ends[0], *bends, ends[1]])

    def _split(self) -> Operation:
        code = self._code()
        return Split(code, self._line_across(self.current.grids[code].geom))

    def _merge(self) -> Operation:
        return Merge(self._neighbours())

    def _move_border(self) -> Operation:
        pair = self._neighbours()
        geoms = [self.current.grids[code].geom for code in dict.fromkeys(pair)]
        if self.reshapes and self.rng.random() < 0.5:
            return MoveBorder(pair, self._line_from_border_to_border(geoms))
        return MoveBorder(pair, self._line_across(topology.union(np.array(geoms))))

    def _line_from_border_to_border(self, geoms: list[Any]) -> shapely.LineString:
        """Return a bent line between two points of the border of two polygons, or across it."""
        shared = shapely.intersection(*shapely.boundary([geoms[0], geoms[-1]]))
        ends = [
            shapely.get_coordinates(shared.interpolate(share, normalized=True))
            for share in self.rng.uniform(0, 1, 2)
            if shapely.length(shared) and shared.geom_type.endswith("LineString")
        ]
        if not ends:
            return self._line_across(geoms[0])
        middle = np.mean(ends, axis=0) + self.rng.normal(0, shared.length / 5, (2, 2))
        return shapely.LineString(np.concatenate([ends[0], middle, ends[1]]))

    def _transfer(self) -> Operation:
        source, to = self._neighbours()
        homes = self.context.homes
        grid_codes = grid_codes_at(self.current, homes.points)
        own = [code for code, grid in zip(homes.codes, grid_codes, strict=True) if grid == source]
        distances = shapely.distance(homes.points, self.current.grids[to].geom)
        distance_of = dict(zip(homes.codes, distances, strict=True))
        own.sort(key=lambda code: distance_of[code])
        return Transfer(tuple(own[: self.rng.integers(1, 4)]), to)

    def _restore(self) -> Operation:
        moments = list(self.context.past_grids)
        moment = moments[int(self.rng.integers(len(moments)))]
        codes = [self.current.community, *self.context.past_grids[moment]]
        whole = self.rng.random() < 0.2
        return Restore(codes[0] if whole else str(self.rng.choice(codes)), moment)

    def _import(self) -> Operation:
        """Return the grids as a file may have them: in any order, vertices off by millimetres."""
        shapes = []
        for code in self.rng.permutation(list(self.current.grids)):
            exact = self.current.grids[code].geom
            rounded = shapely.set_precision(exact, 1e-8)
            is_polygon = isinstance(rounded, shapely.Polygon | shapely.MultiPolygon)
            geom = rounded if is_polygon and not rounded.is_empty else exact
            assert isinstance(geom, shapely.Polygon | shapely.MultiPolygon)
            shapes.append(GridShape(geom, str(code) if self.rng.random() < 0.8 else None))
        return Import(self.current.community, tuple(shapes))


def random_houses(outline: Any, count: int, rng: Rng, size: float = 8e-5) -> Buildings:
    """Return up to `count` houses inside an outline that do not overlap."""
    west, south, east, north = outline.bounds
    corners = rng.uniform((west, south), (east, north), (20 * count, 2))
    shapely.prepare(outline)
    houses: list[Any] = []
    for x, y in corners.tolist():
        width, depth = rng.uniform(0.3, 1, 2) * size
        house = shapely.affinity.rotate(
            shapely.box(x, y, x + width, y + depth), rng.uniform(0, 180)
        )
        is_free = outline.contains(house) and not any(map(house.intersects, houses))
        if is_free and len(houses) < count:
            houses.append(house)
    footprints = np.array(houses, dtype=object)
    points = np.asarray(shapely.point_on_surface(footprints), dtype=object)
    codes = tuple(f"B{number:04}" for number in range(len(footprints)))
    return Buildings(codes, footprints, rng.integers(1, 60, len(footprints)), points)


def by_day(states: list[Mapping[str, Grid]]) -> Past:
    """Return the grids of a community as of moments one day apart."""
    return {START + datetime.timedelta(days=day): grids for day, grids in enumerate(states)}


def random_history(start: Partition, homes: Buildings, rng: Rng) -> list[Mapping[str, Grid]]:
    """Return the grids of a community at four stages of random edits, the first unedited."""
    sequence = EditSequence(FakeContext(start, homes, by_day([start.grids])), rng)
    sequence.run(9)
    return [state.grids for state in sequence.states[::3]]
