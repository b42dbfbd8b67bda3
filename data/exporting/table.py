"""A table as people read it: a title, headers, and rows of cells of known formats."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

Cell = str | int | float | datetime.date | datetime.datetime | None
"""A datetime is naive, in the city's time zone: a cell of a workbook has no zone."""


class CellFormat(Enum):
    """What the cells of a column are, besides None."""

    TEXT = auto()
    NUMBER = auto()
    """A whole number without separators, such as a year."""
    COUNT = auto()
    PERCENT = auto()
    """A fraction of 1."""
    DEGREES = auto()
    DATE = auto()
    TIMESTAMP = auto()


@dataclass(frozen=True)
class TableColumn:
    """A column of a table."""

    header: str
    format: CellFormat = CellFormat.TEXT


@dataclass(frozen=True)
class Table:
    """A table whose rows are read once, one after the other."""

    name: str
    """The subject, short enough for the tab of a worksheet."""
    title: str
    columns: Sequence[TableColumn]
    rows: Iterable[Sequence[Cell]]
