"""Vector tiles, written by PostGIS, with the attributes that maps style and popups show."""

import datetime
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import zip_longest
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.models import (
    Area,
    Backdrop,
    Base,
    Building,
    Issue,
    Level,
    Manager,
    MicroGrid,
    PropertyCoverage,
)
from geo.squares import BOX, EXTENT, BadTile, Tile, placed, placed_point
from geo.tallies import READILY, STANDING, TODAY, Counts, Known

__all__ = ["BadTile", "Layer", "Scene", "Tile", "draw"]


class Layer(StrEnum):
    """What can be had as tiles."""

    AREAS = "areas"
    GRIDS = "grids"
    BUILDINGS = "buildings"
    ISSUES = "issues"
    BACKDROP = "backdrop"


@dataclass(frozen=True)
class Scene:
    """What a tile shows: a day for property coverage, a moment for grids, a rung of the areas."""

    on: datetime.date
    at: datetime.datetime
    level: Level | None = None
    """The level of the areas; by the zoom if left out."""


DRAWN_FROM: dict[Layer, tuple[type[Base], ...]] = {
    Layer.AREAS: (Area, Building, PropertyCoverage),
    Layer.GRIDS: (MicroGrid, Building, PropertyCoverage),
    Layer.BUILDINGS: (Building, PropertyCoverage, Manager),
    Layer.ISSUES: (Issue, MicroGrid),
    Layer.BACKDROP: (Backdrop,),
}
"""The tables behind each layer: beside them a tile depends on its scene alone."""

SHALLOWEST = {
    Layer.AREAS: 0,
    Layer.BACKDROP: 10,
    Layer.GRIDS: 11,
    Layer.BUILDINGS: 13,
    Layer.ISSUES: 10,
}
"""The first zoom at which a layer has anything: further out it would be a blot."""

NAMED_FROM = {"grids": 13}
"""The first zoom at which a layer's names come with it."""

TOLD_FROM = 14
"""The first zoom at which an issue comes with more than the map is drawn by."""

MOST_FOOTPRINTS = 3000
"""A tile of more buildings tells how many there are in each of its squares instead."""
ALWAYS_FOOTPRINTS = 15
"""From this zoom on every building is drawn."""
SQUARES = 8
"""Along a side of such a tile."""


def level_at(zoom: int) -> Level:
    """Return the rung of the hierarchy that fits a zoom."""
    return Level.DISTRICT if zoom < 10 else Level.SUBDISTRICT if zoom < 11 else Level.COMMUNITY


def draw(
    session: Session, layer: Layer, tile: Tile, scene: Scene, known: Known | None = None
) -> bytes:
    """Return a layer's tile as MVT; empty where it shows nothing.

    Areas and grids bring a second layer, `…_labels`: a point for each, in the one tile it lies in,
    so that a name is written once however many tiles its ground spreads over; grids from zoom 13
    on. Where buildings are
    many and small, `crowds` has a point for each of 8 × 8 squares, with its counts, in their place.
    `known` is what was counted before in this very state.
    """
    if tile.z < SHALLOWEST[layer]:
        return b""
    return _DRAW[layer](session, tile, scene, known or Known())


_sql = cache(text)
"""Finding the names in a statement takes as long as a small tile: it is done once."""


def _mvt(name: str, columns: str, source: str) -> str:
    """Return SQL that encodes rows of a source, whose column `geom` is in the tile's units."""
    # Without the fence the planner would work out each shape three times.
    return f"""(SELECT ST_AsMVT(shown, '{name}', {EXTENT}, 'geom')
        FROM (SELECT {columns} FROM {source} OFFSET 0) AS shown
        WHERE shown.geom IS NOT NULL AND NOT ST_IsEmpty(shown.geom))"""


def _told(session: Session, sql: str, tile: Tile, **values: Any) -> bytes:
    return bytes(session.scalar(_sql(f"SELECT {sql}"), tile.values() | values) or b"")


_FIGURES = """told.buildings, told.covered, told.buildings - told.covered AS uncovered,
    told.covered / nullif(told.buildings, 0)::float8 AS rate,
    told.households, told.covered_households"""
