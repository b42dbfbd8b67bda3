"""Rows of the database as cells: words for values, names of areas, both coordinates, local time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from api.exports.columns import Columns, ExportColumn
from api.exports.subjects import ExportLanguage
from data.exporting.table import Cell, CellFormat
from geo import city_time
from geo.areas import AreaNames
from geo.export_rows import Row
from geo.feature_query import PRECISION
from geo.geometry.datums import Datum, from_wgs84

_PLACES: Final = ("community_code", "grid_code", "code")
"""The first of these attributes that rows have says which areas they are in."""


@dataclass(frozen=True)
class RowFormatter:
    """Turns rows into cells of columns."""

    columns: Columns
    language: ExportLanguage
    names: AreaNames

    def cells(self, batches: Iterable[Sequence[Row]]) -> Iterator[list[Cell]]:
        """Yield the cells of each row."""
        converters = [
            (position, self._converter(column))
            for position, column in enumerate(self.columns)
            if column.terms is not None or column.format is CellFormat.TIMESTAMP
        ]
        keys = [column.key for column in self.columns]
        for batch in batches:
            _locate(batch)
            for row in batch:
                values = self._values(row)
                cells = [values.get(key) for key in keys]
                for position, convert in converters:
                    if cells[position] is not None:
                        cells[position] = convert(cells[position])
                yield cells

    def _values(self, row: Row) -> Row:
        """Return a row with the names of its areas, and its state in words."""
        place = next(key for key in _PLACES if key in row)
        values: Row = {**self.names.above(row[place]), **row}
        if self.language.is_english and row.get("name_en"):
            values["name"] = row["name_en"]
        if "covered" in row and "reason" in row:
            values["standing"] = self.language.texts[row["reason"] or "covered"]
        return values

    def _converter(self, column: ExportColumn) -> Callable[[Any], Cell]:
        terms = column.terms
        if terms is None:
            return lambda timestamp: city_time.local_time(timestamp, self.language.zone)
        prefix = "" if terms == "level" else f"{terms}."
        return lambda value: self.language.texts.get(f"{prefix}{value}", value)


def _locate(batch: Sequence[Row]) -> None:
    """Round the location of each row to a centimetre, and add it in GCJ-02."""
    located = [row for row in batch if row["lon"] is not None]
    wgs84 = np.array([(row["lon"], row["lat"]) for row in located], dtype=np.float64)
    degrees = np.hstack([wgs84.reshape(-1, 2), from_wgs84(wgs84, Datum.GCJ02)])
    for row, location in zip(located, degrees.round(PRECISION).tolist(), strict=True):
        row["lon"], row["lat"], row["lon_gcj02"], row["lat_gcj02"] = location
