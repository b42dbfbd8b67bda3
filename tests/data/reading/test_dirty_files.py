"""Broken, odd and hostile files give valid rows or a clear error."""

import os
import warnings
from pathlib import Path

import pytest
import shapely

from data.columns import SCHEMAS, DatasetKind
from data.reading.reader import ReadOptions, RowBatch, open_source
from geo.errors import GridwardError

FOLDER = Path(os.environ.get("GRIDWARD_REALDATA", Path(__file__).parents[4] / "shared/realdata"))
DIRTY = sorted(path for path in (FOLDER / "dirty").rglob("*") if path.is_file())


def required_columns(kind: DatasetKind) -> dict[str, str]:
    """A value for every required column, so that files are read to their end."""
    columns = {}
    for column in SCHEMAS[kind].columns:
        if column.required:
            word = next(iter(column.vocabulary), "2020-01-01" if "covered" in column.name else "x")
            columns[column.name] = "#" if SCHEMAS[kind].key == (column.name,) else f"={word}"
    return columns | ({"reported_at": "=2020-01-01"} if kind is DatasetKind.ISSUES else {})


@pytest.mark.parametrize("kind", DatasetKind)
@pytest.mark.parametrize(
    "path",
    DIRTY or [pytest.param(None, marks=pytest.mark.skip("no real files: set GRIDWARD_REALDATA"))],
    ids=lambda path: path.name if path else "none",
)
def test_every_dirty_file_gives_valid_rows_or_a_clear_error(path: Path, kind: DatasetKind) -> None:
    for repair in (False, True):
        options = ReadOptions(columns=required_columns(kind), repair=repair)
        with warnings.catch_warnings(record=True) as emitted:
            batches, error = _read_batches(path, kind, options)
        assert not emitted
        assert error is None or (path.name in str(error) and error.hint)
        for batch in batches:
            _check_batch(batch, kind)


def _read_batches(
    path: Path, kind: DatasetKind, options: ReadOptions
) -> tuple[list[RowBatch], GridwardError | None]:
    try:
        return list(open_source(path, kind, options)), None
    except GridwardError as error:
        return [], error


def _check_batch(batch: RowBatch, kind: DatasetKind) -> None:
    invalid = {error.row for error in batch.errors}
    assert not invalid & set(batch.row_numbers.tolist())
    assert invalid | set(batch.row_numbers.tolist()) >= set(batch.raw.row_numbers.tolist())
    assert all(len(values) == len(batch) for values in batch.columns.values())
    assert all(error.message and error.hint for error in batch.errors)
    if batch.geometry is not None:
        present = batch.geometry[~shapely.is_missing(batch.geometry)]
        assert shapely.is_valid(present).all()
        assert len(present) == len(batch) or not SCHEMAS[kind].geometry_required
        west, south, east, north = shapely.total_bounds(present) if len(present) else (0, 0, 0, 0)
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90
