"""The grids of a plan as frames, to edit in other software, and edited grids read as operations."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import shapely
from sqlalchemy.orm import Session

from data.columns import DatasetKind
from data.errors import UnreadableFile
from data.importing import areas_from_codes
from data.reading.reader import Source, open_source
from data.row_errors import BadData, RowError, RowErrorLog
from geo.grids.revision_diff import changed_area_m2
from geo.models import WGS84
from geo.plans import impact, publish
from geo.plans.core.import_shapes import GridShape
from geo.plans.core.operations import Import
from geo.plans.replay_cache import ReplayResult

GRID_COLUMNS = ("code", "name", "community_code", "buildings", "households")
DIFFERENCE_COLUMNS = ("code", "change", "changed_area_m2", "name_before", "name_after")


def plan_grids(result: ReplayResult) -> geopandas.GeoDataFrame:
    """Return the grids of the changed communities after a plan, with their building counts."""
    rows, shapes = [], []
    for community in result.communities:
        after = result.after[community]
        counts = impact.count_by_grid(result, community)
        for code, grid in after.grids.items():
            count = counts[code]
            rows.append((code, grid.name, community, count.buildings, count.households))
            shapes.append(grid.geom)
    return _frame(rows, GRID_COLUMNS, shapes)


def plan_differences(result: ReplayResult) -> geopandas.GeoDataFrame:
    """Return the change of each grid, with its shape after the plan, or before if it is removed."""
    rows, shapes = [], []
    for delta in publish.plan_deltas(result):
        grid = delta.new or delta.old
        if grid is None:
            continue
        names = (side.name if side else None for side in (delta.old, delta.new))
        rows.append((delta.code, ", ".join(delta.kinds), round(changed_area_m2(delta), 3), *names))
        shapes.append(shapely.from_wkb(grid.wkb))
    return _frame(rows, DIFFERENCE_COLUMNS, shapes)


def _frame(
    rows: list[tuple[Any, ...]], names: tuple[str, ...], shapes: Sequence[shapely.Geometry]
) -> geopandas.GeoDataFrame:
    columns = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs=WGS84)


def read_imports(session: Session, path: Path) -> list[Import]:
    """Return the grids of a file as one import operation for each community, by code.

    A grid's `code` may be empty if it has a `community_code`. Raises BadData,
    UnreadableFile, and what `data.reading.reader.open_source` raises.
    """
    levels = areas_from_codes.area_levels(session)
    grids: dict[str, list[GridShape]] = {}
    log = RowErrorLog()
    for batch in _source(path):
        log.add(batch.errors)
        columns = (batch.columns[name].to_pylist() for name in ("code", "name", "community_code"))
        geometries = batch.geometry if batch.geometry is not None else [None] * len(batch)
        rows = zip(batch.row_numbers, *columns, geometries, strict=True)
        for row, code, name, community_code, geometry in rows:
            community = community_code or areas_from_codes.find_community(code or "", levels, ())
            if community is None:
                log.add([_without_community(path.name, int(row), code)])
                continue
            grid = GridShape(shapely.force_2d(geometry), code or None, name)
            grids.setdefault(community, []).append(grid)
    if len(log):
        raise BadData(log, hint="Repair the file; no step was applied.")
    if not grids:
        raise UnreadableFile(f"{path} holds no grid.", hint="Save the grids of a community in it.")
    return [Import(community, tuple(grids[community])) for community in sorted(grids)]


def _source(path: Path) -> Source:
    """Return the file as grids, some of which may have no code yet, or the same code."""
    source = open_source(path, DatasetKind.GRIDS)
    columns = tuple(replace(column, required=False) for column in source.schema.columns)
    schema = replace(source.schema, columns=columns, key=())
    return replace(source, rules=replace(source.rules, schema=schema))


def _without_community(file: str, row: int, code: str | None) -> RowError:
    message, hint = "its community is unknown", "Fill in its community_code."
    return RowError(file, row, "no_community", message, hint, code=code)
