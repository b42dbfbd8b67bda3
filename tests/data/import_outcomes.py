"""What tests of loads say of an outcome, and files that several of them load."""

from pathlib import Path

from data.importing.load import Outcome
from tests.town import file


def told(outcome: Outcome) -> tuple[int, ...]:
    """How many rows were read, added, updated, left as they were, retired, and rejected."""
    return (
        outcome.read,
        outcome.added,
        outcome.updated,
        outcome.unchanged,
        outcome.retired,
        outcome.rejected,
    )


def refusal(caught) -> list[tuple[str, int, str]]:
    """File, row and kind of each fault of a refused load."""
    return sorted((fault.file, fault.row, fault.kind) for fault in caught.value.faults.kept)


def coverage(folder: Path, *rows: tuple[str, str, str, str], name="coverage.csv") -> Path:
    columns = ("building_code", "manager_code", "covered_from", "covered_to")
    return file(folder / name, [dict(zip(columns, row, strict=True)) for row in rows])
