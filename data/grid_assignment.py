"""Assign the rows of a table to grids: adds a grid column and an error column, and a summary."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.reading.coordinate_columns import ALIASES, normalize_name
from geo.errors import Invalid
from geo.geometry.datums import Coords, Datum, to_wgs84
from geo.lookup.index.edges import NOWHERE
from geo.lookup.snapshots import Snapshot

GRID_COLUMN, ERROR_COLUMN = "grid_code", "grid_fault"
"""The added columns; the second is null except for rows without valid coordinates."""

NOT_NUMBERS, OUT_OF_RANGE, SWAPPED = "not_numbers", "out_of_range", "swapped"


class NoCoordinates(Invalid):
    """The table has no columns of longitude and latitude."""

    code = "no_coordinates"


class ColumnTwice(Invalid):
    """A column of the table or of its result would occur twice."""

    code = "column_twice"


class BadCoordinateColumn(Invalid):
    """A coordinate column has a type that holds no numbers, such as a list or a date."""

    code = "bad_coordinate_column"


@dataclass
class AssignmentSummary:
    """How many rows there were, how many are in a grid, in none, and invalid."""

    rows: int = 0
    in_grids: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    swapped_in_grids: int = 0
    """Rows in no grid that would be in one with longitude and latitude swapped."""
    without_datum_in_grids: int = 0
    """Rows in no grid that would be in one if they were WGS 84."""

    @property
    def outside(self) -> int:
        """Rows with valid coordinates that are in no grid."""
        return self.rows - self.in_grids - self.errors.total()

    def messages(self, datum: Datum) -> Iterator[str]:
        """Yield the counts, and likely causes of many rows in no grid."""
        yield f"{self.rows:,} rows: {self.in_grids:,} in a grid, {self.outside:,} in none."
        for kind, count in self.errors.most_common():
            yield f"{count:,} rows have invalid coordinates: {ERROR_MEANINGS[kind]}."
        if 2 * self.swapped_in_grids > self.rows - self.in_grids:
            yield (
                f"Longitude and latitude look swapped: {self.swapped_in_grids:,} of the rows in "
                "no grid would be in one after a swap."
            )
        elif 2 * self.without_datum_in_grids > self.rows - self.in_grids:
            yield (
                f"The datum {datum} looks wrong: {self.without_datum_in_grids:,} of the rows in "
                "no grid would be in one as wgs84."
            )


ERROR_MEANINGS: Mapping[str, str] = {
    NOT_NUMBERS: "empty, text, or not a number",
    OUT_OF_RANGE: "beyond 180 degrees of longitude or 90 of latitude",
    SWAPPED: "a latitude beyond 90 degrees that could be a longitude: the two look swapped",
}


def find_coordinate_columns(names: list[str], lon: str | None, lat: str | None) -> tuple[str, str]:
    """Return the names of the longitude and latitude columns, as requested or by known aliases.

    Raises NoCoordinates, listing the columns of the table, and ColumnTwice.
    """
    columns = _find_column(names, "lon", lon), _find_column(names, "lat", lat)
    for column in columns:
        if names.count(column) > 1:
            raise ColumnTwice(
                f"The table has {names.count(column)} columns {column!r}.",
                hint="Rename or remove all but one.",
            )
    for column in (GRID_COLUMN, ERROR_COLUMN):
        if column in names:
            raise ColumnTwice(
                f"The table has a column {column!r} already, which the result adds.",
                hint="Rename or remove it.",
            )
    return columns


def _find_column(names: list[str], part: str, requested: str | None) -> str:
    by_normalized = {normalize_name(name): name for name in reversed(names)}
    candidates = (normalize_name(requested),) if requested is not None else ALIASES[part]
    for candidate in candidates:
        if candidate in by_normalized:
            return by_normalized[candidate]
    listed = ", ".join(names) or "none at all"
    raise NoCoordinates(
        f"There is no column {requested or part!r}; the columns are: {listed}.",
        hint="Name the columns of longitude and latitude with lon and lat.",
    )


def add_grid_columns(
    rows: pa.RecordBatch,
    coordinate_columns: tuple[str, str],
    datum: Datum,
    snapshot: Snapshot,
    summary: AssignmentSummary,
) -> pa.RecordBatch:
    """Return the rows with the code of their grid, null outside, and the error of each, if any."""
    coords = np.column_stack([_numbers(rows.column(name), name) for name in coordinate_columns])
    errors = _coordinate_errors(coords)
    positions = _assign(coords, errors, datum, snapshot, summary)
    codes = pa.array(snapshot.codes[:-1], pa.string())
    codes = codes.take(pa.array(positions, mask=positions == NOWHERE))
    with_codes = rows.append_column(GRID_COLUMN, codes)
    return with_codes.append_column(ERROR_COLUMN, pa.array(errors, pa.string(), mask=errors == ""))


def find_grids(
    coords: Coords, datum: Datum, snapshot: Snapshot, summary: AssignmentSummary
) -> NDArray[np.int32]:
    """Return the position of the grid of each of n points, or NOWHERE, (n, 2) → (n,).

    Adds the points to the summary.
    """
    return _assign(coords, _coordinate_errors(coords), datum, snapshot, summary)


def _assign(
    coords: Coords,
    errors: NDArray[np.str_],
    datum: Datum,
    snapshot: Snapshot,
    summary: AssignmentSummary,
) -> NDArray[np.int32]:
    is_wgs84 = datum in (Datum.WGS84, Datum.CGCS2000)
    positions = snapshot.assign_positions(coords if is_wgs84 else to_wgs84(coords, datum))
    positions[errors != ""] = NOWHERE
    outside = positions == NOWHERE
    summary.rows += len(positions)
    summary.in_grids += len(positions) - int(outside.sum())
    if outside.any():
        summary.errors.update(errors[errors != ""].tolist())
        summary.swapped_in_grids += _count_in_grids(snapshot, coords[outside, ::-1])
        if not is_wgs84:
            summary.without_datum_in_grids += _count_in_grids(snapshot, coords[outside])
    return positions


def _count_in_grids(snapshot: Snapshot, coords: Coords) -> int:
    return int((snapshot.assign_positions(coords) != NOWHERE).sum())


def _coordinate_errors(coords: Coords) -> NDArray[np.str_]:
    """Return the error of each of n points, empty for valid ones: (n, 2) → (n,)."""
    lon, lat = coords.T
    errors: NDArray[np.str_] = np.full(len(coords), "", dtype="U12")
    invalid = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    if invalid.any():
        are_numbers = np.isfinite(coords).all(axis=1)
        swapped = are_numbers & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
        errors[invalid] = OUT_OF_RANGE
        errors[invalid & swapped] = SWAPPED
        errors[~are_numbers] = NOT_NUMBERS
    return errors


def _numbers(column: pa.Array, name: str) -> NDArray[np.float64]:
    """Return a column as floats, NaN for empty values and text that is no number.

    Raises BadCoordinateColumn for types other than numbers and text.
    """
    if pa.types.is_dictionary(column.type):  # few values, each of which may be long
        values = _numbers(column.dictionary, name)
        column = pa.array(values, pa.float64()).take(column.indices)
    types = pa.types
    is_text = types.is_string(column.type) or types.is_large_string(column.type)
    is_number = types.is_integer(column.type) or types.is_floating(column.type)
    if not (is_text or is_number or types.is_decimal(column.type) or types.is_null(column.type)):
        raise BadCoordinateColumn(
            f"The column {name!r} has the type {column.type}.", hint="Send numbers or text."
        )
    if is_text:
        column = _parse_numbers(column)
    numbers = column.cast(pa.float64(), safe=False)  # integers above 2^53 are no coordinates
    return np.asarray(numbers.fill_null(np.nan), dtype=np.float64)


def _parse_numbers(column: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(column)
    try:
        return trimmed.cast(pa.float64())
    except pa.ArrowInvalid:
        number = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
        is_number = pc.match_substring_regex(trimmed, number)
        return pc.if_else(is_number, trimmed, pa.scalar(None, trimmed.type)).cast(pa.float64())
