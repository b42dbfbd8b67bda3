"""Read what GDAL reads, as a stream of Arrow batches, with its grumbling collected as notes."""

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

from data.columns import Shape
from data.reading.files import captured_warnings, datasets, encodings, text_decoding, wkb
from data.reading.files.record_stream import ROWS, Raw, Stream
from data.row_errors import Notes, UnknownEncoding, UnreadableFile

_FAILURES = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    GeometryError,
    pa.ArrowException,
    OSError,
    UnicodeError,
)
_BYTES = "ISO-8859-1"
"""What GDAL is told where we decode ourselves: it passes every byte on as one letter."""
_HEAVY = 128 << 20
"""Bytes of a file that are held at once, about."""
_DBASE = "ESRI Shapefile"

_ADVICE = {
    True: "A Shapefile is several files: its .shx and .dbf belong beside it.",
    False: "Check that the file is complete and that its suffix names its format.",
}


@contextmanager
def listening(path: Path, notes: Notes) -> Iterator[None]:
    """Turn GDAL's warnings into notes, and its failures into UnreadableFile."""
    said: list[str] = []
    try:
        with captured_warnings.heard() as said:
            yield
    except _FAILURES as failure:
        reasons = "; ".join(dict.fromkeys([*said, str(failure)]))
        raise UnreadableFile(
            f"{path.name} cannot be read: {_here(path, reasons)[:500]}",
            hint=_ADVICE["SHAPE_RESTORE_SHX" in reasons],
        ) from failure
    for message in said:
        if "Non closed ring" not in message:  # each such ring is a fault with its row
            notes.add(f"GDAL: {_here(path, message)}")


def _here(path: Path, message: str) -> str:
    """Return a message with the file by its name alone."""
    return message.replace(f"{path.parent}{os.sep}", "")


@dataclass(frozen=True)
class _Layer:
    """One layer of one file, and how its text is to be decoded: by GDAL, or by us."""

    path: Path
    name: str
    notes: Notes
    rows: int = ROWS
    codec: str | None = None

    @property
    def options(self) -> dict[str, Any]:
        return {"layer": self.name, "encoding": _BYTES if self.codec else None}

    def stream(self, **more: Any) -> Iterator[tuple[pa.RecordBatch, str]]:
        """Yield batches as GDAL hands them out, and the name of their geometry column."""
        with listening(self.path, self.notes):
            opened = pyogrio.raw.open_arrow(
                datasets.locate(self.path),
                use_pyarrow=True,
                datetime_as_string=True,
                batch_size=self.rows,
                **self.options,
                **more,
            )
            meta, reader = opened.__enter__()
        try:
            while True:
                with listening(self.path, self.notes):
                    batch = next(reader, None)
                if batch is None:
                    return
                yield batch, meta["geometry_name"] or "wkb_geometry"
        finally:
            opened.__exit__(None, None, None)

    def batches(self) -> Iterator[Raw]:
        first = 1
        for batch, geometry in self.stream():
            yield self._raw(batch, geometry, first)
            first += batch.num_rows

    def _raw(self, batch: pa.RecordBatch, geometry: str, first: int) -> Raw:
        rows = np.arange(first, first + batch.num_rows)
        at = batch.schema.get_field_index(geometry)
        if at < 0:
            return Raw(rows, self._decoded(batch))
        shapes, table = batch.column(at), self._decoded(batch.remove_column(at))
        if np.isin(wkb.types(shapes), wkb.CURVED).any():
            shapes = self._straight(first, batch.num_rows)
        return Raw(rows, table, shapes)

    def _decoded(self, table: pa.RecordBatch) -> pa.RecordBatch:
        try:
            if self.codec:
                return text_decoding.decode(table, self.codec)
            for column in filter(text_decoding.is_text, table.columns):
                column.validate(full=True)
        except (UnicodeDecodeError, pa.ArrowInvalid) as failure:
            raise UnknownEncoding(
                f"{self.path.name}: its text is not in {self.codec or 'UTF-8'}.",
                hint="Name its encoding with --encoding, or convert the file to GeoPackage.",
            ) from failure
        return table

    def _straight(self, first: int, count: int) -> pa.Array:
        """Read shapes again by the way on which GDAL draws curves as lines."""
        with listening(self.path, self.notes):
            _, _, geometry, _ = pyogrio.raw.read(
                datasets.locate(self.path),
                columns=[],
                skip_features=first - 1,
                max_features=count,
                **self.options,
            )
        self.notes.add(
            "Curves were drawn as lines with a corner every 4 degrees of arc, "
            "within 0.06 % of their radius."
        )
        return pa.array(geometry, pa.binary())


