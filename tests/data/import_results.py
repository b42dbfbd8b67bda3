"""What tests compare after an import, and files of coverage."""

from pathlib import Path

from data.importing.result import ImportResult
from tests.town_builder import write_file


def counts(result: ImportResult) -> tuple[int, ...]:
    """Return how many rows were read, added, updated, unchanged, retired and rejected."""
    return (
        result.read,
        result.added,
        result.updated,
        result.unchanged,
        result.retired,
        result.rejected_count,
    )


def row_errors(excinfo) -> list[tuple[str, int, str]]:
    """Return file, row and kind of each error of an import."""
    return sorted((error.file, error.row, error.kind) for error in excinfo.value.log.stored)


def coverage_file(folder: Path, *rows: tuple[str, str, str, str], name="coverage.csv") -> Path:
    columns = ("building_code", "manager_code", "covered_from", "covered_to")
    return write_file(folder / name, [dict(zip(columns, row, strict=True)) for row in rows])
