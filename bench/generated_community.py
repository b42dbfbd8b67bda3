"""A generated community: any partition as the grids of one community, under its areas."""

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Engine, text

from bench import database

COMMUNITY = "230407003002"
AREAS = (
    ("2304", None, "city", "鹤岗市"),
    ("230407", "2304", "district", "兴山区"),
    ("230407003", "230407", "subdistrict", "金山街道"),
    (COMMUNITY, "230407003", "community", "为民社区"),
)
AREA = text(
    "INSERT INTO area (code, parent_code, level, name) VALUES (:code, :parent_code, :level, :name)"
)
REVISION = text(
    "INSERT INTO revision (number, effective_at, title, author) VALUES (1, '2020-01-01Z', 'x', 'x')"
)
GRID = text(
    "INSERT INTO micro_grid (code, community_code, geom, in_force, begun_in) "
    "VALUES (:code, :community_code, ST_Multi(ST_GeomFromWKB(:wkb, 4326)), '[2020-01-01Z,)', 1)"
)


def grid_code(number: int) -> str:
    """Return the code of a grid."""
    return f"{COMMUNITY}{number:06d}"


def fill(engine: Engine, outlines: NDArray[np.object_]) -> None:
    """Insert the community and its areas, and polygons as its grids, in force since 2020."""
    with engine.begin() as connection:
        for code, parent_code, level, name in AREAS:
            row = {"code": code, "parent_code": parent_code, "level": level, "name": name}
            connection.execute(AREA, row)
        connection.execute(REVISION)
        rows = [
            {"code": grid_code(number), "community_code": COMMUNITY, "wkb": wkb}
            for number, wkb in enumerate(shapely.to_wkb(outlines))
        ]
        connection.execute(GRID, rows)
    database.vacuum(engine)
