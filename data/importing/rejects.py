"""The rows that were left out, as they lie in their files, each with the reason."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely

from data.columns import Kind
from data.exporting import writer
from data.reading.files.record_stream import Raw
from data.reading.options import ReadOptions
from data.reading.reader import open_source


def save(
    kind: Kind,
    files: Sequence[Path],
    options: ReadOptions,
    bad_rows: Mapping[tuple[int, int], str],
    path: Path,
) -> None:
    """Write the bad rows, named by the numbers of their file and their own, to a file.

    Each keeps its own columns and coordinates, with `reject_file`, `reject_row` and
    `reject_reason` behind them. A row too broken to be read has nothing but those three.
    """
    parts = [
        part
        for file_no, file in enumerate(files)
        for part in _of_file(kind, file, options, file_no, bad_rows)
    ]
    shaped = [part for part in parts if "geometry" in part]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    writer.frame(geopandas.GeoDataFrame(rows, geometry="geometry") if shaped else rows, path)


def _of_file(
    kind: Kind,
    file: Path,
    options: ReadOptions,
    file_no: int,
    bad_rows: Mapping[tuple[int, int], str],
) -> Iterator[pd.DataFrame]:
    reasons = {row: reason for (number, row), reason in bad_rows.items() if number == file_no}
    if not reasons:
        return
    for raw in open_source(file, kind, options).stream.batches():
        chosen = np.array([int(row) in reasons for row in raw.rows], dtype=np.bool_)
        if chosen.any():
            part = _as_they_were(raw, np.flatnonzero(chosen))
            rows = [int(row) for row in raw.rows[chosen]]
            yield part.assign(
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


def _as_they_were(raw: Raw, at: np.ndarray) -> pd.DataFrame:
    table: pd.DataFrame = raw.table.take(at).to_pandas().astype(object)
    if raw.wkb is not None:
        wkb = raw.wkb.take(at).to_numpy(zero_copy_only=False)
        table["geometry"] = shapely.from_wkb(wkb, on_invalid="ignore")
    return table