def open_layer(
    path: Path, layer: str | None, shape: Shape, encoding: str | None, notes: Notes
) -> Stream:
    """Return one layer as a stream; raises UnreadableFile, UnknownLayer, UnknownEncoding.

    Without a name it is the only layer, or the only one whose geometry suits `shape`.
    """
    datasets.refuse_pointer(path)
    with listening(path, notes):
        info = _look(path, layer, shape, _BYTES if encoding else None)
    name = info["layer_name"]
    datasets.refuse_pointer(path, info["driver"])
    total = _plausible(info["features"], path)
    codec = _codec(path, name, info, encoding, notes)
    opened = _Layer(path, name, notes, _at_once(path, total), codec)
    names = [str(field) for field in info["fields"]]
    return Stream(
        name=path.name,
        fields=tuple(text_decoding.name(n, opened.codec) if opened.codec else n for n in names),
        batches=opened.batches,
        crs=info["crs"],
        total=total,
        shaped=info["geometry_type"] is not None,
        dbase=info["driver"] == _DBASE,
    )


def _look(path: Path, layer: str | None, shape: Shape, encoding: str | None) -> dict[str, Any]:
    """Return what GDAL knows of a layer; GeoJSON has but one, and each look reads it all."""
    located = datasets.locate(path)
    if layer is None and path.suffix.casefold() == ".geojson":
        info: dict[str, Any] = pyogrio.read_info(located)
        if info["driver"] == "GeoJSON":
            return info
    found = [(str(name), kind) for name, kind in pyogrio.list_layers(located)]
    name = datasets.choose(path, found, layer, shape)
    return dict(pyogrio.read_info(located, layer=name, encoding=encoding))


def _codec(
    path: Path, layer: str, info: dict[str, Any], given: str | None, notes: Notes
) -> str | None:
    """Return the encoding we decode ourselves; None where the format or the file states its own."""
    if info["driver"] != _DBASE:
        if given:
            notes.add(f"--encoding was not needed: {info['driver']} states its own.")
        return None
    if given:
        return encodings.declared(given)
    if info["encoding"] != _BYTES:
        return None
    told = encodings.of_cpg(path)
    if told:
        return told
    sample = _Layer(path, layer, notes, codec=_BYTES).stream(read_geometry=False)
    names = [str(field) for field in info["fields"]]
    found = text_decoding.guess(names, (batch for batch, _ in sample))
    if found is None:
        raise UnknownEncoding(
            f"{path.name}: its text is in none of the encodings we know.",
            hint="Name it with --encoding.",
        )
    if found != "utf-8":
        notes.add(f"The text was taken as {found}; if it looks wrong, give --encoding.")
    return found


def _plausible(features: int, path: Path) -> int | None:
    """Return the number of features the file claims, unless it has not even that many bytes."""
    if features < 0 or (path.is_file() and features > path.stat().st_size):
        return None
    return features


def _at_once(path: Path, total: int | None) -> int:
    """Return how many rows to hold at once: fewer where they are large."""
    size = path.stat().st_size if path.is_file() else 0
    each = size / total if total else 0
    return ROWS if each * ROWS <= _HEAVY else max(1, int(_HEAVY / each))
