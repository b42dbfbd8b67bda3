"""Validate the rows of one batch column by column, and mark the valid ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.columns import Column, ColumnType, DatasetSchema
from data.reading.column_mapping import CONSTANT, ROW_NUMBER
from data.reading.duplicate_keys import KeyIndex
from data.reading.files.record_stream import RawBatch
from data.reading.geometry import checks
from data.reading.geometry.checks import GeometryRules
from data.reading.notes import Notes
from data.reading.options import ReadOptions
from data.reading.parse import parse, to_text
from data.row_errors import RowError

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class ValidationRules:
    """The rules for the rows of one file."""

    file_name: str
    schema: DatasetSchema
    mapping: Mapping[str, str]
    """Our column name → the file's."""
    geometry: GeometryRules
    options: ReadOptions
    notes: Notes
    has_geometry: bool


@dataclass
class BatchValidator:
    """Validates one batch: each error belongs to a row, and rows without errors are valid."""

    rules: ValidationRules
    raw: RawBatch
    errors: list[RowError] = field(default_factory=list)
    columns: dict[str, pa.Array] = field(default_factory=dict)
    unparsed: dict[str, Bools] = field(default_factory=dict)
    ewkb: pa.Array | None = None

    def run(self, key_index: KeyIndex) -> None:
        """Set `columns` and `ewkb`, add all errors, and set `valid` to where there is none."""
        self.valid = np.ones(len(self.raw), dtype=np.bool_)
        unreadable = np.isin(self.raw.row_numbers, [error.row for error in self.raw.errors])
        self.valid &= ~unreadable
        for column in self.rules.schema.columns:
            self.columns[column.name] = self._parse_column(column)
        for column in self.rules.schema.columns:
            if column.required:
                self._check_required(column)
        if self.rules.has_geometry:
            self.ewkb = self._check_geometry(unreadable)
        self._check_duplicates(key_index)
        self.errors.sort(key=lambda error: error.row)

    def _parse_column(self, column: Column) -> pa.Array:
        source = self.rules.mapping.get(column.name)
        if source is None:
            return pa.nulls(len(self.raw), _ARROW_TYPES[column.type])
        if source == ROW_NUMBER:
            stem = self.rules.file_name.partition(".")[0]
            return pa.array([f"{stem}-{row}" for row in self.raw.row_numbers], pa.string())
        array = self._source_values(source)
        timezone = self.rules.options.timezone
        parsed = parse(array, column, timezone)
        if parsed.naive_count:
            self.rules.notes.add(
                f"Timestamps without a time zone were read in {timezone}", parsed.naive_count
            )
        if parsed.invalid.any():
            self._report_unparsed(column, to_text(array), parsed.invalid)
        return parsed.values

    def _source_values(self, source: str) -> pa.Array:
        names = self.raw.attributes.schema.names
        if source not in names:
            constant = source.removeprefix(CONSTANT)
            return pa.array([constant] * len(self.raw), pa.string())
        return self.raw.attributes.column(names.index(source))

    def _report_unparsed(self, column: Column, text: pa.Array, invalid: Bools) -> None:
        self.unparsed[column.name] = invalid
        self._report(
            invalid,
            f"bad_{column.name}",
            lambda i: f"{text[i].as_py()[:60]!r} {_complaint(column)}",
            _vocabulary_hint(column) if column.vocabulary else _TYPE_HINTS[column.type],
            column.name,
        )

    def _check_required(self, column: Column) -> None:
        empty = np.asarray(self.columns[column.name].is_null(), dtype=np.bool_)
        if column.name in self.unparsed:
            empty &= ~self.unparsed[column.name]
        self._report(
            empty,
            "missing_value",
            lambda _: "the value is missing",
            "Fill it in, or remove the row.",
            column.name,
        )

    def _check_geometry(self, unreadable: Bools) -> pa.Array:
        ewkb, problems = checks.validate_geometries(
            self.raw.wkb, self.rules.geometry, self.rules.notes
        )
        for problem in problems:
            if not unreadable[problem.position]:
                self._add_error(problem.position, problem.kind, problem.message, problem.hint)
            self.valid[problem.position] = False
        return ewkb

    def _check_duplicates(self, key_index: KeyIndex) -> None:
        earlier = key_index.find_duplicates(self.columns, self.raw.row_numbers, self.valid)
        key = " and ".join(self.rules.schema.key)
        self._report(
            earlier > 0,
            "duplicate",
            lambda i: f"the same {key} as row {earlier[i]}",
            "Keep one of them.",
        )

    def _report(
        self,
        bad: Bools,
        kind: str,
        message: Callable[[int], str],
        hint: str,
        column: str | None = None,
    ) -> None:
        for position in map(int, np.flatnonzero(bad)):
            self._add_error(position, kind, message(position), hint, column)
        self.valid &= ~bad

    def _add_error(
        self, position: int, kind: str, message: str, hint: str, column: str | None = None
    ) -> None:
        key = self.rules.schema.key
        codes = self.columns.get(key[0]) if key else None
        code = codes[position].as_py() if codes is not None else None
        row = int(self.raw.row_numbers[position])
        self.errors.append(RowError(self.rules.file_name, row, kind, message, hint, column, code))


_ARROW_TYPES = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INT: pa.int32(),
    ColumnType.DATE: pa.date32(),
    ColumnType.TIMESTAMP: pa.timestamp("us", "UTC"),
}
_TYPE_HINTS = {
    ColumnType.TEXT: "Shorten it.",
    ColumnType.INT: "Write it in digits.",
    ColumnType.DATE: "Write it year first: 2016-07-31.",
    ColumnType.TIMESTAMP: "Write it year first, with its time zone: 2016-07-31 08:00+08:00.",
}


def _complaint(column: Column) -> str:
    if column.vocabulary:
        return "is not an accepted value"
    return {
        ColumnType.TEXT: (
            f"is longer than {column.max_length} characters, or contains a null character"
        ),
        ColumnType.INT: f"is no whole number from {column.min_value} to {column.max_value}",
        ColumnType.DATE: "is not a date",
        ColumnType.TIMESTAMP: "is not a timestamp",
    }[column.type]


def _vocabulary_hint(column: Column) -> str:
    return f"Use one of: {', '.join(dict.fromkeys(column.vocabulary.values()))}."
