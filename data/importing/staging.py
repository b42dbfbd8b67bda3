"""The staging table `incoming`: a temporary table that COPY fills and SQL merges from."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from geoalchemy2 import Geometry
from pgpq import ArrowToPostgresBinaryEncoder
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    false,
)
from sqlalchemy.types import TypeEngine

from data.columns import SCHEMAS, ColumnType, DatasetKind
from data.reading.reader import RowBatch
from geo.models import WGS84
from geo.models.base import CODE

_SQL: Mapping[ColumnType, TypeEngine[Any]] = {
    ColumnType.TEXT: Text(),
    ColumnType.INT: Integer(),
    ColumnType.DATE: Date(),
    ColumnType.TIMESTAMP: DateTime(timezone=True),
}


def create_table(connection: Connection, kind: DatasetKind) -> None:
    """Create `incoming` for a kind: its columns, a geometry, and the file and row numbers.

    It is dropped at the end of the database session, or by the next call.
    """
    columns: list[Column[Any]] = [
        Column(column.name, CODE if _is_code(column.name) else _SQL[column.type])
        for column in SCHEMAS[kind].columns
    ]
    if kind is DatasetKind.BUILDINGS:
        columns.append(Column("retired_on", Date()))
    if kind is DatasetKind.GRID_MEMBERS:
        columns.append(Column("person_changed", Boolean, server_default=false()))
    if kind is DatasetKind.ISSUES:
        columns.append(Column("grid_code", CODE))
    geometry = Column("geom", Geometry("GEOMETRY", srid=WGS84, spatial_index=False))
    position = Column("file_no", Integer), Column("row_no", BigInteger)
    connection.exec_driver_sql("DROP TABLE IF EXISTS pg_temp.incoming")
    Table("incoming", MetaData(), *columns, geometry, *position, prefixes=["TEMPORARY"]).create(
        connection
    )


def truncate(connection: Connection) -> None:
    """Delete all rows of `incoming`."""
    connection.exec_driver_sql("TRUNCATE pg_temp.incoming")


def copy_batch(connection: Connection, batch: RowBatch, file_no: int) -> None:
    """Append the valid rows of a batch to `incoming`."""
    columns: dict[str, pa.Array] = dict(batch.columns)
    if batch.ewkb is not None:
        columns["geom"] = batch.ewkb
    columns["file_no"] = pa.array(np.full(len(batch), file_no, dtype=np.int32))
    columns["row_no"] = pa.array(batch.row_numbers)
    copy_columns(connection, "pg_temp.incoming", columns)


def copy_columns(connection: Connection, table: str, columns: Mapping[str, pa.Array]) -> None:
    """COPY columns of equal length into the columns of the same names of a table."""
    rows = pa.table(dict(columns))
    encoder = ArrowToPostgresBinaryEncoder(rows.schema)
    names = ", ".join(f'"{column}"' for column in rows.column_names)
    driver = connection.connection.driver_connection
    assert driver is not None
    statement = f"COPY {table} ({names}) FROM STDIN (FORMAT binary)"
    with driver.cursor().copy(statement) as stream:
        stream.write(encoder.write_header())
        for batch in rows.to_batches():
            stream.write(encoder.write_batch(batch))
        stream.write(encoder.finish())


def _is_code(name: str) -> bool:
    return name in ("code", "ref") or name.endswith("_code")
