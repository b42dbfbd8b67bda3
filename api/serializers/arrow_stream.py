"""Reads Arrow streams from clients within limits of rows and bytes.

The metadata of each message state its rows and the size of each buffer after decompression, so a
stream is measured before anything is allocated for it. The layout of the metadata is that of
Message.fbs in the Arrow format; FlatBuffers stores a table as a vtable of field offsets.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3
_UNCOMPRESSED = -1
_LENGTH_PREFIX_BYTES = 8


@dataclass(frozen=True)
class _FlatTable:
    """A table in a FlatBuffers buffer; its fields are numbered."""

    buffer: memoryview
    position: int

    def read(self, layout: str, position: int) -> int:
        number: int = struct.unpack_from(layout, self.buffer, position)[0]
        return number

    def field(self, number: int) -> int | None:
        """Return the position of a field, None if it is absent."""
        vtable = self.position - self.read("<i", self.position)
        entry = 4 + 2 * number
        if entry >= self.read("<H", vtable):
            return None
        offset = self.read("<H", vtable + entry)
        return self.position + offset if offset else None

    def number(self, field: int, layout: str) -> int:
        """Return a scalar field; 0 if it is absent."""
        position = self.field(field)
        return 0 if position is None else self.read(layout, position)

    def table(self, field: int) -> "_FlatTable":
        """Return a field that is a table."""
        position = self.field(field)
        if position is None:
            raise ValueError("a message lacks its header")
        return _FlatTable(self.buffer, position + self.read("<I", position))

    def pairs(self, field: int) -> Iterator[tuple[int, int]]:
        """Yield the items of a vector of pairs of 64-bit integers."""
        position = self.field(field)
        if position is None:
            return
        vector = position + self.read("<I", position)
        for index in range(self.read("<I", vector)):
            start = vector + 4 + 16 * index
            yield self.read("<q", start), self.read("<q", start + 8)


def measure(body: bytes) -> Iterator[tuple[int, int]]:
    """Yield the rows and the decompressed bytes of each message of an Arrow stream.

    A batch of a dictionary has bytes, but no rows. Raises ArrowInvalid, OSError, ValueError and
    struct.error where the stream is broken.
    """
    reader = pa.ipc.MessageReader.open_stream(pa.BufferReader(body))
    while True:
        try:
            message = reader.read_next_message()
        except StopIteration:
            return
        metadata = memoryview(message.metadata)
        root = _FlatTable(metadata, struct.unpack_from("<I", metadata)[0])
        kind = root.number(1, "<B")
        if kind not in (_RECORD_BATCH, _DICTIONARY_BATCH):
            continue
        batch = root.table(2) if kind == _RECORD_BATCH else root.table(2).table(1)
        contents = memoryview(b"" if message.body is None else message.body)
        rows = batch.number(0, "<q") if kind == _RECORD_BATCH else 0
        yield rows, _decompressed_bytes(batch, contents)


def _decompressed_bytes(batch: _FlatTable, contents: memoryview) -> int:
    is_compressed = batch.field(3) is not None
    total = 0
    for offset, length in batch.pairs(2):
        size = length
        if is_compressed and length >= _LENGTH_PREFIX_BYTES:
            prefix: int = struct.unpack_from("<q", contents, offset)[0]
            size = length - _LENGTH_PREFIX_BYTES if prefix == _UNCOMPRESSED else prefix
        if size < 0:
            raise ValueError("a buffer has a negative size")
        total += size
    return total


def read_table(body: bytes) -> pa.Table:
    """Return the table of an Arrow stream whose offsets are all within their buffers.

    Raises ArrowException or OSError where the stream is broken.
    """
    with pa.ipc.open_stream(pa.BufferReader(body)) as stream:
        table = stream.read_all()
    table.validate(full=True)
    return table
