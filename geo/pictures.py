"""The SQL that draws each layer of a tile, with the attributes that maps style and popups show."""

import datetime
from collections.abc import Sequence
from typing import Any, Final

from geo.layers import NAMED_FROM, TOLD_FROM, Layer, Scene
from geo.squares import BOX, EXTENT, Tile, placed, placed_point
from geo.tallies import STANDING, TODAY

Picture = tuple[str, dict[str, Any]]
"""SQL of one value, a tile, and what it binds beside the tile's own values."""

MOST_FOOTPRINTS = 3000
"""A tile of more buildings tells how many there are in each of its squares instead."""
ALWAYS_FOOTPRINTS = 15
"""From this zoom on every building is drawn."""
SQUARES = 8
"""Along a side of a tile that tells how many buildings there are."""
ISSUE_SQUARES = 16
"""The same of issues: as many as the squares of the heat map."""

IN_FORCE: Final = "place.in_force @> CAST(:at AS timestamptz)"
NEAR: Final = f"place.geom && {BOX}"

_FIGURES = """told.buildings, told.covered, told.buildings - told.covered AS uncovered,
    told.covered / nullif(told.buildings, 0)::float8 AS rate,
    told.households, told.covered_households"""
_TOLD = {
    "key": "{key}[]",
    "buildings": "bigint[]",
    "covered": "bigint[]",
    "households": "bigint[]",
    "covered_households": "bigint[]",
    "x": "float8[]",
    "y": "float8[]",
}
_ATTRIBUTES = {
    Layer.AREAS: f"place.code, place.name, {_FIGURES}, place.name_en, place.parent_code, "
    "place.level",
    Layer.GRIDS: f"place.code, place.name, {_FIGURES}, place.community_code",
}
_SOURCES = {
    Layer.AREAS: ("text", "area AS place ON place.code = told.key"),
    Layer.GRIDS: ("bigint", "micro_grid AS place ON place.id = told.key"),
}


def mvt(name: str, columns: str, source: str) -> str:
    """Return SQL that encodes rows of a source, whose column `geom` is in the tile's units."""
    # Without the fence the planner would work out each shape three times.
    return f"""(SELECT ST_AsMVT(shown, '{name}', {EXTENT}, 'geom')
        FROM (SELECT {columns} FROM {source} OFFSET 0) AS shown
        WHERE shown.geom IS NOT NULL AND NOT ST_IsEmpty(shown.geom))"""


def places(layer: Layer, tile: Tile, rows: Sequence[Sequence[Any]]) -> Picture:
    """Return areas or grids and their names.

    Each row is a place's key, its four counts if it has any, and where its name goes if in here.
    """
    key, joined = _SOURCES[layer]
    types = [told.format(key=key) for told in _TOLD.values()]
    arrays = ", ".join(f"CAST(:{name} AS {of})" for name, of in zip(_TOLD, types, strict=True))
    source = f"unnest({arrays}) AS told({', '.join(_TOLD)}) JOIN {joined}"
    columns = _ATTRIBUTES[layer]
    drawn = mvt(layer, f"{columns}, {placed('place.geom', tile)} AS geom", source)
    if tile.z >= NAMED_FROM.get(layer, 0) and any(row[-1] is not None for row in rows):
        here = f"{source} WHERE told.x IS NOT NULL"
        labels = mvt(f"{layer}_labels", f"{columns}, ST_MakePoint(told.x, told.y) AS geom", here)
        drawn = f"coalesce({drawn}, '') || coalesce({labels}, '')"
    return drawn, dict(zip(_TOLD, map(_array, zip(*rows, strict=True)), strict=True))


def _array(values: tuple[Any, ...]) -> Any:
    """Return what binds as an array; numbers are written out here, ten times as fast."""
    if isinstance(values[0], str):
        return list(values)
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


_BUILDING = """
    building.code, building.name,
    CASE WHEN building.name IS NULL THEN building.address END AS address,
    building.built_year, building.use, today.manager_code IS NOT NULL AS covered,
    manager.kind AS manager_kind,
    CASE WHEN today.manager_code IS NULL THEN CASE WHEN EXISTS (
        SELECT FROM property_coverage AS held WHERE held.building_code = ANY (ARRAY[building.code])
        AND upper(held.covered) <= :on) THEN 'lapsed' ELSE 'never_covered' END END AS reason
"""
_MANAGED = f"""
    building {TODAY}
    LEFT JOIN manager ON manager.code = today.manager_code
"""
_HERE = f"building.footprint && {BOX} AND {STANDING}"


