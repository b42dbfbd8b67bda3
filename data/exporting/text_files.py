"""Write a table as CSV for spreadsheets, and features as GeoJSON, in constant memory."""

import csv
import datetime
import io
from collections.abc import Iterable
from typing import IO

from data.exporting.table import Cell, Table
from data.formulas import quote_formula


def write_csv(table: Table, file: IO[bytes]) -> int:
    """Write headers and rows to a file as CSV (RFC 4180), and return the number of rows.

    It begins with a byte-order mark, without which Excel reads Chinese as another encoding. A text
    that a spreadsheet would run as a formula has an apostrophe before it.
    """
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([column.header for column in table.columns])
    count = 0
    for row in table.rows:
        count += 1
        writer.writerow([_format_cell(cell) for cell in row])
    text.detach()
    return count


def _format_cell(cell: Cell) -> object:
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ", "minutes")
    return quote_formula(cell)


def write_feature_collection(features: Iterable[str], file: IO[bytes]) -> int:
    """Write features, each already GeoJSON, as one FeatureCollection; return their number."""
    file.write(b'{"type": "FeatureCollection", "features": [')
    count = 0
    for feature in features:
        file.write(b",\n" if count else b"\n")
        file.write(feature.encode())
        count += 1
    file.write(b"\n]}\n")
    return count