_TOLD = """json_to_recordset(CAST(:told AS json)) AS told (code text, buildings bigint,
    covered bigint, households bigint, covered_households bigint, x float8, y float8)"""
_AREA = f"place.code, place.name, {_FIGURES}, place.name_en, place.parent_code, place.level"
_GRID = f"place.code, place.name, {_FIGURES}, place.community_code"
_IN_FORCE = "place.in_force @> CAST(:at AS timestamptz)"
_MET = f"ST_Intersects(place.geom, {BOX})"
_NEAR = f"place.geom && {BOX}"


def _areas(session: Session, tile: Tile, scene: Scene, known: Known) -> bytes:
    """Draw the areas of one level with their tallies, and those above it as outlines alone."""
    level = scene.level or level_at(tile.z)
    rungs = list(Level)
    shown = [rung.value for rung in rungs[: rungs.index(level) + 1]]
    met = _sql(f"SELECT code, level FROM area AS place WHERE level = ANY (:levels) AND {_NEAR}")
    rows = session.execute(met, tile.values() | {"levels": shown}).all()
    if not rows:
        return b""
    counted = [code for code, of in rows if of == level]
    tallies = known.of_areas(session, counted, scene.on, exact=level is Level.COMMUNITY)
    outlines = [code for code, of in rows if of != level]
    _anchor(session, "area", known, counted + outlines, scene)
    told = _rows(tile, known, counted, tallies) + _rows(tile, known, outlines, ())
    source = f"{_TOLD} JOIN area AS place ON told.code = place.code"
    return _two_layers(session, "areas", _AREA, source, tile, told)


def _grids(session: Session, tile: Tile, scene: Scene, known: Known) -> bytes:
    met = _sql(f"SELECT code FROM micro_grid AS place WHERE {_IN_FORCE} AND {_NEAR}")
    codes = list(session.scalars(met, tile.values() | {"at": scene.at}))
    if not codes:
        return b""
    tallies = known.of_grids(session, codes, scene.on, scene.at)
    _anchor(session, "micro_grid", known, codes, scene)
    told = _rows(tile, known, codes, tallies)
    source = (
        f"{_TOLD} JOIN micro_grid AS place ON told.code = place.code AND {_IN_FORCE} AND {_NEAR}"
    )
    return _two_layers(session, "grids", _GRID, source, tile, told, at=scene.at)


def _rows(
    tile: Tile, known: Known, codes: list[str], tallies: Iterable[Counts]
) -> list[dict[str, Any]]:
    """Return each place's code, its tally if there is one, and where its name goes if here."""
    rows = []
    for code, counts in zip_longest(codes, tallies):
        spot = tile.spot(*known.anchors[code])
        row = {"code": code} | ({} if spot is None else {"x": spot[0], "y": spot[1]})
        rows.append(row | ({} if counts is None else dict(zip(_COUNTED, counts, strict=True))))
    return rows


_COUNTED = ("buildings", "covered", "households", "covered_households")


def _two_layers(
    session: Session,
    name: str,
    columns: str,
    source: str,
    tile: Tile,
    told: list[dict[str, Any]],
    **values: Any,
) -> bytes:
    shapes = _mvt(name, f"{columns}, {placed('place.geom', tile)} AS geom", source)
    labels = _mvt(f"{name}_labels", f"{columns}, ST_MakePoint(told.x, told.y) AS geom", source)
    both = f"coalesce({shapes}, '') || coalesce({labels}, '')"
    named = tile.z >= NAMED_FROM.get(name, 0) and any("x" in row for row in told)
    return _told(session, both if named else shapes, tile, told=json.dumps(told), **values)


def _anchor(session: Session, table: str, known: Known, codes: list[str], scene: Scene) -> None:
    unknown = [code for code in codes if code not in known.anchors]
    if not unknown:
        return
    then = f"AND {_IN_FORCE}" if table == "micro_grid" else ""
    asked = _sql(f"""
        SELECT code, ST_X(spot), ST_Y(spot) FROM {table} AS place, ST_PointOnSurface(geom) AS spot
        WHERE code = ANY (:codes) {then}
    """)
    rows = session.execute(asked, {"codes": unknown, "at": scene.at})
    known.anchors |= {code: (lon, lat) for code, lon, lat in rows}


