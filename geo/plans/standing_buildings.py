"""Reads the buildings of a community from the database: tens of thousands in one row of arrays.

As rows they take three times as long, and hold the GIL for a tenth of a second, in which the
process answers no lookup.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import psycopg
import shapely
from sqlalchemy.orm import Session

from geo.geometry.topology import Geoms
from geo.models import WGS84, BuildingStatus
from geo.plans.core.voronoi import NO_BUILDINGS, Buildings

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
            AND ST_Covers(ST_GeomFromWKB(%(area)s, %(srid)s), point)
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
    return Buildings(
        codes=tuple(codes),
        footprints=np.concatenate([*_parse(footprints, sizes)]),
        households=np.array(households, dtype=np.int64),
        points=np.asarray(shapely.points(coords["x"], coords["y"]), dtype=object),
    )


def _parse(wkb: bytes, sizes: Sequence[int]) -> Iterator[Geoms]:
    """Yield geometries from their concatenated WKB of n sizes, chunk by chunk."""
    ends = [0, *itertools.accumulate(sizes)]
    for start in range(0, len(sizes), CHUNK):
        bounds = itertools.pairwise(ends[start : start + CHUNK + 1])
        yield np.asarray(shapely.from_wkb([wkb[begin:end] for begin, end in bounds]), dtype=object)
