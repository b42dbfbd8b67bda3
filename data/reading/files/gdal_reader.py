"""Read every format that GDAL supports as Arrow batches; its warnings become notes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from data.columns import GeometryKind
from data.errors import UnknownEncoding, UnreadableFile
from data.reading.files import captured_warnings, datasets, encodings, text_decoding, wkb
from data.reading.files.record_stream import BATCH_ROWS, RawBatch, RecordStream
from data.reading.notes import Notes

_READ_ERRORS = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    GeometryError,
    pa.ArrowException,
    OSError,
    UnicodeError,
)
_RAW_ENCODING = "ISO-8859-1"
"""The encoding GDAL uses where we decode ourselves: each byte becomes one character."""
_MAX_BATCH_BYTES = 128 << 20
"""Approximate bytes of a file in memory at once."""
_DBASE = "ESRI Shapefile"

_MISSING_PARTS_HINT = "A Shapefile is several files: its .shx and .dbf belong next to it."
_READ_HINT = "Check that the file is complete and that its suffix names its format."


@contextmanager
def translate_gdal_messages(path: Path, notes: Notes) -> Iterator[None]:
    """Turn GDAL's warnings into notes, and its errors into UnreadableFile."""
    messages: list[str] = []
    try:
        with captured_warnings.capture_warnings() as messages:
            yield
    except _READ_ERRORS as error:
        reasons = "; ".join(dict.fromkeys([*messages, str(error)]))
        raise UnreadableFile(
            f"{path.name} cannot be read: {_without_folder(path, reasons)[:500]}",
            hint=_MISSING_PARTS_HINT if "SHAPE_RESTORE_SHX" in reasons else _READ_HINT,
        ) from error
    for message in messages:
        if "Non closed ring" not in message:  # reported as an error of its row
            notes.add(f"GDAL: {_without_folder(path, message)}")


def _without_folder(path: Path, message: str) -> str:
    """Return a message with only the name of the file in place of its path."""
    return message.replace(f"{path.parent}{os.sep}", "")


@dataclass(frozen=True)
class _GdalLayer:
    """One layer of one file; `codec` is set where we decode its text instead of GDAL."""

    path: Path
    name: str
    notes: Notes
    batch_rows: int = BATCH_ROWS
    codec: str | None = None

    @property
    def options(self) -> dict[str, Any]:
        return {"layer": self.name, "encoding": _RAW_ENCODING if self.codec else None}

    def arrow_batches(self, **options: Any) -> Iterator[tuple[pa.RecordBatch, str]]:
        """Yield batches as GDAL returns them, with the name of their geometry column."""
        with translate_gdal_messages(self.path, self.notes):
            arrow_stream = pyogrio.raw.open_arrow(
                datasets.gdal_path(self.path),
                use_pyarrow=True,
                datetime_as_string=True,
                batch_size=self.batch_rows,
                **self.options,
                **options,
            )
            metadata, reader = arrow_stream.__enter__()
        try:
            while True:
                with translate_gdal_messages(self.path, self.notes):
                    batch = next(reader, None)
                if batch is None:
                    return
                yield batch, metadata["geometry_name"] or "wkb_geometry"
        finally:
            arrow_stream.__exit__(None, None, None)

    def batches(self) -> Iterator[RawBatch]:
        first = 1
        for batch, geometry in self.arrow_batches():
            yield self._to_raw_batch(batch, geometry, first)
            first += batch.num_rows

    def _to_raw_batch(self, batch: pa.RecordBatch, geometry: str, first: int) -> RawBatch:
        row_numbers = np.arange(first, first + batch.num_rows)
        position = batch.schema.get_field_index(geometry)
        if position < 0:
            return RawBatch(row_numbers, self._decode(batch))
        shapes, attributes = batch.column(position), self._decode(batch.remove_column(position))
        if np.isin(wkb.geometry_types(shapes), wkb.CURVE_TYPES).any():
            shapes = self._read_linearized(first, batch.num_rows)
        return RawBatch(row_numbers, attributes, shapes)

    def _decode(self, attributes: pa.RecordBatch) -> pa.RecordBatch:
        try:
            if self.codec:
                return text_decoding.decode_batch(attributes, self.codec)
            for column in filter(text_decoding.is_text_column, attributes.columns):
                column.validate(full=True)
        except (UnicodeDecodeError, pa.ArrowInvalid) as error:
            raise UnknownEncoding(
                f"{self.path.name}: its text is not in {self.codec or 'UTF-8'}.",
                hint="Name its encoding with --encoding, or convert the file to GeoPackage.",
            ) from error
        return attributes

    def _read_linearized(self, first: int, count: int) -> pa.Array:
        """Read geometries again through the interface in which GDAL linearizes curves."""
        with translate_gdal_messages(self.path, self.notes):
            _, _, geometry, _ = pyogrio.raw.read(
                datasets.gdal_path(self.path),
                columns=[],
                skip_features=first - 1,
                max_features=count,
                **self.options,
            )
        self.notes.add(
            "Curves were converted to lines with a corner every 4 degrees of arc, "
            "within 0.06 % of their radius."
        )
        return pa.array(geometry, pa.binary())


