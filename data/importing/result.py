"""The result of an import: how many rows were added, updated, retired and rejected."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from data.columns import DatasetKind
from data.reading.reader import RowBatch
from data.row_errors import RowError, RowErrorLog
from geo.errors import Invalid


class NoValidRows(Invalid):
    """`--replace` with files that have no valid row would retire everything."""

    code = "no_valid_rows"


@dataclass
class ImportResult:
    """How many rows of some files were read, added, updated, retired and rejected."""

    kind: DatasetKind
    read: int = 0
    added: int = 0
    updated: int = 0
    retired: int = 0
    errors: RowErrorLog = field(default_factory=RowErrorLog)
    rejected_rows: dict[tuple[int, int], str] = field(default_factory=dict)
    """What is wrong with each invalid row, by the number of its file and of the row in it."""
    protected_codes: set[str] = field(default_factory=set)
    """The codes of invalid rows: `--replace` does not retire what they refer to."""
    notes: list[str] = field(default_factory=list)
    revision: int | None = None
    """The number of the revision that an import of grids published."""

    @property
    def rejected_count(self) -> int:
        """How many rows were invalid."""
        return len(self.rejected_rows)

    @property
    def unchanged(self) -> int:
        """How many rows are equal to those in the database."""
        return self.read - self.added - self.updated - self.rejected_count

    @property
    def is_noop(self) -> bool:
        """Whether the import changed nothing in the database."""
        return not (self.added or self.updated or self.retired)

    def add_batch(self, file_no: int, batch: RowBatch) -> None:
        """Count the rows of a batch, including those that could not be parsed; add its errors."""
        parsed = set(batch.raw.row_numbers.tolist()) if batch.raw.errors else set()
        self.read += len(batch.raw) + len({error.row for error in batch.raw.errors} - parsed)
        self.add_errors(file_no, batch.errors)

    def add_errors(self, file_no: int, errors: Iterable[RowError]) -> None:
        """Add the errors of a file; a row with several errors counts as one rejected row."""
        for error in errors:
            self.errors.add([error])
            if error.code is not None:
                self.protected_codes.add(error.code)
            position = (file_no, error.row)
            previous = self.rejected_rows.get(position)
            reason = f"{error.message}. {error.hint}"
            self.rejected_rows[position] = f"{previous} {reason}" if previous else reason

    def require_valid_rows(self) -> None:
        """Raise NoValidRows if no row was valid."""
        if self.read == self.rejected_count:
            raise NoValidRows(
                f"The files have no valid {self.kind}; --replace would retire all that exist.",
                hint="Check the files and the layer (--layer).",
            )
