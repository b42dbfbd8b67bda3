"""A made-up city of any number of buildings: areas, grids and coverage, as dense as a town."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Engine, text

from bench import partitions

ACROSS = 10
"""Buildings along a side of a grid."""
CORNERS = 60
"""Of a grid's outline."""
STEP = partitions.STEP / ACROSS
LEVELS = ("community", "subdistrict", "district")
"""Each four times four of the one before; a community holds four times four grids."""
CITY = "2304"

AREA = text(
    "INSERT INTO area (code, parent_code, level, name, geom) "
    "VALUES (:code, :above, :level, :name, ST_Multi(ST_GeomFromWKB(:wkb, 4326)))"
)
GRID = text(
    "INSERT INTO micro_grid (code, community_code, name, geom, in_force, begun_in) VALUES "
    "(:code, :above, :name, ST_Multi(ST_GeomFromWKB(:wkb, 4326)), '[2020-01-01Z,)', 1)"
)
BEFORE = """
INSERT INTO revision (number, effective_at, title, author) VALUES (1, '2020-01-01Z', 'x', 'x');
INSERT INTO manager (code, name, kind)
SELECT 'M' || n, n || '号物业服务有限公司', 'property_firm' FROM generate_series(0, 99) AS n
"""
BUILDINGS = f"""
INSERT INTO building (code, name, address, community_code, households, floors, built_year, use,
                      footprint)
SELECT '2304-B' || lpad(n::text, 7, '0'), '小区' || n % :side / {ACROSS} || '-' || n / 50 || '号楼',
       '中央大街' || n / :side || '号' || n % :side || '栋',
       (CAST(:codes AS text[]))[1 + n / :side / {ACROSS * 4} * CAST(:communities AS int)
                                  + n % :side / {ACROSS * 4}],
       n % 120, n % 30 + 1, 1950 + n % 70, 'residential',
       ST_Multi(ST_Translate(ST_Rotate(outline, n % 90 / 57.3),
                             {partitions.WEST} + (n % :side + 0.4) * {STEP},
                             {partitions.SOUTH} + (n / :side + 0.4) * {STEP}))
FROM generate_series(0, :count - 1) AS n, ST_GeomFromText('POLYGON((0 0, 12e-5 0, 12e-5 3e-5,
     6e-5 3e-5, 6e-5 6e-5, 3e-5 6e-5, 3e-5 9e-5, 0 9e-5, 0 0))', 4326) AS outline
"""
COVERAGE = """
INSERT INTO property_coverage (building_code, manager_code, covered)
SELECT code, 'M' || substr(code, 11, 2)::int, '[2020-01-01,)' FROM building
WHERE substr(code, 7)::int % 7 > 0
"""


@dataclass(frozen=True)
class Place:
    """An area or a grid, and what is above it."""

    code: str
    above: str | None
    level: str
    shape: shapely.Geometry


def fill(engine: Engine, count: int) -> None:
    """Fill an empty register with so many buildings, 6 in 7 of them covered."""
    side = -(-int(np.ceil(np.sqrt(count))) // ACROSS) * ACROSS
    across = side // ACROSS
    shapes = partitions.grids(across * across, CORNERS)
    places = list(_places(shapes, across))
    communities = -(-across // 4)
    with engine.begin() as connection:
        for statement in BEFORE.split(";"):
            connection.execute(text(statement))
        connection.execute(AREA, [_row(place) for place in places if place.level != "grid"])
        connection.execute(GRID, [_row(place) for place in places if place.level == "grid"])
        codes = [place.code for place in places if place.level == "community"]
        asked = {"side": side, "count": count, "codes": codes, "communities": communities}
        connection.execute(text(BUILDINGS), asked)
        connection.execute(text(COVERAGE))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _row(place: Place) -> dict[str, object]:
    wkb = shapely.to_wkb(place.shape)
    name = f"第{place.code}号"
    return {"code": place.code, "above": place.above, "level": place.level, "name": name} | {
        "wkb": wkb
    }


def _places(shapes: NDArray[np.object_], across: int) -> Iterator[Place]:
    """Yield the city, then every level, coarse to fine, each in rows."""
    row, column = np.divmod(np.arange(len(shapes)), across)
    yield Place(CITY, None, "city", shapely.coverage_union_all(shapes))
    for rank in (3, 2, 1):
        size = 4**rank
        squares = row // size * across + column // size
        for square in np.unique(squares):
            inside = np.flatnonzero(squares == square)
            code = _code(int(row[inside[0]]), int(column[inside[0]]), rank, across)
            shape = shapely.coverage_union_all(shapes[inside])
            yield Place(code, _above(code, rank), LEVELS[rank - 1], shape)
    for at, shape in enumerate(shapes):
        code = _code(int(row[at]), int(column[at]), 0, across)
        yield Place(code, code[:-3], "grid", shape)


def _code(row: int, column: int, rank: int, across: int) -> str:
    """Return the code of the place of a rank (0 is a grid) that a grid lies in."""
    wide = -(-across // 64)
    code = f"{CITY}{row // 64 * wide + column // 64 + 1:02d}"
    for step in (16, 4, 1)[: 3 - rank]:
        code += f"{row // step % 4 * 4 + column // step % 4 + 1:03d}"
    return code


def _above(code: str, rank: int) -> str:
    return CITY if rank == 3 else code[:-3]
