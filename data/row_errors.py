"""Errors of single rows, the log that counts them, and the exception that lists them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from geo.errors import Invalid

MAX_STORED = 100
"""How many errors a log stores in full; it only counts the others."""
MAX_LISTED = 20
"""How many errors a message lists."""
_HINT = "Repair the file, or import the valid rows with --on-error skip --rejects FILE."


@dataclass(frozen=True)
class RowError:
    """One error of one row, and how to repair it.

    `row` counts the data rows from 1: the header of a table is not a row. `kind` is a short
    stable word to count by; `code` is the row's own code, if it has one.
    """

    file: str
    row: int
    kind: str
    message: str
    hint: str
    column: str | None = None
    code: str | None = None

    def __str__(self) -> str:
        code = f" ({self.code})" if self.code else ""
        column = f", {self.column}" if self.column else ""
        return f"{self.file}, row {self.row}{code}{column}: {self.message}. {self.hint}"


@dataclass
class RowErrorLog:
    """Counts all errors by their kind, and stores the first hundred."""

    stored: list[RowError] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, errors: Iterable[RowError]) -> None:
        """Count these errors, and store them up to the limit."""
        for error in errors:
            self.counts[error.kind] += 1
            if len(self.stored) < MAX_STORED:
                self.stored.append(error)

    def __len__(self) -> int:
        return self.counts.total()

    def lines(self) -> Iterator[str]:
        """Yield the lines of a readable list: the counts by kind, then the first errors."""
        counts = ", ".join(f"{kind} {count:,}" for kind, count in self.counts.most_common())
        yield f"{len(self):,} error{'s' if len(self) != 1 else ''}: {counts}"
        for error in self.stored[:MAX_LISTED]:
            yield f"  {error}"
        if len(self) > MAX_LISTED:
            yield f"  … and {len(self) - MAX_LISTED:,} more"


class BadData(Invalid):
    """The file can be read, but some rows have errors; nothing was imported."""

    code = "bad_data"

    def __init__(self, log: RowErrorLog, *, hint: str = _HINT) -> None:
        super().__init__("\n".join(log.lines()), hint=f"\n{hint}")
        self.log = log
