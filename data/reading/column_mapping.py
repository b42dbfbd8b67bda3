"""Which column of a file is which of ours: by name, or as the caller says."""

from collections.abc import Mapping

from data.columns import Column, Table
from data.reading.coordinate_columns import NAMES, plain
from data.reading.files.record_stream import Stream
from data.row_errors import MissingColumn

NUMBERED = "#"
"""Stands for a column's name in a mapping: number the rows instead."""
CONSTANT = "="
"""Begins a value that every row gets, in place of a column's name: `level==district`."""
_DBF_WIDTH = 10


def match(stream: Stream, table: Table, given: Mapping[str, str]) -> Mapping[str, str]:
    """Return our column name → the file's, for each of ours that the file has.

    Names are compared by letters and digits alone, in small letters; names cut to the ten
    letters of a dBase table are recognised. Raises MissingColumn for a required column that the
    file lacks, a given one that it lacks, and a given one that is none of ours.
    """
    for ours in given:
        if ours not in table.names and ours not in NAMES:
            raise MissingColumn(
                f"{ours!r} is none of our columns.", hint=f"They are: {', '.join(table.names)}."
            )
    known = {plain(field): field for field in reversed(stream.fields)}
    found = {
        column.name: _find(column, table, stream, known, given.get(column.name))
        for column in table.columns
    }
    for column in table.columns:
        if column.required and found[column.name] is None:
            raise _missing(column, stream, table)
    return {ours: theirs for ours, theirs in found.items() if theirs is not None}


def _find(
    column: Column, table: Table, stream: Stream, known: Mapping[str, str], given: str | None
) -> str | None:
    if given is None:
        cut = plain(column.name[:_DBF_WIDTH])
        return known.get(plain(column.name)) or (known.get(cut) if stream.dbase else None)
    if given in stream.fields or given.startswith(CONSTANT):
        return given
    if given == NUMBERED and table.key == (column.name,):
        return given
    if plain(given) not in known:
        raise MissingColumn(f"There is no column {given!r}.", hint=_listed(stream))
    return known[plain(given)]


def _missing(column: Column, stream: Stream, table: Table) -> MissingColumn:
    numbered = f", or number the rows with {column.name}={NUMBERED}"
    return MissingColumn(
        f"There is no column for {column.name!r}, which each row needs.",
        hint=f"{_listed(stream)} Name it with --columns {column.name}=THEIRS"
        f"{numbered if table.key == (column.name,) else ', or one value for all with =VALUE'}.",
    )


def _listed(stream: Stream) -> str:
    return f"{stream.name} has: {', '.join(stream.fields) or 'no columns at all'}."
