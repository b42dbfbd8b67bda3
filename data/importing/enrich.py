"""What a batch of buildings leaves out and the register knows, found before it is loaded."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from data.reading.reader import Batch
from data.row_errors import RowError
from geo.models import Area, BuildingStatus, Level, Neighborhood


@dataclass(frozen=True)
class Register:
    """The communities, their outlines where known, and the neighborhoods, by code."""

    communities: pa.Array
    outlined: NDArray[np.str_]
    outlines: shapely.STRtree
    neighborhoods: pa.Array
    today: date

    @classmethod
    def of(cls, connection: Connection) -> "Register":
        """Return what the database knows now."""
        communities = select(Area.code, func.ST_AsBinary(Area.geom)).where(
            Area.level == Level.COMMUNITY
        )
        rows = connection.execute(communities.order_by(Area.code)).all()
        outlined = [row for row in rows if row[1] is not None]
        shapes = shapely.from_wkb([bytes(row[1]) for row in outlined])
        neighborhoods = connection.execute(select(Neighborhood.code)).scalars().all()
        return cls(
            pa.array([row[0] for row in rows], pa.string()),
            np.array([row[0] for row in outlined], dtype=np.str_),
            shapely.STRtree(shapes),
            pa.array(neighborhoods, pa.string()),
            connection.execute(select(func.current_date())).scalar_one(),
        )

    def complete(self, batch: Batch, file: str) -> Batch:
        """Return the batch with communities, status and retirement filled in.

        A building without a community gets the one whose outline covers its point on surface, the
        lowest code of several. Rows that name an unknown community or neighborhood become faults.
        """
        columns = dict(batch.columns)
        columns["community_code"] = self._by_place(batch)
        columns["status"] = pc.fill_null(columns["status"], BuildingStatus.STANDING.value)
        retired = pc.equal(columns["status"], BuildingStatus.RETIRED.value)
        day = pa.scalar(self.today, pa.date32())
        columns["retired_on"] = pc.if_else(retired, day, pa.scalar(None, pa.date32()))
        checked = replace(batch, columns=columns)
        for kind, known in (("community", self.communities), ("neighborhood", self.neighborhoods)):
            checked = _without_unknown(checked, kind, known, file)
        return checked

    def _by_place(self, batch: Batch) -> pa.Array:
        stated = batch.columns["community_code"]
        if stated.null_count == 0 or not len(self.outlined) or batch.geometry is None:
            return stated
        lost = np.flatnonzero(stated.is_null())
        points = shapely.point_on_surface(batch.geometry[lost])
        at, position = self.outlines.query(points, predicate="covered_by")
        lowest = np.full(len(lost), len(self.outlined))
        np.minimum.at(lowest, at, position)
        found: list[Any] = stated.to_pylist()
        for row, place in zip(lost, lowest, strict=True):
            found[row] = str(self.outlined[place]) if place < len(self.outlined) else None
        return pa.array(found, pa.string())


def _without_unknown(batch: Batch, kind: str, known: pa.Array, file: str) -> Batch:
    named = batch.columns[f"{kind}_code"]
    unknown = pc.and_(named.is_valid(), pc.invert(pc.is_in(named, value_set=known)))
    if not pc.any(unknown).as_py():
        return batch
    at = np.flatnonzero(unknown)
    faults = tuple(
        RowError(
            file,
            int(batch.rows[row]),
            f"unknown_{kind}",
            f"there is no {kind} {named[int(row)]}",
            f"Import the {'areas' if kind == 'community' else 'neighborhoods'} first, "
            f"or correct {kind}_code.",
            code=batch.columns["code"][int(row)].as_py(),
        )
        for row in at
    )
    return _only(batch, pc.invert(unknown), faults)


def _only(batch: Batch, keep: pa.Array, faults: tuple[RowError, ...]) -> Batch:
    """Return the rows of a batch to keep, and with it the faults of those that were dropped."""
    return Batch(
        {name: values.filter(keep) for name, values in batch.columns.items()},
        None if batch.ewkb is None else batch.ewkb.filter(keep),
        batch.rows[keep.to_numpy(zero_copy_only=False)],
        (*batch.faults, *faults),
        batch.raw,
    )
