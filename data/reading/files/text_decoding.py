"""Decode text that a file stores in an encoding of its own."""

import codecs
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from data.reading.files import encodings

_SAMPLE_BYTES = 1 << 16
_RAW_ENCODING = "iso-8859-1"
"""Text read in this encoding has one character for each byte."""


def is_text_column(array: pa.Array) -> bool:
    """Return whether a column holds text."""
    return bool(pa.types.is_string(array.type) or pa.types.is_large_string(array.type))


def detect_encoding(names: list[str], batches: Iterator[pa.RecordBatch]) -> str | None:
    """Return the encoding of names and rows that were read byte by byte; None if none fits.

    Looks only at text that is not ASCII, at 64 kB of it at most.
    """
    sample = [name.encode(_RAW_ENCODING) for name in names]
    for batch in batches:
        for column in filter(is_text_column, batch.columns):
            not_ascii = pc.unique(column.filter(pc.invert(pc.string_is_ascii(column))))
            sample += [text.encode(_RAW_ENCODING) for text in not_ascii.to_pylist() if text]
        if sum(map(len, sample)) > _SAMPLE_BYTES:
            break
    return encodings.detect_encoding(b"\n".join(sample))


def decode_name(text: str, codec: str) -> str:
    """Return a column name that was read byte by byte, decoded."""
    return _decode_bytes(text.encode(_RAW_ENCODING), codec)


def decode_batch(batch: pa.RecordBatch, codec: str) -> pa.RecordBatch:
    """Return a batch that was read byte by byte, with its names and texts decoded.

    A character that the width of its column cuts in half is dropped. Raises UnicodeDecodeError
    for bytes that are not in the encoding.
    """
    columns = [
        _decode_column(column, codec) if is_text_column(column) else column
        for column in batch.columns
    ]
    names = [decode_name(name, codec) for name in batch.schema.names]
    return pa.record_batch(columns, names=names)


def _decode_column(array: pa.Array, codec: str) -> pa.Array:
    encoded = array.dictionary_encode()
    texts = [
        None if text is None else _decode_bytes(text.encode(_RAW_ENCODING), codec)
        for text in encoded.dictionary.to_pylist()
    ]
    return pa.array(texts, pa.string()).take(encoded.indices)


def _decode_bytes(content: bytes, codec: str) -> str:
    return codecs.getincrementaldecoder(codec)().decode(content)
