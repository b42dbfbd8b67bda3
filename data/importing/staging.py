"""Rows on their way in: a temporary table beside the register, filled by COPY."""

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

from data.columns import TABLES, Kind, Type
from data.reading.reader import Batch
from geo.models import WGS84
from geo.models.base import CODE

_SQL: Mapping[Type, TypeEngine[Any]] = {
    Type.TEXT: Text(),
    Type.INT: Integer(),
    Type.DATE: Date(),
    Type.MOMENT: DateTime(timezone=True),
}


def create(connection: Connection, kind: Kind) -> None:
    """Make `incoming` for a kind, empty: its columns, its shape, and where each row stood.

    It goes with the end of the transaction's session, or with the next call.
    """
    columns: list[Column[Any]] = [
        Column(column.name, CODE if _is_code(column.name) else _SQL[column.type])
        for column in TABLES[kind].columns
    ]
    if kind is Kind.BUILDINGS:
        columns.append(Column("retired_on", Date()))
    if kind is Kind.GRID_MEMBERS:
        columns.append(Column("renewed", Boolean, server_default=false()))
    if kind is Kind.ISSUES:
        columns.append(Column("grid_code", CODE))
    shape = Column("geom", Geometry("GEOMETRY", srid=WGS84, spatial_index=False))
    places = Column("file_no", Integer), Column("row_no", BigInteger)
    connection.exec_driver_sql("DROP TABLE IF EXISTS pg_temp.incoming")
    Table("incoming", MetaData(), *columns, shape, *places, prefixes=["TEMPORARY"]).create(
        connection
    )


def empty(connection: Connection) -> None:
    """Take the rows of `incoming` out again."""
    connection.exec_driver_sql("TRUNCATE pg_temp.incoming")


def copy(connection: Connection, batch: Batch, file_no: int) -> None:
    """Append a batch's good rows to `incoming`."""
    parts: dict[str, pa.Array] = dict(batch.columns)
    if batch.ewkb is not None:
        parts["geom"] = batch.ewkb
    parts["file_no"] = pa.array(np.full(len(batch), file_no, dtype=np.int32))
    parts["row_no"] = pa.array(batch.rows)
    stream(connection, "pg_temp.incoming", parts)


def stream(connection: Connection, table: str, columns: Mapping[str, pa.Array]) -> None:
    """COPY columns of equal length into those of a table that have their names."""
    rows = pa.table(dict(columns))
    encoder = ArrowToPostgresBinaryEncoder(rows.schema)
    listed = ", ".join(f'"{column}"' for column in rows.column_names)
    driver = connection.connection.driver_connection
    assert driver is not None
    statement = f"COPY {table} ({listed}) FROM STDIN (FORMAT binary)"
    with driver.cursor().copy(statement) as wire:
        wire.write(encoder.write_header())
        for part in rows.to_batches():
            wire.write(encoder.write_batch(part))
        wire.write(encoder.finish())


def _is_code(name: str) -> bool:
    return name in ("code", "ref") or name.endswith("_code")
