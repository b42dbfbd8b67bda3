"""Read a whole file into rows, errors and the source."""

from pathlib import Path

from data.columns import DatasetKind
from data.reading.reader import ReadOptions, Source, open_source
from data.row_errors import RowError


def read(
    path: Path, kind: DatasetKind, **options: object
) -> tuple[list[dict], list[RowError], Source]:
    """The valid rows as dicts with their geometry, all errors, and the source."""
    source = open_source(path, kind, ReadOptions(**options))
    rows, errors = [], []
    for batch in source:
        columns = {name: values.to_pylist() for name, values in batch.columns.items()}
        shapes = batch.geometry if batch.geometry is not None else [None] * len(batch)
        columns |= {"row": batch.row_numbers.tolist(), "shape": list(shapes)}
        rows += [
            dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        ]
        errors += batch.errors
    return rows, errors, source
