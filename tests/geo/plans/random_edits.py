"""Random walks through all operations: each step is drawn for the grids as they are."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import shapely

from geo.errors import GridwardError, NotFound
from geo.geometry import topology
from geo.plans.core.apply import apply
from geo.plans.core.import_shapes import Shape
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
from geo.plans.core.partition import Grid, Partition, shapes
from geo.plans.core.voronoi import Buildings, holders

Rng = np.random.Generator
START = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)


class World:
    """One community with its buildings; `before` are its grids at moments one day apart."""

    def __init__(self, start: Partition, homes: Buildings, before: list[Mapping[str, Grid]]):
        self.start, self.homes, self.before = start, homes, before

    def partition(self, community: str) -> Partition:
        return self.start

    def community_of(self, code: str) -> str:
        if code == self.start.community:
            raise NotFound(code)
        return self.start.community

    def buildings(self, community: str) -> Buildings:
        return self.homes

    def past(self, community: str, at: datetime.datetime) -> Mapping[str, Grid]:
        return self.before[(at - START).days]


class Stroll:
    """Steps taken one after the other, and the grids after each."""

    def __init__(self, world: World, rng: Rng) -> None:
        self.world, self.rng = world, rng
        self.states = [world.start]
        self.done: list[Operation] = []
        self.refused: list[tuple[Operation, GridwardError]] = []

    @property
    def now(self) -> Partition:
        return self.states[-1]

    def go(self, edits: int) -> None:
        """Take so many legal steps; every one tiles the ground that the first tiled."""
        ground = topology.union(shapes(self.now)) if self.now.grids else self.now.outline
        while len(self.done) < edits:
            step = self.draw()
            try:
                after = apply({self.now.community: self.now}, step, self.world)
            except GridwardError as error:
                self.refused.append((step, error))
                continue
            self.done.append(step)
            self.states.append(after[self.now.community])
            flaws = topology.flaws(shapes(self.now), ground)
            assert flaws == [], (step, flaws)
            assert shapely.is_valid(shapes(self.now)).all(), step

    def check_refusals(self) -> None:
        """Every refusal says what to do; none is for want of exactness."""
        assert all(error.hint for _, error in self.refused)
        inexact = [step for step, error in self.refused if "no longer tile" in error.message]
        assert inexact == []

    def check_undo(self) -> None:
        """Take the steps again, from JSON: each gives the very bytes that it gave before."""
        partitions: Mapping[str, Partition] = {}
        for step, state in zip(self.done, self.states[1:], strict=True):
            partitions = apply(partitions, from_json(to_json(step)), self.world)
            assert partitions[state.community].grids == state.grids, step

    def draw(self) -> Operation:
        """Return a step that may well be legal."""
        if not self.now.grids:
            return Create(self.now.community, int(self.rng.integers(1, 5)))
        kinds: list[tuple[float, Callable[[], Operation]]] = [
            (5 if len(self.now.grids) < 8 else 1, self._split),
            (1 if len(self.now.grids) < 8 else 4, self._merge),
            (4, self._move_border),
            (4, self._transfer),
            (1, self._restore),
            (0.5, self._import),
            (0.5, lambda: Rename(self._code(), str(self.rng.integers(9)))),
            (0.1, lambda: Renumber(self.now.community)),
        ]
        weights = np.array([weight for weight, _ in kinds])
        return kinds[self.rng.choice(len(kinds), p=weights / weights.sum())][1]()

    def _code(self) -> str:
        return str(self.rng.choice(list(self.now.grids)))

    def _neighbours(self) -> tuple[str, str]:
        one = self._code()
        near = [
            code
            for code, grid in self.now.grids.items()
            if code != one and grid.geom.intersects(self.now.grids[one].geom)
        ]
        return one, str(self.rng.choice(near)) if near else self._code()

    def _across(self, ground: Any) -> shapely.LineString:
        """Return a line across some ground, often bent, now and then begun at a corner of it."""
        west, south, east, north = ground.bounds
        middle = shapely.point_on_surface(ground)
        turn, reach = self.rng.uniform(0, np.pi), east - west + north - south
        way = reach * np.array([np.cos(turn), np.sin(turn)])
        at = np.array([middle.x, middle.y]) + self.rng.uniform(-0.1, 0.1, 2) * reach
        ends = np.array([at - way, at + way])
        if self.rng.random() < 0.3:
            ends[0] = self.rng.choice(shapely.get_coordinates(ground))
        bends = at + self.rng.uniform(-0.05, 0.05, (self.rng.integers(0, 3), 2)) * reach
        bends = bends[np.argsort((bends - ends[0]) @ (ends[1] - ends[0]))]
        return shapely.LineString([ends[0], *bends, ends[1]])

    def _split(self) -> Operation:
        code = self._code()
        return Split(code, self._across(self.now.grids[code].geom))

    def _merge(self) -> Operation:
        return Merge(self._neighbours())

    def _move_border(self) -> Operation:
        pair = self._neighbours()
        both = topology.union(np.array([self.now.grids[code].geom for code in dict.fromkeys(pair)]))
        return MoveBorder(pair, self._across(both))

    def _transfer(self) -> Operation:
        source, to = self._neighbours()
        held = holders(self.now, self.world.homes.points)
        own = [
            code for code, one in zip(self.world.homes.codes, held, strict=True) if one == source
        ]
        points = self.world.homes.points
        target = self.now.grids[to].geom
        away = dict(zip(self.world.homes.codes, shapely.distance(points, target), strict=True))
        own.sort(key=lambda code: away[code])
        return Transfer(tuple(own[: self.rng.integers(1, 4)]), to)

    def _restore(self) -> Operation:
        day = int(self.rng.integers(len(self.world.before)))
        codes = [self.now.community, *self.world.before[day]]
        chance = self.rng.random() < 0.2
        code = codes[0] if chance else str(self.rng.choice(codes))
        return Restore(code, START + datetime.timedelta(days=day))

    def _import(self) -> Operation:
        """Return the grids as a file may have them: in any order, corners off by millimetres."""
        codes = list(self.rng.permutation(list(self.now.grids)))
        drawn = []
        for code in codes:
            rough = shapely.set_precision(self.now.grids[code].geom, 1e-8)
            is_whole = isinstance(rough, shapely.Polygon | shapely.MultiPolygon)
            geom = rough if is_whole and not rough.is_empty else self.now.grids[code].geom
            assert isinstance(geom, shapely.Polygon | shapely.MultiPolygon)
            drawn.append(Shape(geom, str(code) if self.rng.random() < 0.8 else None))
        return Import(self.now.community, tuple(drawn))


def houses(outline: Any, count: int, rng: Rng, size: float = 8e-5) -> Buildings:
    """Return houses at random on some ground, none on another: (count,) or a few less."""
    west, south, east, north = outline.bounds
    spots = rng.uniform((west, south), (east, north), (20 * count, 2))
    shapely.prepare(outline)
    found: list[Any] = []
    for x, y in spots.tolist():
        width, depth = rng.uniform(0.3, 1, 2) * size
        house = shapely.affinity.rotate(
            shapely.box(x, y, x + width, y + depth), rng.uniform(0, 180)
        )
        is_free = outline.contains(house) and not any(map(house.intersects, found))
        if is_free and len(found) < count:
            found.append(house)
    homes = np.array(found, dtype=object)
    points = np.asarray(shapely.point_on_surface(homes), dtype=object)
    codes = tuple(f"B{at:04}" for at in range(len(homes)))
    return Buildings(codes, homes, rng.integers(1, 60, len(homes)), points)


def history(start: Partition, homes: Buildings, rng: Rng) -> list[Mapping[str, Grid]]:
    """Return what a community may have been at three moments before."""
    stroll = Stroll(World(start, homes, [start.grids]), rng)
    stroll.go(9)
    return [state.grids for state in stroll.states[::3]]
