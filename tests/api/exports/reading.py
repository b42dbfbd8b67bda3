"""Reads export files as a reader does."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl
from fastapi.testclient import TestClient
from openpyxl.worksheet.worksheet import Worksheet

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class ExportedTable:
    """The headers and rows of a file; a workbook has a title too."""

    headers: list[str]
    rows: list[tuple[Any, ...]]
    title: str | None = None

    def column(self, header: str) -> list[Any]:
        return [row[self.headers.index(header)] for row in self.rows]


def open_worksheet(content: bytes) -> Worksheet:
    """Return the only worksheet of a workbook."""
    [worksheet] = openpyxl.load_workbook(io.BytesIO(content))
    return worksheet


def read_workbook(content: bytes) -> ExportedTable:
    [title, *_], headers, *rows = open_worksheet(content).iter_rows(values_only=True)
    return ExportedTable(list(headers), rows, title)


def read_csv(content: bytes) -> ExportedTable:
    assert content.startswith(BOM)
    headers, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return ExportedTable(headers, [tuple(row) for row in rows])


def pages(client: TestClient, url: str) -> Iterator[dict[str, Any]]:
    """Yield the features of every page of a list."""
    while url:
        document = client.get(url).json()
        yield from document["features"]
        url = document["links"][0]["href"] if document["links"] else ""
