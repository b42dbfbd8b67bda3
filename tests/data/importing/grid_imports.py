"""Files of grids, and what tests compare after an import of grids."""

from pathlib import Path

import numpy as np
import shapely
from sqlalchemy import func, select

from data.importing.result import ImportResult
from geo.geometry import topology
from geo.models import MicroGrid
from geo.quality import checks
from tests.district import COMMUNITY_1, COMMUNITY_2
from tests.town_builder import write_file


def counts(result: ImportResult) -> tuple[int, ...]:
    """Return how many grids were read, added, updated, retired and rejected."""
    return (result.read, result.added, result.updated, result.retired, result.rejected_count)


def grid_file(path: Path, **shapes: shapely.Geometry) -> Path:
    """Write grids of COMMUNITY_1 (`_001`) and of COMMUNITY_2 (`s_001`)."""
    codes = {
        key: (COMMUNITY_2 if key.startswith("s") else COMMUNITY_1) + key.rpartition("_")[2]
        for key in shapes
    }
    return write_file(path, [{"code": codes[key], "geom": shape} for key, shape in shapes.items()])


def grids_in_force(session) -> dict[str, shapely.Geometry]:
    rows = session.execute(
        select(MicroGrid.code, func.ST_AsBinary(MicroGrid.geom))
        .where(func.upper_inf(MicroGrid.in_force))
        .order_by(MicroGrid.code)
    )
    return {code: shapely.from_wkb(bytes(wkb)) for code, wkb in rows}


def assert_tiled(session) -> None:
    """Assert that the grids in force tile their communities and share their corners."""
    assert [str(finding) for finding in checks.run_checks(session)] == []
    grids = grids_in_force(session)
    for community in (COMMUNITY_1, COMMUNITY_2):
        geoms = [geom for code, geom in grids.items() if code.startswith(community)]
        assert topology.is_valid_coverage(np.array(geoms, dtype=object))


def row_errors(excinfo) -> list[tuple[int, str, str]]:
    """Return row, kind and code of each error."""
    return sorted((error.row, error.kind, error.code) for error in excinfo.value.log.stored)
