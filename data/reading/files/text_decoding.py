"""Decode text that a file stores in an encoding of its own."""

import codecs
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from data.reading.files import encodings

_ENOUGH = 1 << 16
_BYTES = "iso-8859-1"
"""Read in this encoding, each letter stands for one byte."""


def is_text(array: pa.Array) -> bool:
    """Tell whether a column holds text."""
    return bool(pa.types.is_string(array.type) or pa.types.is_large_string(array.type))


def guess(names: list[str], batches: Iterator[pa.RecordBatch]) -> str | None:
    """Return the encoding of names and rows that were read byte by byte; None if none fits.

    Looks at text beyond ASCII alone, at 64 kB of it where there is so much.
    """
    sample = [name.encode(_BYTES) for name in names]
    for batch in batches:
        for column in filter(is_text, batch.columns):
            foreign = pc.unique(column.filter(pc.invert(pc.string_is_ascii(column))))
            sample += [text.encode(_BYTES) for text in foreign.to_pylist() if text]
        if sum(map(len, sample)) > _ENOUGH:
            break
    return encodings.guess(b"\n".join(sample))


def name(text: str, codec: str) -> str:
    """Return a column's name that was read byte by byte, decoded."""
    return _decode(text.encode(_BYTES), codec)


def decode(batch: pa.RecordBatch, codec: str) -> pa.RecordBatch:
    """Return a batch that was read byte by byte with its names and texts decoded.

    A character cut in half by the width of its column is dropped; raises UnicodeDecodeError for
    bytes that the encoding does not know.
    """
    columns = [_column(column, codec) if is_text(column) else column for column in batch.columns]
    names = [name(theirs, codec) for theirs in batch.schema.names]
    return pa.record_batch(columns, names=names)


def _column(array: pa.Array, codec: str) -> pa.Array:
    coded = array.dictionary_encode()
    texts = [
        None if text is None else _decode(text.encode(_BYTES), codec)
        for text in coded.dictionary.to_pylist()
    ]
    return pa.array(texts, pa.string()).take(coded.indices)


def _decode(text: bytes, codec: str) -> str:
    return codecs.getincrementaldecoder(codec)().decode(text)
