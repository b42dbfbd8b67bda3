"""Write the rejected rows to a file, as they are in their files, each with the reason."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely

from data.columns import DatasetKind
from data.exporting import writer
from data.reading.files.record_stream import RawBatch
from data.reading.options import ReadOptions
from data.reading.reader import open_source


def write(
    kind: DatasetKind,
    files: Sequence[Path],
    options: ReadOptions,
    rejected_rows: Mapping[tuple[int, int], str],
    path: Path,
) -> None:
    """Write the rejected rows to a file.

    `rejected_rows` has the reason for each, by the number of its file and of the row in it. Rows
    keep their columns and coordinates, and get `reject_file`, `reject_row` and `reject_reason`. A
    row that cannot be parsed has only these three columns.
    """
    parts = [
        part
        for file_no, file in enumerate(files)
        for part in _rows_of_file(kind, file, options, file_no, rejected_rows)
    ]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if "geometry" in rows:
        rows = geopandas.GeoDataFrame(rows, geometry="geometry")
    writer.write_frame(rows, path)


def _rows_of_file(
    kind: DatasetKind,
    file: Path,
    options: ReadOptions,
    file_no: int,
    rejected_rows: Mapping[tuple[int, int], str],
) -> Iterator[pd.DataFrame]:
    reasons = {row: reason for (number, row), reason in rejected_rows.items() if number == file_no}
    if not reasons:
        return
    for raw in open_source(file, kind, options).stream.batches():
        is_rejected = np.array([int(row) in reasons for row in raw.row_numbers], dtype=np.bool_)
        if is_rejected.any():
            rows = [int(row) for row in raw.row_numbers[is_rejected]]
            yield _to_frame(raw, np.flatnonzero(is_rejected)).assign(
                reject_file=file.name,
                reject_row=rows,
                reject_reason=[reasons.pop(row) for row in rows],
            )
    if reasons:
        yield pd.DataFrame(
            {
                "reject_file": file.name,
                "reject_row": list(reasons),
                "reject_reason": list(reasons.values()),
            }
        )


def _to_frame(raw: RawBatch, positions: np.ndarray) -> pd.DataFrame:
    """Return rows of a batch with the columns and geometries of the file."""
    frame: pd.DataFrame = raw.attributes.take(positions).to_pandas().astype(object)
    if raw.wkb is not None:
        wkb = raw.wkb.take(positions).to_numpy(zero_copy_only=False)
        frame["geometry"] = shapely.from_wkb(wkb, on_invalid="ignore")
    return frame
