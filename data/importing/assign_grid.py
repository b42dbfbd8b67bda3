"""Under which grid issues are filed: that of the grids in force which the cell index names."""

from dataclasses import dataclass, replace

import pyarrow as pa
import shapely
from sqlalchemy import Connection, func, select

from data.reading.reader import Batch
from geo.lookup.index.edges import NOWHERE
from geo.lookup.snapshots import index_overlay, queries
from geo.lookup.snapshots.index_overlay import Whole


@dataclass(frozen=True)
class Filing:
    """The grids in force as the import's own transaction sees them."""

    grids: Whole

    @classmethod
    def of(cls, connection: Connection) -> "Filing":
        """Return the grids of this moment."""
        now = connection.execute(select(func.now())).scalar_one()
        return cls(index_overlay.compile(queries.outlines(connection, now)))

    def complete(self, batch: Batch, _file: str) -> Batch:
        """Return the batch with the code of each issue's grid, null outside every grid."""
        if batch.geometry is None:
            return batch
        found = self.grids.assign(shapely.get_coordinates(batch.geometry))
        codes = pa.array(self.grids.codes[:-1], pa.string())
        filed = codes.take(pa.array(found, mask=found == NOWHERE))
        return replace(batch, columns={**batch.columns, "grid_code": filed})
