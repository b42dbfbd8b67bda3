"""A generated city of any number of buildings, with areas, grids and property coverage."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Engine, text

from bench import database, generated_partition

BUILDINGS_PER_SIDE = 10
"""Buildings along one side of a grid."""
CORNERS = 60
"""Corners of a grid."""
STEP = generated_partition.STEP / BUILDINGS_PER_SIDE
"""The distance between buildings, in degrees."""
LEVELS = ("grid", "community", "subdistrict", "district")
"""Each area contains 4 × 4 areas (or grids) of the level before."""
CITY = "2304"

AREA = text(
    "INSERT INTO area (code, parent_code, level, name, geom) "
    "VALUES (:code, :parent_code, :level, :name, ST_Multi(ST_GeomFromWKB(:wkb, 4326)))"
)
GRID = text(
    "INSERT INTO micro_grid (code, community_code, name, geom, in_force, begun_in) VALUES "
    "(:code, :parent_code, :name, ST_Multi(ST_GeomFromWKB(:wkb, 4326)), '[2020-01-01Z,)', 1)"
)
REVISION_AND_MANAGERS = """
INSERT INTO revision (number, effective_at, title, author) VALUES (1, '2020-01-01Z', 'x', 'x');
INSERT INTO manager (code, name, kind)
SELECT 'M' || n, n || '号物业服务有限公司', 'property_firm' FROM generate_series(0, 99) AS n
"""
BUILDINGS = f"""
INSERT INTO building (code, name, address, community_code, households, floors, built_year, use,
                      footprint)
SELECT '2304-B' || lpad(n::text, 7, '0'),
       '小区' || n % :per_row / {BUILDINGS_PER_SIDE} || '-' || n / 50 || '号楼',
       '中央大街' || n / :per_row || '号' || n % :per_row || '栋',
       (CAST(:community_codes AS text[]))[
           1 + n / :per_row / {BUILDINGS_PER_SIDE * 4} * CAST(:communities_per_row AS int)
           + n % :per_row / {BUILDINGS_PER_SIDE * 4}],
       n % 120, n % 30 + 1, 1950 + n % 70, 'residential',
       ST_Multi(ST_Translate(ST_Rotate(outline, n % 90 / 57.3),
                             {generated_partition.WEST} + (n % :per_row + 0.4) * {STEP},
                             {generated_partition.SOUTH} + (n / :per_row + 0.4) * {STEP}))
FROM generate_series(0, :count - 1) AS n, ST_GeomFromText('POLYGON((0 0, 12e-5 0, 12e-5 3e-5,
     6e-5 3e-5, 6e-5 6e-5, 3e-5 6e-5, 3e-5 9e-5, 0 9e-5, 0 0))', 4326) AS outline
"""
COVERAGE = """
INSERT INTO property_coverage (building_code, manager_code, covered)
SELECT code, 'M' || substr(code, 11, 2)::int, '[2020-01-01,)' FROM building
WHERE substr(code, 7)::int % 7 > 0
"""


@dataclass(frozen=True)
class Unit:
    """An area or a grid."""

    code: str
    parent_code: str | None
    level: str
    outline: shapely.Geometry

    def params(self) -> dict[str, object]:
        """The parameters of AREA and GRID."""
        return {
            "code": self.code,
            "parent_code": self.parent_code,
            "level": self.level,
            "name": f"第{self.code}号",
            "wkb": shapely.to_wkb(self.outline),
        }


def fill(engine: Engine, count: int) -> None:
    """Fill an empty database with this many buildings; 6 of 7 have property service."""
    grids_per_row = -(-int(np.ceil(np.sqrt(count))) // BUILDINGS_PER_SIDE)
    outlines = generated_partition.generate_grids(grids_per_row * grids_per_row, CORNERS)
    units = list(_units(outlines, grids_per_row))
    params = {
        "per_row": grids_per_row * BUILDINGS_PER_SIDE,
        "count": count,
        "community_codes": [unit.code for unit in units if unit.level == "community"],
        "communities_per_row": -(-grids_per_row // 4),
    }
    database.run_script(engine, REVISION_AND_MANAGERS)
    with engine.begin() as connection:
        connection.execute(AREA, [unit.params() for unit in units if unit.level != "grid"])
        connection.execute(GRID, [unit.params() for unit in units if unit.level == "grid"])
        connection.execute(text(BUILDINGS), params)
        connection.execute(text(COVERAGE))
    database.vacuum(engine)


def _units(outlines: NDArray[np.object_], grids_per_row: int) -> Iterator[Unit]:
    """Yield the city, the areas level by level from districts down, and the grids."""
    rows, columns = np.divmod(np.arange(len(outlines)), grids_per_row)
    yield Unit(CITY, None, "city", shapely.coverage_union_all(outlines))
    for height in (3, 2, 1):
        size = 4**height
        areas = rows // size * grids_per_row + columns // size
        for area in np.unique(areas):
            members = np.flatnonzero(areas == area)
            row, column = int(rows[members[0]]), int(columns[members[0]])
            code = _code(row, column, height, grids_per_row)
            parent_code = CITY if height == 3 else code[:-3]
            outline = shapely.coverage_union_all(outlines[members])
            yield Unit(code, parent_code, LEVELS[height], outline)
    for row, column, outline in zip(rows.tolist(), columns.tolist(), outlines, strict=True):
        code = _code(row, column, 0, grids_per_row)
        yield Unit(code, code[:-3], "grid", outline)


def _code(row: int, column: int, height: int, grids_per_row: int) -> str:
    """Return the code of the unit that contains a grid; height is its index in LEVELS."""
    districts_per_row = -(-grids_per_row // 64)
    code = f"{CITY}{row // 64 * districts_per_row + column // 64 + 1:02d}"
    for size in (16, 4, 1)[: 3 - height]:
        code += f"{row // size % 4 * 4 + column // size % 4 + 1:03d}"
    return code
