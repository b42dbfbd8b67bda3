"""Write a table as CSV for spreadsheets, and features as GeoJSON, in constant memory."""

import csv
import datetime
import io
from collections.abc import Iterable
from typing import IO

from data.exporting.table import Cell, Table
from data.formulas import quote_formula


def write_csv(table: Table, file: IO[bytes]) -> None:
    """Write headers and rows to a file as CSV (RFC 4180), without the title.

    It begins with a byte-order mark, without which Excel reads Chinese as another encoding. A text
    that a spreadsheet would run as a formula has an apostrophe before it.
    """
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([column.header for column in table.columns])
    for row in table.rows:
        writer.writerow([_format_cell(cell) for cell in row])
    text.detach()


def _format_cell(cell: Cell) -> object:
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ", "minutes")
    return quote_formula(cell)


def write_feature_collection(features: Iterable[str], file: IO[bytes]) -> None:
    """Write features, each already GeoJSON, to a file as one FeatureCollection."""
    separator = b'{"type": "FeatureCollection", "features": [\n'
    for feature in features:
        file.write(separator)
        file.write(feature.encode())
        separator = b",\n"
    if separator != b",\n":
        file.write(separator)
    file.write(b"\n]}\n")
