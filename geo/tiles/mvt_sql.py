"""The SQL that draws each layer of a tile, with the attributes that maps style and popups show."""

import datetime
from collections.abc import Sequence
from typing import Any, Final

from geo.coverage.counts import STANDING, TODAY
from geo.tiles.layers import TOLD_FROM, Layer, Scene
from geo.tiles.tile_math import BOX, EXTENT, Tile, placed, placed_point

Picture = tuple[str, dict[str, Any]]
"""SQL of one value, a tile, and what it binds beside the tile's own values."""

MOST_FOOTPRINTS = 3000
"""A tile of more buildings tells how many there are in each of its squares instead."""
OFTEN_FOOTPRINTS = 14
"""From this zoom on a tile rarely has so many: it is drawn before they are known to be few."""
ALWAYS_FOOTPRINTS = 15
"""From this zoom on every building is drawn, and tells its households: a page lists them."""
SQUARES = 8
"""Along a side of a tile that tells how many buildings there are."""
ISSUE_SQUARES = 16
"""The same of issues: as many as the squares of the heat map."""

IN_FORCE: Final = "place.in_force @> CAST(:at AS timestamptz)"
NEAR: Final = f"place.geom && {BOX}"

_FIGURES = {
    "buildings": "told.buildings",
    "covered": "told.covered",
    "uncovered": "told.buildings - told.covered",
    "rate": "told.covered / nullif(told.buildings, 0)::float8",
    "households": "told.households",
    "covered_households": "told.covered_households",
}
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
    Layer.AREAS: ("code", "name", "name_en", "parent_code", "level"),
    Layer.GRIDS: ("code", "name", "community_code"),
}
_SOURCES = {
    Layer.AREAS: ("text", "area AS place ON place.code = told.key"),
    Layer.GRIDS: ("bigint", "micro_grid AS place ON place.id = told.key"),
}


def mvt(name: str, columns: str, source: str) -> str:
    """Return SQL that encodes rows of a source, whose column `geom` is in the tile's units."""
    # Without the fence the planner would work out each shape three times.
    return f"""(SELECT {_encoded(name)}
        FROM (SELECT {columns} FROM {source} OFFSET 0) AS shown)"""


def mvt_of_few(name: str, columns: str, source: str) -> str:
    """Return SQL that does the same, and is null if there are more rows than `:most`."""
    return f"""(SELECT CASE WHEN count(*) <= :most THEN {_encoded(name)} END
        FROM (SELECT {columns} FROM {source} LIMIT CAST(:most AS int) + 1) AS shown)"""


def _encoded(name: str) -> str:
    return f"""ST_AsMVT(shown, '{name}', {EXTENT}, 'geom')
        FILTER (WHERE shown.geom IS NOT NULL AND NOT ST_IsEmpty(shown.geom))"""


def places(layer: Layer, tile: Tile, rows: Sequence[Sequence[Any]]) -> Picture:
    """Return areas or grids and their names.

    Each row is a place's key, its four counts if it has any, and where its name goes if in here.
    """
    key, joined = _SOURCES[layer]
    types = [told.format(key=key) for told in _TOLD.values()]
    arrays = ", ".join(f"CAST(:{name} AS {of})" for name, of in zip(_TOLD, types, strict=True))
    source = f"unnest({arrays}) AS told({', '.join(_TOLD)}) JOIN {joined}"
    attributes = {name: f"place.{name}" for name in _ATTRIBUTES[layer]} | _FIGURES
    columns = ", ".join(f"{sql} AS {name}" for name, sql in attributes.items())
    here = f"SELECT {columns}, told.x, told.y, {placed('place.geom', tile)} AS shape FROM {source}"
    if any(row[-1] is not None for row in rows):
        drawn = _with_names(layer, ", ".join(attributes), here)
    else:
        drawn = mvt(layer, f"{', '.join(attributes)}, shape AS geom", f"({here}) AS here")
    return drawn, dict(zip(_TOLD, map(_array, zip(*rows, strict=True)), strict=True))


def _with_names(layer: Layer, columns: str, here: str) -> str:
    """Return SQL of both layers: what they tell is found once."""
    drawn = mvt(layer, f"{columns}, shape AS geom", "here")
    spots = f"{columns}, ST_MakePoint(x, y) AS geom"
    named = mvt(f"{layer}_labels", spots, "here WHERE x IS NOT NULL")
    return f"""(WITH here AS MATERIALIZED ({here})
        SELECT coalesce({drawn}, '') || coalesce({named}, ''))"""


def _array(values: tuple[Any, ...]) -> Any:
    """Return what binds as an array; numbers are written out here, ten times as fast."""
    if isinstance(values[0], str):
        return list(values)
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


_BUILDING = """
    building.code, building.name,
    CASE WHEN building.name IS NULL THEN building.address END AS address,
    building.built_year, building.use, today.manager_kind,
    CASE WHEN today.manager_kind IS NULL THEN CASE WHEN EXISTS (
        SELECT FROM property_coverage AS held WHERE held.building_code = ANY (ARRAY[building.code])
        AND upper(held.covered) <= :on) THEN 'lapsed' ELSE 'never_covered' END END AS reason
"""
_HERE = f"building.footprint && {BOX} AND {STANDING}"


def buildings(tile: Tile, on: datetime.date) -> Picture:
    """Return every building, covered on a day or not; where they are a crowd, its counts."""
    is_listed = tile.z >= ALWAYS_FOOTPRINTS
    told = f"{_BUILDING}, building.households" if is_listed else _BUILDING
    columns = f"{told}, {placed('building.footprint', tile)} AS geom"
    rows = "buildings", columns, f"building {TODAY} WHERE {_HERE}"
    binds = {"on": on, "year": on.year}
    if is_listed:
        return mvt(*rows), binds
    if tile.z >= OFTEN_FOOTPRINTS:
        drawn = f"coalesce({mvt_of_few(*rows)}, {_crowds(tile)})"
    else:
        crowd = f"""(SELECT count(*) > :most FROM (SELECT FROM building
            WHERE {_HERE} LIMIT CAST(:most AS int) + 1) AS few)"""
        drawn = f"CASE WHEN {crowd} THEN {_crowds(tile)} ELSE {mvt(*rows)} END"
    return drawn, binds | {"most": MOST_FOOTPRINTS}


def _crowds(tile: Tile) -> str:
    """Return SQL of the counts in each square; a point is in one tile's square."""
    source = f"""(
        SELECT {_square(SQUARES)},
               count(*) AS buildings, count(today.manager_kind) AS covered,
               count(*) - count(today.manager_kind) AS uncovered, {_MIDDLE}
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