_BUILDING = """
    building.code, building.name,
    CASE WHEN building.name IS NULL THEN building.address END AS address,
    building.households, building.built_year, building.use, today.id IS NOT NULL AS covered,
    manager.name AS manager, manager.kind AS manager_kind,
    CASE WHEN today.id IS NULL THEN CASE WHEN EXISTS (
        SELECT FROM property_coverage AS held WHERE held.building_code = ANY (ARRAY[building.code])
        AND upper(held.covered) <= :on) THEN 'lapsed' ELSE 'never_covered' END END AS reason
"""
_MANAGED = f"""
    building {TODAY}
    LEFT JOIN manager ON manager.code = today.manager_code
"""
_HERE = f"building.footprint && {BOX} AND {STANDING}"


def _buildings(session: Session, tile: Tile, scene: Scene, _: Known) -> bytes:
    values = {"on": scene.on, "year": scene.on.year}
    session.execute(READILY)
    if tile.z < ALWAYS_FOOTPRINTS and _is_crowded(session, tile):
        return _told(session, _mvt("crowds", *_crowds(tile)), tile, **values)
    columns = f"{_BUILDING}, {placed('building.footprint', tile)} AS geom"
    source = f"{_MANAGED} WHERE {_HERE}"
    return _told(session, _mvt("buildings", columns, source), tile, **values)


def _is_crowded(session: Session, tile: Tile) -> bool:
    """Tell whether a tile has more buildings than it can draw; it counts no further than that."""
    some = f"SELECT FROM building WHERE building.footprint && {BOX} LIMIT {MOST_FOOTPRINTS + 1}"
    count = session.scalar(_sql(f"SELECT count(*) FROM ({some}) AS few"), tile.values())
    return bool(count and count > MOST_FOOTPRINTS)


def _crowds(tile: Tile) -> tuple[str, str]:
    """Return columns and source of the counts in each square; a point is in one tile's square."""
    spot = placed_point("building.point", tile)
    step = EXTENT // SQUARES
    inside = (
        f"ST_X(spot) >= 0 AND ST_X(spot) < {EXTENT} AND ST_Y(spot) >= 0 AND ST_Y(spot) < {EXTENT}"
    )
    source = f"""(
        SELECT floor(ST_X(spot) / {step}) AS across, floor(ST_Y(spot) / {step}) AS down,
               count(*) AS buildings, count(today.id) AS covered,
               count(*) - count(today.id) AS uncovered, avg(ST_X(spot)) AS x, avg(ST_Y(spot)) AS y
        FROM building {TODAY}, {spot} AS spot WHERE {_HERE} AND {inside}
        GROUP BY across, down) AS crowd"""
    return "buildings, covered, uncovered, ST_MakePoint(round(x), round(y)) AS geom", source


def _issues(session: Session, tile: Tile, scene: Scene, _: Known) -> bytes:
    told = f"""issue.description, issue.channel, issue.grid_code,
        (SELECT place.code FROM micro_grid AS place
            WHERE {_IN_FORCE} AND ST_Covers(place.geom, issue.geom)
            ORDER BY place.code LIMIT 1) AS current_grid_code,"""
    columns = f"""issue.ref, issue.category, issue.reported_at, issue.status,
        {told if tile.z >= TOLD_FROM else ""} {placed("issue.geom", tile)} AS geom"""
    source = f"issue WHERE issue.geom && {BOX}"
    return _told(session, _mvt("issues", columns, source), tile, at=scene.at)


def _backdrop(session: Session, tile: Tile, _scene: Scene, _: Known) -> bytes:
    columns = f"place.id, place.kind, place.name, {placed('place.geom', tile)} AS geom"
    source = f"backdrop AS place WHERE {_MET}"
    return _told(session, _mvt("backdrop", columns, source), tile)


_DRAW: dict[Layer, Callable[[Session, Tile, Scene, Known], bytes]] = {
    Layer.AREAS: _areas,
    Layer.GRIDS: _grids,
    Layer.BUILDINGS: _buildings,
    Layer.ISSUES: _issues,
    Layer.BACKDROP: _backdrop,
}
