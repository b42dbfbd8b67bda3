"""Rows as CSV, quoted only where necessary."""

import pyarrow as pa
import pyarrow.csv


def to_csv(rows: pa.RecordBatch, *, header: bool) -> bytes:
    """Return rows as UTF-8 CSV; if any text needs quotes, all texts are quoted."""
    try:
        return _encode(rows, "none", header=header)
    except pa.ArrowInvalid:  # some text contains a comma, a quote or a line break
        return _encode(rows, "needed", header=header)


def _encode(rows: pa.RecordBatch, quoting_style: str, *, header: bool) -> bytes:
    needs_quotes = any(set(name) & set(',"\r\n') for name in rows.schema.names)
    options = pyarrow.csv.WriteOptions(
        include_header=header,
        batch_size=1 << 16,
        quoting_style=quoting_style,
        quoting_header="needed" if needs_quotes else "none",
    )
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(rows, sink, options)
    return bytes(sink.getvalue().to_pybytes())
