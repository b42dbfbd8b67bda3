"""Grids of plans in files: written to be drawn on elsewhere, and read back as steps."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import shapely
from sqlalchemy.orm import Session

from data.columns import Kind
from data.importing import areas_from_codes
from data.reading.reader import Source, open_source
from data.row_errors import BadData, FaultLog, RowError, UnreadableFile
from geo.grids.revision_diff import moved_m2
from geo.models import WGS84
from geo.plans import impact, publish
from geo.plans.replay_cache import Outcome

GRIDS = ("code", "name", "community_code", "buildings", "households")
DIFFERENCES = ("code", "change", "moved_m2", "name_before", "name_after")


def grids(outcome: Outcome) -> geopandas.GeoDataFrame:
    """Return the grids of the touched communities after a plan, with what they hold."""
    rows, shapes = [], []
    for community in outcome.communities:
        after = outcome.after[community]
        held = impact.contents(after, outcome.situation.buildings(community))
        for code, grid in after.grids.items():
            rows.append((code, grid.name, community, held[code].buildings, held[code].households))
            shapes.append(grid.geom)
    return _frame(rows, GRIDS, shapes)


def differences(outcome: Outcome) -> geopandas.GeoDataFrame:
    """Return what a plan does to each grid, in its shape after it, or before where it goes."""
    rows, shapes = [], []
    for delta in publish.changes(outcome):
        left = delta.new or delta.old
        if left is None:
            continue
        names = (side.name if side else None for side in (delta.old, delta.new))
        rows.append((delta.code, ", ".join(delta.kinds), round(moved_m2(delta), 3), *names))
        shapes.append(shapely.from_wkb(left.wkb))
    return _frame(rows, DIFFERENCES, shapes)


def _frame(
    rows: list[tuple[Any, ...]], names: tuple[str, ...], shapes: Sequence[shapely.Geometry]
) -> geopandas.GeoDataFrame:
    columns = {name: [row[at] for row in rows] for at, name in enumerate(names)}
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs=WGS84)


def steps(session: Session, path: Path) -> list[dict[str, Any]]:
    """Return the grids of a file as one step of kind `import` for each community, by code.

    A grid's `code` may be empty if it has a `community_code`. Raises BadData,
    UnreadableFile, and what `data.reading.reader.open_source` raises.
    """
    known = areas_from_codes.known(session)
    drawn: dict[str, list[dict[str, Any]]] = {}
    log = FaultLog()
    for batch in _source(path):
        log.add(batch.faults)
        columns = (batch.columns[name].to_pylist() for name in ("code", "name", "community_code"))
        shapes = batch.geometry if batch.geometry is not None else [None] * len(batch)
        for row, code, name, stated, shape in zip(batch.rows, *columns, shapes, strict=True):
            community = stated or areas_from_codes.community(code or "", known, ())
            if community is None:
                log.add([_homeless(path.name, int(row), code)])
                continue
            drawn.setdefault(community, []).append(_grid(code, name, shape))
    if len(log):
        raise BadData(log, hint="Mend the file; no step was taken.")
    if not drawn:
        raise UnreadableFile(f"{path} holds no grid.", hint="Save the grids of a community in it.")
    return [
        {"kind": "import", "community": community, "grids": drawn[community]}
        for community in sorted(drawn)
    ]


def _source(path: Path) -> Source:
    """Return the file as grids of which some may have no code yet, or share one."""
    source = open_source(path, Kind.GRIDS)
    columns = tuple(replace(column, required=False) for column in source.table.columns)
    table = replace(source.table, columns=columns, key=())
    return replace(source, rules=replace(source.rules, table=table))


def _grid(code: str | None, name: str | None, shape: shapely.Geometry) -> dict[str, Any]:
    told = {"code": code or None, "name": name, "geometry": json.loads(shapely.to_geojson(shape))}
    return {field: value for field, value in told.items() if value is not None}


def _homeless(file: str, row: int, code: str | None) -> RowError:
    what, mend = "no community is known for it", "Fill in its community_code."
    return RowError(file, row, "no_community", what, mend, code=code)
