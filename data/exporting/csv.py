"""Rows as CSV, with as few quotes as the text allows."""

import pyarrow as pa
import pyarrow.csv


def to_csv(rows: pa.RecordBatch, *, header: bool) -> bytes:
    """Return rows as UTF-8 CSV; only where a text needs quotes are all texts quoted."""
    try:
        return _encode(rows, "none", header=header)
    except pa.ArrowInvalid:  # a comma, a quote or a line break stands in some text
        return _encode(rows, "needed", header=header)


def _encode(rows: pa.RecordBatch, quotes: str, *, header: bool) -> bytes:
    named = "needed" if any(set(name) & set(',"\r\n') for name in rows.schema.names) else "none"
    options = pyarrow.csv.WriteOptions(
        include_header=header, batch_size=1 << 16, quoting_style=quotes, quoting_header=named
    )
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(rows, sink, options)
    return bytes(sink.getvalue().to_pybytes())
