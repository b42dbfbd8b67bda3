"""SQL of the content of a tile: one bytea value per layer, with the attributes that maps need."""

import datetime
from collections.abc import Sequence
from typing import Any, Final

from geo.coverage.rules import JOIN_COVERAGE_BY_INDEX_SQL, STANDING_SQL, UNCOVERED_REASON_SQL
from geo.tiles.layers import SINGLE_ISSUES_MIN_ZOOM, Layer
from geo.tiles.tile_math import BOX, EXTENT, Tile, point_to_tile_units, to_tile_units
from geo.tiles.tile_request import TileParams

TileSql = tuple[str, dict[str, Any]]
"""SQL of one bytea value, and its parameters besides `Tile.sql_params`."""

MAX_BUILDINGS = 3000
"""A tile with more buildings has clusters instead."""
OPTIMISTIC_MIN_ZOOM = 14
"""From this zoom on clusters are rare: buildings are encoded before they are counted."""
SINGLE_BUILDINGS_MIN_ZOOM = 15
"""From this zoom on a tile has every building, with the households that pages list."""
BUILDING_CLUSTERS_PER_SIDE = 8
"""Clusters of buildings along a tile's side."""
ISSUE_CLUSTERS_PER_SIDE = 16
"""Clusters of issues along a tile's side: as many as the heat map has cells."""

_COUNTS = {
    "buildings": "counted.buildings",
    "covered": "counted.covered",
    "uncovered": "counted.buildings - counted.covered",
    "rate": "counted.covered / nullif(counted.buildings, 0)::float8",
    "households": "counted.households",
    "covered_households": "counted.covered_households",
}
_ROW_TYPES = {
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
    Layer.AREAS: ("text", "area AS feature ON feature.code = counted.key"),
    Layer.GRIDS: ("bigint", "micro_grid AS feature ON feature.id = counted.key"),
}


def encode(name: str, columns: str, source: str) -> str:
    """Return SQL that encodes rows as an MVT layer; their column `geom` is in tile units."""
    # OFFSET 0 is an optimization fence: without it each geometry would be computed three times.
    return f"""(SELECT {_as_mvt(name)}
        FROM (SELECT {columns} FROM {source} OFFSET 0) AS features)"""


def encode_up_to_max(name: str, columns: str, source: str) -> str:
    """Return SQL as `encode` does, but null if there are more rows than `:max_features`."""
    return f"""(SELECT CASE WHEN count(*) <= :max_features THEN {_as_mvt(name)} END
        FROM (SELECT {columns} FROM {source} LIMIT CAST(:max_features AS int) + 1) AS features)"""


def _as_mvt(name: str) -> str:
    return f"""ST_AsMVT(features, '{name}', {EXTENT}, 'geom')
        FILTER (WHERE features.geom IS NOT NULL AND NOT ST_IsEmpty(features.geom))"""


def areas_or_grids(layer: Layer, tile: Tile, rows: Sequence[Sequence[Any]]) -> TileSql:
    """Return SQL of areas or grids with their counts, and of their labels.

    Each row has a primary key, four counts or None, and x, y of a label in the tile or None.
    """
    key_type, join = _SOURCES[layer]
    types = [row_type.format(key=key_type) for row_type in _ROW_TYPES.values()]
    arrays = ", ".join(
        f"CAST(:{name} AS {row_type})" for name, row_type in zip(_ROW_TYPES, types, strict=True)
    )
    source = f"unnest({arrays}) AS counted({', '.join(_ROW_TYPES)}) JOIN {join}"
    attributes = {name: f"feature.{name}" for name in _ATTRIBUTES[layer]} | _COUNTS
    columns = ", ".join(f"{sql} AS {name}" for name, sql in attributes.items())
    features = (
        f"SELECT {columns}, counted.x, counted.y, "
        f"{to_tile_units('feature.geom', tile)} AS shape FROM {source}"
    )
    names = ", ".join(attributes)
    if any(row[-1] is not None for row in rows):
        sql = _with_labels(layer, names, features)
    else:
        sql = encode(layer, f"{names}, shape AS geom", f"({features}) AS scaled")
    return sql, dict(zip(_ROW_TYPES, map(_array, zip(*rows, strict=True)), strict=True))


def _with_labels(layer: Layer, names: str, features: str) -> str:
    """Return SQL of a layer and its labels, which reads the features once."""
    shapes = encode(layer, f"{names}, shape AS geom", "scaled")
    label_columns = f"{names}, ST_MakePoint(x, y) AS geom"
    labels = encode(f"{layer}_labels", label_columns, "scaled WHERE x IS NOT NULL")
    return f"""(WITH scaled AS MATERIALIZED ({features})
        SELECT coalesce({shapes}, '') || coalesce({labels}, ''))"""


def _array(values: tuple[Any, ...]) -> Any:
    """Return the parameter of an array; an array literal of numbers binds ten times as fast."""
    if isinstance(values[0], str):
        return list(values)
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


_BUILDING_COLUMNS = f"""
    building.code, building.name,
    CASE WHEN building.name IS NULL THEN building.address END AS address,
    building.built_year, building.use, coverage.manager_kind,
    {UNCOVERED_REASON_SQL} AS reason
"""
_IN_TILE = f"building.footprint && {BOX} AND {STANDING_SQL}"


