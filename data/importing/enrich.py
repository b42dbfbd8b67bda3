"""Fill in missing values of buildings and check their references before they are loaded."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from data.reading.reader import RowBatch
from data.row_errors import RowError
from geo.models import Area, BuildingStatus, Level, Neighborhood


@dataclass(frozen=True)
class BuildingEnricher:
    """Communities and neighborhoods of the database, to look up those of buildings."""

    communities: pa.Array
    """The codes of all communities."""
    outline_codes: NDArray[np.str_]
    """The codes of the communities in `outlines`, rising."""
    outlines: shapely.STRtree
    neighborhoods: pa.Array
    """The codes of all neighborhoods."""
    today: date

    @classmethod
    def from_database(cls, connection: Connection) -> "BuildingEnricher":
        """Read communities and neighborhoods from the database."""
        communities = select(Area.code, func.ST_AsBinary(Area.geom)).where(
            Area.level == Level.COMMUNITY
        )
        rows = connection.execute(communities.order_by(Area.code)).all()
        with_outline = [row for row in rows if row[1] is not None]
        geoms = shapely.from_wkb([bytes(row[1]) for row in with_outline])
        neighborhoods = connection.execute(select(Neighborhood.code)).scalars().all()
        return cls(
            pa.array([row[0] for row in rows], pa.string()),
            np.array([row[0] for row in with_outline], dtype=np.str_),
            shapely.STRtree(geoms),
            pa.array(neighborhoods, pa.string()),
            connection.execute(select(func.current_date())).scalar_one(),
        )

    def enrich(self, batch: RowBatch, file: str) -> RowBatch:
        """Fill in communities, status and date of retirement; reject unknown references.

        A building without a community gets the one that covers its point on surface, the lowest
        code if several do. Rows with an unknown community or neighborhood become errors.
        """
        columns = dict(batch.columns)
        columns["community_code"] = self._fill_communities(batch)
        columns["status"] = pc.fill_null(columns["status"], BuildingStatus.STANDING.value)
        retired = pc.equal(columns["status"], BuildingStatus.RETIRED.value)
        day = pa.scalar(self.today, pa.date32())
        columns["retired_on"] = pc.if_else(retired, day, pa.scalar(None, pa.date32()))
        enriched = replace(batch, columns=columns)
        for kind, codes in (("community", self.communities), ("neighborhood", self.neighborhoods)):
            enriched = _reject_unknown(enriched, kind, codes, file)
        return enriched

    def _fill_communities(self, batch: RowBatch) -> pa.Array:
        """Return the community of each building, found by location where the file has none."""
        codes = batch.columns["community_code"]
        if codes.null_count == 0 or not len(self.outline_codes) or batch.geometry is None:
            return codes
        missing = np.flatnonzero(codes.is_null())
        points = shapely.point_on_surface(batch.geometry[missing])
        point, outline = self.outlines.query(points, predicate="covered_by")
        nowhere = len(self.outline_codes)
        lowest = np.full(len(missing), nowhere)
        np.minimum.at(lowest, point, outline)
        filled: list[Any] = codes.to_pylist()
        for row, position in zip(missing, lowest, strict=True):
            filled[row] = str(self.outline_codes[position]) if position < nowhere else None
        return pa.array(filled, pa.string())


def _reject_unknown(batch: RowBatch, kind: str, codes: pa.Array, file: str) -> RowBatch:
    """Turn the rows whose community or neighborhood is not among `codes` into errors."""
    references = batch.columns[f"{kind}_code"]
    is_unknown = pc.and_(references.is_valid(), pc.invert(pc.is_in(references, value_set=codes)))
    if not pc.any(is_unknown).as_py():
        return batch
    errors = tuple(
        RowError(
            file,
            int(batch.row_numbers[row]),
            f"unknown_{kind}",
            f"there is no {kind} {references[int(row)]}",
            f"Import the {'areas' if kind == 'community' else 'neighborhoods'} first, "
            f"or correct {kind}_code.",
            code=batch.columns["code"][int(row)].as_py(),
        )
        for row in np.flatnonzero(is_unknown)
    )
    return _filter(batch, pc.invert(is_unknown), errors)


def _filter(batch: RowBatch, mask: pa.Array, errors: tuple[RowError, ...]) -> RowBatch:
    """Return the rows of a batch for which the mask is true, with the errors of the others."""
    return RowBatch(
        {name: values.filter(mask) for name, values in batch.columns.items()},
        None if batch.ewkb is None else batch.ewkb.filter(mask),
        batch.row_numbers[mask.to_numpy(zero_copy_only=False)],
        (*batch.errors, *errors),
        batch.raw,
    )
