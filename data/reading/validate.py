"""Check the rows of one batch, all at once, and keep those with nothing wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.columns import Column, Table, Type
from data.reading.column_mapping import CONSTANT, NUMBERED
from data.reading.duplicate_keys import Seen
from data.reading.files.record_stream import Raw
from data.reading.geometry import shapes
from data.reading.geometry.shapes import Rule
from data.reading.options import ReadOptions
from data.reading.parse import parse, to_text
from data.row_errors import Notes, RowError

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Rules:
    """What rows of one file are checked against."""

    file: str
    table: Table
    mapping: Mapping[str, str]
    shape: Rule
    options: ReadOptions
    notes: Notes
    shaped: bool


@dataclass
class Check:
    """The checks of one batch: every fault is a row's, and only rows without one are good."""

    rules: Rules
    raw: Raw
    faults: list[RowError] = field(default_factory=list)
    columns: dict[str, pa.Array] = field(default_factory=dict)
    nonsense: dict[str, Bools] = field(default_factory=dict)
    ewkb: pa.Array | None = None

    def run(self, seen: Seen) -> None:
        """Fill `columns` and `ewkb`, and `good` with where no fault was found."""
        self.good = np.ones(len(self.raw), dtype=np.bool_)
        lost = np.isin(self.raw.rows, [fault.row for fault in self.raw.faults])
        self.good &= ~lost
        for column in self.rules.table.columns:
            self.columns[column.name] = self._column(column)
        for column in self.rules.table.columns:
            if column.required:
                self._required(column)
        if self.rules.shaped:
            self.ewkb = self._geometry(lost)
        self._duplicates(seen)
        self.faults.sort(key=lambda fault: fault.row)

    def _column(self, column: Column) -> pa.Array:
        theirs = self.rules.mapping.get(column.name)
        if theirs is None:
            return pa.nulls(len(self.raw), _ARROW[column.type])
        if theirs == NUMBERED:
            stem = self.rules.file.partition(".")[0]
            return pa.array([f"{stem}-{row}" for row in self.raw.rows], pa.string())
        array = self._stated(theirs)
        zone = self.rules.options.timezone
        parsed = parse(array, column, zone)
        if parsed.naive:
            self.rules.notes.add(f"Moments without a zone were read in {zone}", parsed.naive)
        if parsed.bad.any():
            self._nonsense(column, to_text(array), parsed.bad)
        return parsed.values

    def _stated(self, theirs: str) -> pa.Array:
        names = self.raw.table.schema.names
        if theirs not in names:
            constant = theirs.removeprefix(CONSTANT)
            return pa.array([constant] * len(self.raw), pa.string())
        return self.raw.table.column(names.index(theirs))

    def _nonsense(self, column: Column, text: pa.Array, bad: Bools) -> None:
        self.nonsense[column.name] = bad
        self._fault(
            bad,
            f"bad_{column.name}",
            lambda at: f"{text[at].as_py()[:60]!r} {_complaint(column)}",
            _choice(column) if column.words else _ADVICE[column.type],
            column.name,
        )

    def _required(self, column: Column) -> None:
        empty = np.asarray(self.columns[column.name].is_null(), dtype=np.bool_)
        if column.name in self.nonsense:
            empty &= ~self.nonsense[column.name]
        self._fault(
            empty,
            "missing_value",
            lambda _: "nothing is stated",
            "Fill it in, or take the row out.",
            column.name,
        )

    def _geometry(self, lost: Bools) -> pa.Array:
        ewkb, flaws = shapes.check(self.raw.wkb, self.rules.shape, self.rules.notes)
        for flaw in flaws:
            if not lost[flaw.position]:
                self._add(flaw.position, flaw.kind, flaw.what, flaw.mend)
            self.good[flaw.position] = False
        return ewkb

    def _duplicates(self, seen: Seen) -> None:
        earlier = seen.earlier(self.columns, self.raw.rows, self.good)
        self._fault(
            earlier > 0,
            "duplicate",
            lambda at: f"the same {' and '.join(self.rules.table.key)} as row {earlier[at]}",
            "Keep one of them.",
        )

    def _fault(
        self,
        bad: Bools,
        kind: str,
        what: Callable[[int], str],
        mend: str,
        column: str | None = None,
    ) -> None:
        for at in np.flatnonzero(bad):
            self._add(int(at), kind, what(int(at)), mend, column)
        self.good &= ~bad

    def _add(self, at: int, kind: str, what: str, mend: str, column: str | None = None) -> None:
        key = self.rules.table.key
        codes = self.columns.get(key[0]) if key else None
        code = codes[at].as_py() if codes is not None else None
        row = int(self.raw.rows[at])
        self.faults.append(RowError(self.rules.file, row, kind, what, mend, column, code))


_ARROW = {
    Type.TEXT: pa.string(),
    Type.INT: pa.int32(),
    Type.DATE: pa.date32(),
    Type.MOMENT: pa.timestamp("us", "UTC"),
}
_ADVICE = {
    Type.TEXT: "Shorten it.",
    Type.INT: "Write it in digits.",
    Type.DATE: "Write it year first: 2016-07-31.",
    Type.MOMENT: "Write it year first, with its zone: 2016-07-31 08:00+08:00.",
}


def _complaint(column: Column) -> str:
    if column.words:
        return "is none of the known words"
    return {
        Type.TEXT: f"is longer than {column.longest} characters, or holds a zero character",
        Type.INT: f"is no whole number from {column.least} to {column.most}",
        Type.DATE: "is no day",
        Type.MOMENT: "is no moment",
    }[column.type]


def _choice(column: Column) -> str:
    return f"Use one of: {', '.join(dict.fromkeys(column.words.values()))}."