def buildings(tile: Tile, on: datetime.date) -> TileSql:
    """Return SQL of the buildings standing on a day, with their coverage; clusters if too many."""
    has_households = tile.z >= SINGLE_BUILDINGS_MIN_ZOOM
    attributes = (
        f"{_BUILDING_COLUMNS}, building.households" if has_households else _BUILDING_COLUMNS
    )
    columns = f"{attributes}, {to_tile_units('building.footprint', tile)} AS geom"
    layer = "buildings", columns, f"building {JOIN_COVERAGE_BY_INDEX_SQL} WHERE {_IN_TILE}"
    params = {"on": on, "year": on.year}
    if tile.z >= SINGLE_BUILDINGS_MIN_ZOOM:
        return encode(*layer), params
    if tile.z >= OPTIMISTIC_MIN_ZOOM:
        sql = f"coalesce({encode_up_to_max(*layer)}, {_building_clusters(tile)})"
    else:
        is_crowded = f"""(SELECT count(*) > :max_features FROM (SELECT FROM building
            WHERE {_IN_TILE} LIMIT CAST(:max_features AS int) + 1) AS first_buildings)"""
        sql = f"CASE WHEN {is_crowded} THEN {_building_clusters(tile)} ELSE {encode(*layer)} END"
    return sql, params | {"max_features": MAX_BUILDINGS}


def _building_clusters(tile: Tile) -> str:
    """Return SQL of the counts per cell; a building counts in the one tile of its point."""
    source = f"""(
        SELECT {_cell(BUILDING_CLUSTERS_PER_SIDE)},
               count(*) AS buildings, count(coverage.manager_kind) AS covered,
               count(*) - count(coverage.manager_kind) AS uncovered, {_MEAN_POSITION}
        FROM building {JOIN_COVERAGE_BY_INDEX_SQL},
             {point_to_tile_units("building.point", tile)} AS tile_point
        WHERE {_IN_TILE} AND {_POINT_IN_TILE}
        GROUP BY cell_x, cell_y) AS cluster"""
    return encode("clusters", f"buildings, covered, uncovered, {_CLUSTER_POINT}", source)


_POINT_IN_TILE = (
    f"ST_X(tile_point) >= 0 AND ST_X(tile_point) < {EXTENT} "
    f"AND ST_Y(tile_point) >= 0 AND ST_Y(tile_point) < {EXTENT}"
)
_MEAN_POSITION = "avg(ST_X(tile_point)) AS x, avg(ST_Y(tile_point)) AS y"
_CLUSTER_POINT = "ST_MakePoint(round(x), round(y)) AS geom"
_REPORTED: Final = """issue.reported_at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND issue.reported_at < coalesce(CAST(:before AS timestamptz), 'infinity')"""


def _cell(cells_per_side: int) -> str:
    size = EXTENT // cells_per_side
    return f"floor(ST_X(tile_point) / {size}) AS cell_x, floor(ST_Y(tile_point) / {size}) AS cell_y"


def issues(tile: Tile, params: TileParams) -> TileSql:
    """Return SQL of the issues of a period, each with its grid at `params.at`.

    At low zooms: clusters by cell, category and status; a cluster of one issue has its reference.
    """
    period = {"since": params.since, "before": params.before}
    if tile.z >= SINGLE_ISSUES_MIN_ZOOM:
        columns = f"""issue.ref, issue.category, issue.reported_at, issue.status,
            issue.description, issue.channel, issue.grid_code,
            (SELECT grid.code FROM micro_grid AS grid
                WHERE grid.in_force @> CAST(:at AS timestamptz)
                AND ST_Covers(grid.geom, issue.geom)
                ORDER BY grid.code LIMIT 1) AS current_grid_code,
            {to_tile_units("issue.geom", tile)} AS geom"""
        return encode("issues", columns, f"issue WHERE issue.geom && {BOX} AND {_REPORTED}"), period
    source = f"""(
        SELECT {_cell(ISSUE_CLUSTERS_PER_SIDE)}, category, status, count(*) AS count,
               {_MEAN_POSITION},
               CASE WHEN count(*) = 1 THEN min(ref) END AS ref,
               CASE WHEN count(*) = 1 THEN min(reported_at) END AS reported_at
        FROM issue, {point_to_tile_units("issue.geom", tile)} AS tile_point
        WHERE issue.geom && {BOX} AND {_REPORTED} AND {_POINT_IN_TILE}
        GROUP BY cell_x, cell_y, category, status) AS cluster"""
    columns = f"ref, category, status, reported_at, count, {_CLUSTER_POINT}"
    return encode("issues", columns, source), period


def backdrop(tile: Tile) -> TileSql:
    """Return SQL of roads, water and the other features of the backdrop."""
    columns = (
        f"feature.id, feature.kind, feature.name, {to_tile_units('feature.geom', tile)} AS geom"
    )
    source = f"backdrop AS feature WHERE ST_Intersects(feature.geom, {BOX})"
    return encode("backdrop", columns, source), {}
