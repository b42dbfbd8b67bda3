"""Assign each imported issue to the grid in force at its location, by the cell index."""

from dataclasses import dataclass, replace

import pyarrow as pa
import shapely
from sqlalchemy import Connection, func, select

from data.reading.reader import RowBatch
from geo.lookup.index.edges import NOWHERE
from geo.lookup.snapshots import grid_index, queries
from geo.lookup.snapshots.grid_index import FullIndex


@dataclass(frozen=True)
class GridAssigner:
    """An index of the grids in force, as the transaction of the import sees them."""

    index: FullIndex

    @classmethod
    def from_database(cls, connection: Connection) -> "GridAssigner":
        """Build the index of the grids that are in force now."""
        now = connection.execute(select(func.now())).scalar_one()
        return cls(grid_index.build(queries.read_grids(connection, now)))

    def enrich(self, batch: RowBatch, _file: str) -> RowBatch:
        """Return the batch with the `grid_code` of each issue, null outside every grid."""
        if batch.geometry is None:
            return batch
        positions = self.index.assign(shapely.get_coordinates(batch.geometry))
        codes = pa.array(self.index.codes[:-1], pa.string())
        grid_codes = codes.take(pa.array(positions, mask=positions == NOWHERE))
        return replace(batch, columns={**batch.columns, "grid_code": grid_codes})
