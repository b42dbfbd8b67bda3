"""Text search for areas, neighborhoods, managers, grids, buildings and issues."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    Date,
    DateTime,
    Integer,
    Select,
    Subquery,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from geo.coverage.rules import standing_on
from geo.grids import grids
from geo.models import Area, Building, Issue, Manager, MicroGrid, Neighborhood, PropertyCoverage
from geo.models.base import geometry_type
from geo.search_words import Condition, Folding, Word, folding_of, split_words, word_params


def search(
    session: Session, text: str, *, on: datetime.date, at: datetime.datetime, limit: int = 20
) -> list[dict[str, Any]]:
    """Return what every word of a text matches, by kind.

    A word matches the start of a code, or a part of a name or address; spaces in these are ignored.
    It matches a building also by the names of its neighborhood and of its manager on the day. All
    words but one may instead match the name of an area around the result.

    Each row is `{kind, code, name, area_code, buildings, lon, lat, bbox}`. Kinds come in the order
    area, neighborhood, manager, grid, building, issue; none of them displaces all results of
    another. A building without a name has its address as its name. `buildings` counts the
    buildings of a neighborhood or manager, and is None for other kinds. Managers and buildings are
    those of the day, grids those in force at `at`. Of more than MAX_WORDS words, the longest count.
    """
    words = split_words(text)
    params = {"on": on, "at": at, "limit": limit} | word_params(words)
    statements = _statements(tuple(map(folding_of, words))) if words else ()
    return _share([_read(session, statement, params) for statement in statements], limit)


def _read(session: Session, statement: Select[Any], params: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [dict(row) for row in session.execute(statement, params).mappings()]
    for row in rows:
        row["bbox"] = tuple(row.pop(side) for side in ("west", "south", "east", "north"))
    return rows


def _share(kinds: Sequence[list[dict[str, Any]]], limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` rows in their order: the first of each kind before the rest."""
    share = max(1, limit // max(1, len(kinds)))
    ranked = sorted(
        (position >= share, kind, position)
        for kind, rows in enumerate(kinds)
        for position in range(len(rows))
    )
    selected = sorted((kind, position) for _, kind, position in ranked[:limit])
    return [kinds[kind][position] for kind, position in selected]


@lru_cache(maxsize=64)
def _statements(foldings: tuple[Folding, ...]) -> tuple[Select[Any], ...]:
    """Build one statement per kind once; that takes longer than executing them."""
    query = _Query(tuple(Word(*numbered) for numbered in enumerate(foldings)))
    return (
        query.areas(),
        query.neighborhoods(),
        query.managers(),
        query.grids(),
        query.buildings(),
        query.issues(),
    )


_ON = cast(bindparam("on"), Date)
_AT = cast(bindparam("at"), DateTime(timezone=True))
_LIMIT = bindparam("limit", type_=Integer)


@dataclass(frozen=True)
class _Query:
    """A search for words; each method returns the statement for one kind of result."""

    words: tuple[Word, ...]

    def areas(self) -> Select[Any]:
        own = [word.names(Area.code, Area.name, Area.name_en) for word in self.words]
        matches = self._find("area", Area, Area.parent_code, Area.geom)
        matches = matches.where(self._every(own, Area.code), Area.geom.is_not(None))
        return _located(matches.subquery())

    def neighborhoods(self) -> Select[Any]:
        own = [word.names(Neighborhood.code, Neighborhood.name) for word in self.words]
        community_code = Neighborhood.community_code
        selected = self._find("neighborhood", Neighborhood, community_code, Neighborhood.geom)
        matches = selected.where(self._every(own, community_code)).subquery()
        return self._with_buildings(matches, Building.neighborhood_code == matches.c.code)

    def managers(self) -> Select[Any]:
        own = [word.names(Manager.code, Manager.name) for word in self.words]
        selected = self._find("manager", Manager, null(), cast(null(), geometry_type("POLYGON")))
        # A generic plan would join EXISTS to all coverage, and with IN read all buildings.
        any_managed = self._managed_by(Manager.code).limit(1).scalar_subquery()
        selected = selected.where(*own, any_managed.is_not(None))
        matches = selected.subquery()
        managed = self._managed_by(matches.c.code).correlate(matches).scalar_subquery()
        return self._with_buildings(matches, Building.code == any_(func.array(managed)))

    def grids(self) -> Select[Any]:
        own = [word.names(MicroGrid.code, MicroGrid.name) for word in self.words]
        matches = self._find("grid", MicroGrid, MicroGrid.community_code, MicroGrid.geom)
        matches = matches.where(self._every(own, MicroGrid.community_code), grids.in_force(_AT))
        return _located(matches.subquery())

    def buildings(self) -> Select[Any]:
        own = [self._building(word) for word in self.words]
        name = func.coalesce(Building.name, Building.address)
        matches = self._find(
            "building", Building, Building.community_code, Building.footprint, name
        )
        matches = matches.where(self._every(own, Building.community_code), standing_on(_ON))
        return _located(matches.subquery())

    def issues(self) -> Select[Any]:
        starts = [word.starts(Issue.ref) for word in self.words]
        matches = (
            select(*_columns("issue", Issue.ref, null(), null(), Issue.geom, literal(0)))
            .where(*starts)
            .order_by(Issue.ref)
            .limit(_LIMIT)
        )
        return _located(matches.subquery())

    def _find(
        self, kind: str, table: Any, area_code: Any, geom: Any, name: Any = None
    ) -> Select[Any]:
        """Select the best: the code that is the text, codes that start with it, short names."""
        name = table.name if name is None else name
        first = self.words[0]
        rank = case(
            (table.code == first.text, -1),
            (first.starts(table.code), 0),
            else_=func.length(name),
        )
        columns = _columns(kind, table.code, name, area_code, geom, rank)
        return select(*columns).order_by(rank, table.code).limit(_LIMIT)

    def _every(self, own: Sequence[Condition], code: Any) -> Condition:
        """Every word matches the row or an area around it, and at least one the row itself."""
        if len(own) == 1:
            return own[0]
        areas = (_in_area(word, code) for word in self.words)
        either = (or_(*conditions) for conditions in zip(own, areas, strict=True))
        return and_(or_(*own), *either)

    def _managed_by(self, manager_code: Any) -> Select[str]:
        coverage = aliased(PropertyCoverage)
        return select(coverage.building_code).where(
            coverage.manager_code == manager_code, coverage.covered.contains(_ON)
        )

    def _building(self, word: Word) -> Condition:
        neighborhoods = select(Neighborhood.code).where(
            word.names(Neighborhood.code, Neighborhood.name)
        )
        managed = (
            select(PropertyCoverage.building_code)
            .join(Manager, Manager.code == PropertyCoverage.manager_code)
            .where(word.occurs(Manager.name), PropertyCoverage.covered.contains(_ON))
        )
        return or_(
            word.names(Building.code, Building.name, Building.address),
            Building.neighborhood_code.in_(neighborhoods),
            Building.code.in_(managed),
            Building.code.in_(_joined_names(word)),
        )

    def _with_buildings(self, matches: Subquery, is_member: Condition) -> Select[Any]:
        """Add the number and extent of the members of a group of buildings."""
        extent = cast(func.ST_Extent(Building.point), geometry_type("GEOMETRY"))
        members = (
            select(func.count().label("buildings"), func.ST_SetSRID(extent, 4326).label("extent"))
            .where(is_member, standing_on(_ON))
            .lateral("members")
        )
        geom = func.coalesce(matches.c.geom, members.c.extent)
        located = _located(matches, geom, members.c.buildings).where(geom.is_not(None))
        return located.select_from(matches.join(members, literal(True)))


def _columns(kind: str, code: Any, name: Any, area_code: Any, geom: Any, rank: Any) -> list[Any]:
    return [
        literal(kind).label("kind"),
        code.label("code"),
        name.label("name"),
        area_code.label("area_code"),
        geom.label("geom"),
        rank.label("rank"),
    ]


def _located(matches: Subquery, geom: Any = None, buildings: Any = None) -> Select[Any]:
    """Select the rows of a search in the order of their ranks."""
    geom = matches.c.geom if geom is None else geom
    point = func.ST_PointOnSurface(geom)
    return select(
        matches.c.kind,
        matches.c.code,
        matches.c.name,
        matches.c.area_code,
        (null() if buildings is None else buildings).label("buildings"),
        func.ST_X(point).label("lon"),
        func.ST_Y(point).label("lat"),
        func.ST_XMin(geom).label("west"),
        func.ST_YMin(geom).label("south"),
        func.ST_XMax(geom).label("east"),
        func.ST_YMax(geom).label("north"),
    ).order_by(matches.c.rank, matches.c.code)


def _in_area(word: Word, code: Any) -> Condition:
    """The condition that a word names an area in which the code of an area lies.

    Climbs by the parents: comparing all codes by prefix takes the square of their number.
    """
    level = [aliased(Area) for _ in range(4)]
    names = [name for area in level for name in (area.name, area.name_en)]
    inside = select(level[0].code).where(word.occurs(*names))
    for area, parent in pairwise(level):
        inside = inside.outerjoin(parent, parent.code == area.parent_code)
    return or_(word.starts(code), code.in_(inside))


def _joined_names(word: Word) -> Select[str]:
    """Select buildings whose neighborhood's name and own name, written as one, contain a word."""
    building = aliased(Building)
    return (
        select(building.code)
        .join(Neighborhood, Neighborhood.code == building.neighborhood_code)
        .where(word.begins_with(Neighborhood.name), word.occurs(Neighborhood.name + building.name))
    )
