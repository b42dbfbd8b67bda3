"""Map the columns of a file to ours: by name, or as the caller requests."""

from collections.abc import Mapping

from data.columns import Column, DatasetSchema
from data.errors import MissingColumn
from data.reading.coordinate_columns import ALIASES, normalize_name
from data.reading.files.record_stream import RecordStream

ROW_NUMBER = "#"
"""In place of a column's name in a mapping: number the rows instead."""
CONSTANT = "="
"""Begins a constant value of every row in place of a column's name: `level==district`."""
_DBF_WIDTH = 10


def map_columns(
    stream: RecordStream, schema: DatasetSchema, requested: Mapping[str, str]
) -> Mapping[str, str]:
    """Return our column name → the file's, for each of ours that the file has.

    Names are compared by their letters and digits only, ignoring case. Names that dBase cut to
    ten characters match too. Raises MissingColumn for a required column that the file lacks, for
    a requested one that it lacks, and for a requested one that the schema lacks.
    """
    for ours in requested:
        if ours not in schema.column_names and ours not in ALIASES:
            raise MissingColumn(
                f"There is no column {ours!r} in this kind of data.",
                hint=f"Its columns are: {', '.join(schema.column_names)}.",
            )
    by_normalized = {normalize_name(name): name for name in reversed(stream.column_names)}
    mapping = {
        column.name: _find(column, schema, stream, by_normalized, requested.get(column.name))
        for column in schema.columns
    }
    for column in schema.columns:
        if column.required and mapping[column.name] is None:
            raise _missing(column, stream, schema)
    return {ours: theirs for ours, theirs in mapping.items() if theirs is not None}


def _find(
    column: Column,
    schema: DatasetSchema,
    stream: RecordStream,
    by_normalized: Mapping[str, str],
    requested: str | None,
) -> str | None:
    if requested is None:
        full_name = normalize_name(column.name)
        truncated = normalize_name(column.name[:_DBF_WIDTH])
        return by_normalized.get(full_name) or (
            by_normalized.get(truncated) if stream.truncates_names else None
        )
    if requested in stream.column_names or requested.startswith(CONSTANT):
        return requested
    if requested == ROW_NUMBER and schema.key == (column.name,):
        return requested
    if normalize_name(requested) not in by_normalized:
        raise MissingColumn(f"There is no column {requested!r}.", hint=_list_columns(stream))
    return by_normalized[normalize_name(requested)]


def _missing(column: Column, stream: RecordStream, schema: DatasetSchema) -> MissingColumn:
    is_key = schema.key == (column.name,)
    number_rows = f", or number the rows with {column.name}={ROW_NUMBER}"
    constant = ", or one value for all rows with =VALUE"
    return MissingColumn(
        f"There is no column for {column.name!r}, which each row needs.",
        hint=f"{_list_columns(stream)} Name it with --columns {column.name}=THEIRS"
        f"{number_rows if is_key else constant}.",
    )


def _list_columns(stream: RecordStream) -> str:
    return f"{stream.file_name} has: {', '.join(stream.column_names) or 'no columns at all'}."
