"""A register with a partition in force, for benchmarks that ask the service."""

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Engine, text

COMMUNITY = "230407003002"
LEVELS = (
    ("2304", None, "city", "鹤岗市"),
    ("230407", "2304", "district", "兴山区"),
    ("230407003", "230407", "subdistrict", "金山街道"),
    (COMMUNITY, "230407003", "community", "为民社区"),
)
AREA = text(
    "INSERT INTO area (code, parent_code, level, name) VALUES (:code, :above, :level, :name)"
)
REVISION = text(
    "INSERT INTO revision (number, effective_at, title, author) VALUES (1, '2020-01-01Z', 'x', 'x')"
)
GRID = text(
    "INSERT INTO micro_grid (code, community_code, geom, in_force, begun_in) "
    "VALUES (:code, :community, ST_Multi(ST_GeomFromWKB(:wkb, 4326)), '[2020-01-01Z,)', 1)"
)


def fill(engine: Engine, shapes: NDArray[np.object_]) -> None:
    """Put polygons in force as the grids of one community, under four levels of areas."""
    with engine.begin() as connection:
        for code, above, level, name in LEVELS:
            row = {"code": code, "above": above, "level": level, "name": name}
            connection.execute(AREA, row)
        connection.execute(REVISION)
        rows = [
            {"code": f"{COMMUNITY}{number:06d}", "community": COMMUNITY, "wkb": wkb}
            for number, wkb in enumerate(shapely.to_wkb(shapes))
        ]
        connection.execute(GRID, rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
