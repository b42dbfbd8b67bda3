"""SQL of the content of a tile: one bytea value per layer, with the attributes that maps need."""

import datetime
from typing import Any, Final

from geo.coverage.rules import JOIN_COVERAGE_BY_INDEX_SQL, STANDING_SQL
from geo.models import Level
from geo.tiles.layers import LABELS_MIN_ZOOM, SINGLE_ISSUES_MIN_ZOOM, Layer
from geo.tiles.tile_math import (
    BOX,
    EXTENT,
    LIES_IN_TILE,
    Tile,
    point_to_tile_units,
    scale_to_tile,
    to_tile_units,
)
from geo.tiles.tile_request import TileParams

TileSql = tuple[str, dict[str, Any]]
"""SQL of one bytea value, and its parameters besides `Tile.sql_params`."""

MAX_BUILDINGS = 3000
"""A tile with more buildings has none of them."""
OPTIMISTIC_MIN_ZOOM = 14
"""From this zoom on crowded tiles are rare: buildings are encoded before they are counted."""
SINGLE_BUILDINGS_MIN_ZOOM = 15
"""From this zoom on a tile has every building, with the households that pages list."""
BUILDING_CLUSTERS_PER_SIDE = 8
"""Clusters of buildings along a tile's side."""
ISSUE_CLUSTERS_PER_SIDE = 16
"""Clusters of issues along a tile's side: as many as the heat map has cells."""


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


def areas(tile: Tile, level: Level) -> TileSql:
    """Return SQL of the areas of a level and of the levels above it, and of their labels."""
    levels = list(Level)
    names = "code, name, name_en, parent_code, level"
    shown = ", ".join(f"'{name}'" for name in levels[: levels.index(level) + 1])
    source = f"area WHERE geom && {BOX} AND level IN ({shown})"
    return _with_labels(Layer.AREAS, tile, names, source)


def grids(tile: Tile) -> TileSql:
    """Return SQL of the grids in force at `:at`, and of their labels."""
    source = f"micro_grid WHERE geom && {BOX} AND in_force @> CAST(:at AS timestamptz)"
    return _with_labels(Layer.GRIDS, tile, "code, name, community_code", source)


def _with_labels(layer: Layer, tile: Tile, names: str, source: str) -> TileSql:
    """Return SQL of a layer and, at its zooms with labels, of these, which reads rows once."""
    shape = to_tile_units("geom", tile)
    if tile.z < LABELS_MIN_ZOOM.get(layer, 0):
        return encode(layer, f"{names}, {shape} AS geom", source), {}
    shapes = encode(layer, f"{names}, shape AS geom", "feature")
    # ST_AsMVT truncates, so that a label at the edge stays in its tile.
    label = f"{names}, {scale_to_tile('label_point', tile)} AS geom"
    labels = encode(f"{layer}_labels", label, f"feature WHERE {LIES_IN_TILE.format('label_point')}")
    sql = f"""(WITH feature AS MATERIALIZED (
            SELECT {names}, label_point, {shape} AS shape FROM {source})
        SELECT coalesce({shapes}, '') || coalesce({labels}, ''))"""
    return sql, tile.edge_params()


# An array takes a sixth less time than string_agg; `= ANY` gets the B-tree index (_CODE_FOR_BTREE).
_BUILDING_COLUMNS = """
    building.code, building.name,
    CASE WHEN building.name IS NULL THEN building.address END AS address,
    building.built_year, building.use, building.community_code,
    building.retired_on,
    array_to_string(ARRAY(SELECT period.manager_kind || ' ' || lower(period.covered) || '/'
            || coalesce(CAST(upper(period.covered) AS text), '..')
        FROM property_coverage AS period
        WHERE period.building_code = ANY (ARRAY[building.code])), ' ') AS coverage
"""
_IN_BOX = f"building.footprint && {BOX}"
_CROWDED = encode(
    "crowded",
    "buildings, geom",
    f"(SELECT :max_features AS buildings, ST_MakePoint({EXTENT // 2}, {EXTENT // 2}) AS geom) AS a",
)


def buildings(tile: Tile) -> TileSql:
    """Return SQL of all buildings with the periods of their coverage, the same for every day.

    `coverage` lists the periods in any order: `property_firm 2019-03-01/2024-03-01`, the second
    date being the first day after the period, and `..` without an end. A building was standing
    from `built_year` to the day before `retired_on`. Where buildings are too many there is one
    point in a layer `crowded` instead.
    """
    has_households = tile.z >= SINGLE_BUILDINGS_MIN_ZOOM
    attributes = (
        f"{_BUILDING_COLUMNS}, building.households" if has_households else _BUILDING_COLUMNS
    )
    columns = f"{attributes}, {to_tile_units('building.footprint', tile)} AS geom"
    layer = "buildings", columns, f"building WHERE {_IN_BOX}"
    if tile.z >= SINGLE_BUILDINGS_MIN_ZOOM:
        return encode(*layer), {}
    if tile.z >= OPTIMISTIC_MIN_ZOOM:
        sql = f"coalesce({encode_up_to_max(*layer)}, {_CROWDED})"
    else:
        is_crowded = f"""(SELECT count(*) > :max_features FROM (SELECT FROM building
            WHERE {_IN_BOX} LIMIT CAST(:max_features AS int) + 1) AS first_buildings)"""
        sql = f"CASE WHEN {is_crowded} THEN {_CROWDED} ELSE {encode(*layer)} END"
    return sql, {"max_features": MAX_BUILDINGS}


def building_counts(tile: Tile, on: datetime.date) -> TileSql:
    """Return SQL of the counts per cell on a day; a building counts in the one tile of its point.

    Pages request them where a tile of buildings is crowded; from SINGLE_BUILDINGS_MIN_ZOOM on no
    tile is, so they are empty there.
    """
    if tile.z >= SINGLE_BUILDINGS_MIN_ZOOM:
        return "CAST(NULL AS bytea)", {}
    source = f"""(
        SELECT {_cell(BUILDING_CLUSTERS_PER_SIDE)},
               count(*) AS buildings, count(coverage.manager_kind) AS covered,
               count(*) - count(coverage.manager_kind) AS uncovered, {_MEAN_POSITION}
        FROM building {JOIN_COVERAGE_BY_INDEX_SQL},
             {point_to_tile_units("building.point", tile)} AS tile_point
        WHERE building.footprint && {BOX} AND {STANDING_SQL} AND {_POINT_IN_TILE}
        GROUP BY cell_x, cell_y) AS cluster"""
    columns = f"buildings, covered, uncovered, {_CLUSTER_POINT}"
    return encode(Layer.BUILDING_COUNTS, columns, source), {"on": on, "year": on.year}


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