def open_layer(
    path: Path, layer: str | None, kind: GeometryKind, encoding: str | None, notes: Notes
) -> RecordStream:
    """Return one layer as a stream; raises UnreadableFile, UnknownLayer, UnknownEncoding.

    Without a name it is the only layer, or the only one with geometry of this kind.
    """
    datasets.reject_indirection(path)
    with translate_gdal_messages(path, notes):
        info = _read_info(path, layer, kind, _RAW_ENCODING if encoding else None)
    name = info["layer_name"]
    datasets.reject_indirection(path, info["driver"])
    row_count = _plausible_count(info["features"], path)
    codec = _choose_codec(path, name, info, encoding, notes)
    opened = _GdalLayer(path, name, notes, _batch_rows(path, row_count), codec)
    names = [str(field) for field in info["fields"]]
    return RecordStream(
        file_name=path.name,
        column_names=tuple(text_decoding.decode_name(n, codec) if codec else n for n in names),
        batches=opened.batches,
        crs=info["crs"],
        row_count=row_count,
        has_geometry=info["geometry_type"] is not None,
        truncates_names=info["driver"] == _DBASE,
    )


def _read_info(
    path: Path, layer: str | None, kind: GeometryKind, encoding: str | None
) -> dict[str, Any]:
    """Return GDAL's description of a layer.

    GeoJSON has one layer, and GDAL parses the whole file each time: read its description once.
    """
    source = datasets.gdal_path(path)
    if layer is None and path.suffix.casefold() == ".geojson":
        info: dict[str, Any] = pyogrio.read_info(source)
        if info["driver"] == "GeoJSON":
            return info
    layers = [(str(name), type_name) for name, type_name in pyogrio.list_layers(source)]
    name = datasets.choose_layer(path, layers, layer, kind)
    return dict(pyogrio.read_info(source, layer=name, encoding=encoding))


def _choose_codec(
    path: Path, layer: str, info: dict[str, Any], encoding: str | None, notes: Notes
) -> str | None:
    """Return the encoding that we decode; None where the format or the file declares its own."""
    if info["driver"] != _DBASE:
        if encoding:
            notes.add(f"--encoding was ignored: {info['driver']} declares its own.")
        return None
    if encoding:
        return encodings.lookup_codec(encoding)
    if info["encoding"] != _RAW_ENCODING:
        return None
    declared = encodings.read_cpg(path)
    if declared:
        return declared
    sample = _GdalLayer(path, layer, notes, codec=_RAW_ENCODING).arrow_batches(read_geometry=False)
    names = [str(field) for field in info["fields"]]
    detected = text_decoding.detect_encoding(names, (batch for batch, _ in sample))
    if detected is None:
        raise encodings.undetected_encoding(path)
    if detected != "utf-8":
        notes.add(encodings.guess_note(detected))
    return detected


def _plausible_count(features: int, path: Path) -> int | None:
    """Return the number of features that the file declares, None if it exceeds its bytes."""
    if features < 0 or (path.is_file() and features > path.stat().st_size):
        return None
    return features


def _batch_rows(path: Path, row_count: int | None) -> int:
    """Return how many rows to read at once: fewer where they are large."""
    size = path.stat().st_size if path.is_file() else 0
    row_bytes = size / row_count if row_count else 0
    if row_bytes * BATCH_ROWS <= _MAX_BATCH_BYTES:
        return BATCH_ROWS
    return max(1, int(_MAX_BATCH_BYTES / row_bytes))
