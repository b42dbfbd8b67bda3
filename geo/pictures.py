"""The SQL that draws each layer of a tile, with the attributes that maps style and popups show."""

from collections.abc import Sequence
from typing import Any, Final

from geo.layers import NAMED_FROM, TOLD_FROM, Layer
from geo.squares import BOX, EXTENT, Tile, placed, placed_point
from geo.tallies import STANDING, TODAY

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


def places(layer: Layer, tile: Tile, rows: Sequence[Sequence[Any]]) -> tuple[str, dict[str, Any]]:
    """Return SQL of areas or grids and of their names, and what it binds.

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


def footprints(tile: Tile) -> str:
    """Return SQL of every building, covered or not; it binds the day as `on` and `year`."""
    columns = f"{_BUILDING}, {placed('building.footprint', tile)} AS geom"
    return mvt("buildings", columns, f"{_MANAGED} WHERE {_HERE}")


def crowds(tile: Tile) -> str:
    """Return SQL of the counts in each square; a point is in one tile's square."""
    source = f"""(
        SELECT {_square(SQUARES)},
               count(*) AS buildings, count(today.id) AS covered,
               count(*) - count(today.id) AS uncovered, {_MIDDLE}
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


def issues(tile: Tile) -> str:
    """Return SQL of issues from `since` and `before`, with the grid that each is in at `at`.

    From afar how many of each category and status are in each square; what is alone says which.
    """
    if tile.z >= TOLD_FROM:
        columns = f"""issue.ref, issue.category, issue.reported_at, issue.status,
            issue.description, issue.channel, issue.grid_code,
            (SELECT place.code FROM micro_grid AS place
                WHERE {IN_FORCE} AND ST_Covers(place.geom, issue.geom)
                ORDER BY place.code LIMIT 1) AS current_grid_code,
            {placed("issue.geom", tile)} AS geom"""
        return mvt("issues", columns, f"issue WHERE issue.geom && {BOX} AND {_REPORTED}")
    source = f"""(
        SELECT {_square(ISSUE_SQUARES)}, category, status, count(*) AS count, {_MIDDLE},
               CASE WHEN count(*) = 1 THEN min(ref) END AS ref,
               CASE WHEN count(*) = 1 THEN min(reported_at) END AS reported_at
        FROM issue, {placed_point("issue.geom", tile)} AS spot
        WHERE issue.geom && {BOX} AND {_REPORTED} AND {_INSIDE}
        GROUP BY across, down, category, status) AS crowd"""
    return mvt("issues", f"ref, category, status, reported_at, count, {_CROWD}", source)


def backdrop(tile: Tile) -> str:
    """Return SQL of roads, water and what else lies under the map."""
    columns = f"place.id, place.kind, place.name, {placed('place.geom', tile)} AS geom"
    return mvt("backdrop", columns, f"backdrop AS place WHERE ST_Intersects(place.geom, {BOX})")
