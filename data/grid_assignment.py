"""Placing the rows of a table in grids: a column for the grid, one for what is wrong, a summary."""

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
"""The columns that are added; the second only says something where a row has no coordinates."""

NOT_NUMBERS, OUT_OF_RANGE, SWAPPED = "not_numbers", "out_of_range", "swapped"


class NoCoordinates(Invalid):
    """No columns of the table are longitude and latitude."""

    code = "no_coordinates"


@dataclass
class AssignmentSummary:
    """How many rows there were, in a grid, in none, and faulty."""

    rows: int = 0
    in_grids: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    swapped_in_grids: int = 0
    """Rows in no grid that would be in one if their latitude were their longitude."""
    without_datum_in_grids: int = 0
    """Rows in no grid that would be in one if they were WGS 84."""

    @property
    def outside(self) -> int:
        """Rows with good coordinates that are in no grid."""
        return self.rows - self.in_grids - self.errors.total()

    def messages(self, datum: Datum) -> Iterator[str]:
        """Yield what was done, and what looks wrong."""
        yield f"{self.rows:,} rows: {self.in_grids:,} in a grid, {self.outside:,} in none."
        for kind, count in self.errors.most_common():
            yield f"{count:,} rows are not coordinates: {ERROR_MEANINGS[kind]}."
        if 2 * self.swapped_in_grids > self.rows - self.in_grids:
            found = f"{self.swapped_in_grids:,} of those in none would be in a grid turned round"
            yield f"Longitude and latitude look swapped: {found}."
        elif 2 * self.without_datum_in_grids > self.rows - self.in_grids:
            found = f"{self.without_datum_in_grids:,} of those in none would be in a grid as wgs84"
            yield f"The datum {datum} looks wrong: {found}."


ERROR_MEANINGS: Mapping[str, str] = {
    NOT_NUMBERS: "empty, text, or not a number",
    OUT_OF_RANGE: "beyond 180 degrees of longitude or 90 of latitude",
    SWAPPED: "a latitude beyond 90 degrees that could be a longitude: the two look swapped",
}


def find_coordinate_columns(names: list[str], lon: str | None, lat: str | None) -> tuple[str, str]:
    """Return the names of the longitude and latitude columns, as told or as recognised.

    Raises NoCoordinates, listing the columns there are.
    """
    found = [_column(names, part, told) for part, told in (("lon", lon), ("lat", lat))]
    return found[0], found[1]


def _column(names: list[str], part: str, told: str | None) -> str:
    by_plain = {normalize_name(name): name for name in reversed(names)}
    wanted = (normalize_name(told),) if told is not None else ALIASES[part]
    for name in wanted:
        if name in by_plain:
            return by_plain[name]
    listed = ", ".join(names) or "none at all"
    raise NoCoordinates(
        f"There is no column {told or part!r}; the columns are: {listed}.",
        hint="Name the columns of longitude and latitude with lon and lat.",
    )


def add_grid_columns(
    rows: pa.RecordBatch,
    at: tuple[str, str],
    datum: Datum,
    snapshot: Snapshot,
    summary: AssignmentSummary,
) -> pa.RecordBatch:
    """Return the rows with the code of each one's grid, null outside, and its fault, if any."""
    coords = np.column_stack([_numbers(rows.column(name)) for name in at])
    faults = _coordinate_errors(coords)
    found = _positions(coords, faults, datum, snapshot, summary)
    codes = pa.array(snapshot.codes[:-1], pa.string()).take(pa.array(found, mask=found == NOWHERE))
    placed = rows.append_column(GRID_COLUMN, codes)
    return placed.append_column(ERROR_COLUMN, pa.array(faults, pa.string(), mask=faults == ""))


def find_grids(
    coords: Coords, datum: Datum, snapshot: Snapshot, summary: AssignmentSummary
) -> NDArray[np.int32]:
    """Return the position of the grid of each of n points, (n, 2) → (n,), and count them."""
    return _positions(coords, _coordinate_errors(coords), datum, snapshot, summary)


def _positions(
    coords: Coords,
    faults: NDArray[np.str_],
    datum: Datum,
    snapshot: Snapshot,
    summary: AssignmentSummary,
) -> NDArray[np.int32]:
    as_wgs84 = datum in (Datum.WGS84, Datum.CGCS2000)
    found = snapshot.assign_positions(coords if as_wgs84 else to_wgs84(coords, datum))
    found[faults != ""] = NOWHERE
    nowhere = found == NOWHERE
    summary.rows += len(found)
    summary.in_grids += len(found) - int(nowhere.sum())
    if nowhere.any():
        summary.errors.update(faults[faults != ""].tolist())
        summary.swapped_in_grids += _in_grids(snapshot, coords[nowhere, ::-1])
        if not as_wgs84:
            summary.without_datum_in_grids += _in_grids(snapshot, coords[nowhere])
    return found


def _in_grids(snapshot: Snapshot, coords: Coords) -> int:
    return int((snapshot.assign_positions(coords) != NOWHERE).sum())


def _coordinate_errors(coords: Coords) -> NDArray[np.str_]:
    lon, lat = coords.T
    faults: NDArray[np.str_] = np.full(len(coords), "", dtype="U12")
    off = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    if off.any():
        numbers = np.isfinite(coords).all(axis=1)
        turned = numbers & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
        faults[off] = OUT_OF_RANGE
        faults[off & turned] = SWAPPED
        faults[~numbers] = NOT_NUMBERS
    return faults


def _numbers(column: pa.Array) -> NDArray[np.float64]:
    """Return a column as floats, NaN for what is empty or no number."""
    if not pa.types.is_floating(column.type):
        column = _parsed(column)
    return np.asarray(column.cast(pa.float64()).fill_null(np.nan), dtype=np.float64)


def _parsed(column: pa.Array) -> pa.Array:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column.cast(pa.float64())
    trimmed = pc.utf8_trim_whitespace(column)
    try:
        return trimmed.cast(pa.float64())
    except pa.ArrowInvalid:
        number = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
        good = pc.match_substring_regex(trimmed, number)
        return pc.if_else(good, trimmed, pa.scalar(None, trimmed.type)).cast(pa.float64())