def buildings(tile: Tile, on: datetime.date) -> Picture:
    """Return every building, covered on a day or not; where they are a crowd, its counts."""
    drawn, binds = _footprints(tile), {"on": on, "year": on.year}
    if tile.z >= ALWAYS_FOOTPRINTS:
        return drawn, binds
    crowd = f"""(SELECT count(*) > :most FROM (SELECT FROM building
        WHERE building.footprint && {BOX} LIMIT CAST(:most AS int) + 1) AS few)"""
    drawn = f"CASE WHEN {crowd} THEN {_crowds(tile)} ELSE {drawn} END"
    return drawn, binds | {"most": MOST_FOOTPRINTS}


def _footprints(tile: Tile) -> str:
    columns = f"{_BUILDING}, {placed('building.footprint', tile)} AS geom"
    return mvt("buildings", columns, f"{_MANAGED} WHERE {_HERE}")


def _crowds(tile: Tile) -> str:
    """Return SQL of the counts in each square; a point is in one tile's square."""
    source = f"""(
        SELECT {_square(SQUARES)},
               count(*) AS buildings, count(today.manager_code) AS covered,
               count(*) - count(today.manager_code) AS uncovered, {_MIDDLE}
        FROM building {TODAY}, {placed_point("building.point", tile)} AS spot
        WHERE {_HERE} AND {_INSIDE}
        GROUP BY across, down) AS crowd"""
    return mvt("crowds", f"buildings, covered, uncovered, {_CROWD}", source)


_INSIDE = f"ST_X(spot) >= 0 AND ST_X(spot) < {EXTENT} AND ST_Y(spot) >= 0 AND ST_Y(spot) < {EXTENT}"
_MIDDLE = "avg(ST_X(spot)) AS x, avg(ST_Y(spot)) AS y"
_CROWD = "ST_MakePoint(round(x), round(y)) AS geom"
_REPORTED = """issue.reported_at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND issue.reported_at < coalesce(CAST(:before AS timestamptz), 'infinity')"""


def _square(squares: int) -> str:
    step = EXTENT // squares
    return f"floor(ST_X(spot) / {step}) AS across, floor(ST_Y(spot) / {step}) AS down"


def issues(tile: Tile, scene: Scene) -> Picture:
    """Return the issues of a period, with the grid that each is in at the scene's moment.

    From afar how many of each category and status are in each square; what is alone says which.
    """
    binds = {"since": scene.since, "before": scene.before}
    if tile.z >= TOLD_FROM:
        columns = f"""issue.ref, issue.category, issue.reported_at, issue.status,
            issue.description, issue.channel, issue.grid_code,
            (SELECT place.code FROM micro_grid AS place
                WHERE {IN_FORCE} AND ST_Covers(place.geom, issue.geom)
                ORDER BY place.code LIMIT 1) AS current_grid_code,
            {placed("issue.geom", tile)} AS geom"""
        source = f"issue WHERE issue.geom && {BOX} AND {_REPORTED}"
        return mvt("issues", columns, source), binds
    source = f"""(
        SELECT {_square(ISSUE_SQUARES)}, category, status, count(*) AS count, {_MIDDLE},
               CASE WHEN count(*) = 1 THEN min(ref) END AS ref,
               CASE WHEN count(*) = 1 THEN min(reported_at) END AS reported_at
        FROM issue, {placed_point("issue.geom", tile)} AS spot
        WHERE issue.geom && {BOX} AND {_REPORTED} AND {_INSIDE}
        GROUP BY across, down, category, status) AS crowd"""
    return mvt("issues", f"ref, category, status, reported_at, count, {_CROWD}", source), binds


def backdrop(tile: Tile) -> Picture:
    """Return roads, water and what else lies under the map."""
    columns = f"place.id, place.kind, place.name, {placed('place.geom', tile)} AS geom"
    source = f"backdrop AS place WHERE ST_Intersects(place.geom, {BOX})"
    return mvt("backdrop", columns, source), {}
