"""Reads the buildings of a community from the database: tens of thousands in one row of arrays.

As rows they take three times as long, and hold the GIL for a tenth of a second, in which the
process answers no lookup. Which points are in the community is tested here: PostGIS needs twenty
times as long for it.
"""

import itertools
from collections.abc import Iterator
from typing import Final

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geo.geometry.topology import Geoms
from geo.models import WGS84, BuildingStatus
from geo.plans.core.voronoi import NO_BUILDINGS, Buildings

Mask = NDArray[np.bool_]

CHUNK: Final = 1_000
"""So many footprints are parsed at once: GEOS holds the GIL for a few milliseconds meanwhile."""
_POINT: Final = np.dtype([("byte_order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
"""A point as WKB."""
_STATEMENT: Final = """
    SELECT array_agg(code), string_agg(footprint, ''), array_agg(octet_length(footprint)),
        string_agg(point, ''), array_agg(households)
    FROM (
        SELECT code, ST_AsBinary(footprint, 'NDR') AS footprint, ST_AsBinary(point, 'NDR') AS point,
            coalesce(households, 0) AS households
        FROM building
        WHERE status = %(status)s
            AND footprint && ST_GeomFromWKB(%(area)s, %(srid)s)
        ORDER BY code
    ) AS inside
"""


def load(session: Session, area: shapely.Geometry) -> Buildings:
    """Return the standing buildings whose point is in an area or on its border, by code."""
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    params = {
        "status": BuildingStatus.STANDING.value,
        "area": shapely.to_wkb(area),
        "srid": WGS84,
    }
    with connection.cursor(binary=True) as cursor:
        row = cursor.execute(_STATEMENT, params).fetchone()
    assert row is not None  # an aggregate without GROUP BY returns one row
    codes, footprints, sizes, points, households = row
    if codes is None:
        return NO_BUILDINGS
    coords = np.frombuffer(points, dtype=_POINT)
    shapely.prepare(area)
    inside: Mask = shapely.intersects_xy(area, coords["x"], coords["y"])
    if not inside.any():
        return NO_BUILDINGS
    return Buildings(
        codes=tuple(itertools.compress(codes, inside)),
        footprints=np.concatenate([*_parse(footprints, np.array(sizes), inside)]),
        households=np.array(households, dtype=np.int64)[inside],
        points=np.asarray(shapely.points(coords["x"][inside], coords["y"][inside]), dtype=object),
    )


def _parse(wkb: bytes, sizes: NDArray[np.int64], wanted: Mask) -> Iterator[Geoms]:
    """Yield the wanted ones of n geometries from their concatenated WKB, chunk by chunk."""
    ends = np.cumsum(sizes)
    begins, ends = (ends - sizes)[wanted], ends[wanted]
    for start in range(0, len(ends), CHUNK):
        chunk = slice(start, start + CHUNK)
        slices = zip(begins[chunk].tolist(), ends[chunk].tolist(), strict=True)
        yield np.asarray(shapely.from_wkb([wkb[begin:end] for begin, end in slices]), dtype=object)
