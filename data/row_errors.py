"""What is wrong in a file: faults row by row, notes about the whole, and the errors they become."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from geo.errors import Invalid

KEPT = 100
"""How many faults are kept in full; the others are counted."""
LISTED = 20
"""How many faults a message lists."""
_MEND = "Mend the file, or load the good rows with --on-error skip --rejects FILE."


@dataclass(frozen=True)
class RowError:
    """One thing wrong with one row, and how to mend it.

    `row` counts the rows of data from 1: the header of a table is not a row. `kind` is a short
    stable word to count by; `code` is the row's own code, where it has one.
    """

    file: str
    row: int
    kind: str
    what: str
    mend: str
    column: str | None = None
    code: str | None = None

    def __str__(self) -> str:
        code = f" ({self.code})" if self.code else ""
        column = f", {self.column}" if self.column else ""
        return f"{self.file}, row {self.row}{code}{column}: {self.what}. {self.mend}"


@dataclass
class FaultLog:
    """Every fault counted by its kind, the first hundred kept in full."""

    kept: list[RowError] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, faults: Iterable[RowError]) -> None:
        """Count these faults, and keep them while there is room."""
        for fault in faults:
            self.kinds[fault.kind] += 1
            if len(self.kept) < KEPT:
                self.kept.append(fault)

    def __len__(self) -> int:
        return self.kinds.total()

    def lines(self) -> Iterator[str]:
        """Yield the lines of a readable list: the counts by kind, then the first faults."""
        counts = ", ".join(f"{kind} {count:,}" for kind, count in self.kinds.most_common())
        yield f"{len(self):,} fault{'s' if len(self) != 1 else ''}: {counts}"
        for fault in self.kept[:LISTED]:
            yield f"  {fault}"
        if len(self) > LISTED:
            yield f"  … and {len(self) - LISTED:,} more"


class BadData(Invalid):
    """The file can be read, but rows of it are wrong; nothing was loaded."""

    code = "bad_data"

    def __init__(self, log: FaultLog, *, hint: str = _MEND) -> None:
        super().__init__("\n".join(log.lines()), hint=f"\n{hint}")
        self.faults = log


class UnreadableFile(Invalid):
    """The file cannot be read as what its name says."""

    code = "unreadable_file"


class UnwritableFile(Invalid):
    """The file cannot be written where it should be; what was there before is still there."""

    code = "unwritable_file"


class UnknownFormat(Invalid):
    """No format goes by this suffix."""

    code = "unknown_format"


class UnknownLayer(Invalid):
    """The file has no such layer, or several and none was named."""

    code = "unknown_layer"


class UnknownCrs(Invalid):
    """The coordinates cannot be placed: no such reference system, or none stated."""

    code = "unknown_crs"


class UnknownEncoding(Invalid):
    """The text cannot be decoded: no such encoding, or it does not fit the bytes."""

    code = "unknown_encoding"


class MissingColumn(Invalid):
    """A column that every row needs is not in the file, or a named one does not exist."""

    code = "missing_column"


@dataclass
class Repairs:
    """How many outlines were repaired, and how much that changed them."""

    count: int = 0
    moved_m: float = 0.0
    """The farthest that a corner lies from the outline it was, or the outline it became."""
    changed_m2: float = 0.0
    """The sum of the differences in area."""

    def add(self, moved_m: float, changed_m2: float) -> None:
        """Count one more."""
        self.count += 1
        self.moved_m = max(self.moved_m, moved_m)
        self.changed_m2 += changed_m2

    def __str__(self) -> str:
        return (
            f"{self.count:,} outline{'s' if self.count != 1 else ''} repaired: corners moved by "
            f"up to {self.moved_m:,.2f} m, areas changed by {self.changed_m2:,.1f} m² in all"
        )


@dataclass
class Notes:
    """What was done to the data on the way in: each sentence once, with the rows it concerns."""

    counts: dict[str, int] = field(default_factory=dict)
    repairs: Repairs = field(default_factory=Repairs)

    def add(self, sentence: str, rows: int = 0) -> None:
        """Note a sentence, and that so many more rows are concerned (0: the whole file)."""
        self.counts[sentence] = self.counts.get(sentence, 0) + rows

    def __iter__(self) -> Iterator[str]:
        for sentence, rows in self.counts.items():
            yield f"{sentence} ({rows:,} rows)" if rows else sentence
        if self.repairs.count:
            yield str(self.repairs)

    def __len__(self) -> int:
        return len(list(iter(self)))
