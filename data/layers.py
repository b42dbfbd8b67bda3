"""Read what GDAL reads, as a stream of Arrow batches, with its grumbling collected as notes."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from data.columns import Shape
from data.faults import Notes, UnknownLayer, UnreadableFile
from data.streams import ROWS, Raw, Stream

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
_FILTERS = threading.Lock()
"""Warning filters belong to the whole process, so one thread at a time listens to GDAL."""


@contextmanager
def listening(path: Path, notes: Notes) -> Iterator[None]:
    """Turn GDAL's warnings into notes, and its failures into UnreadableFile."""
    try:
        with _FILTERS, warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            yield
    except _FAILURES as failure:
        reasons = "; ".join([*dict.fromkeys(str(one.message) for one in heard), str(failure)])
        raise UnreadableFile(
            f"{path.name} cannot be read: {reasons.replace(str(path), path.name)[:500]}",
            hint="Check that the file is complete and that its suffix names its format.",
        ) from failure
    for warning in heard:
        notes.add(f"GDAL: {warning.message}".replace(str(path), path.name))


def open_layer(
    path: Path, layer: str | None, shape: Shape, encoding: str | None, notes: Notes
) -> Stream:
    """Return one layer as a stream; raises UnreadableFile, UnknownLayer.

    Without a name it is the only layer, or the only one whose geometry suits `shape`.
    """
    with listening(path, notes):
        found = pyogrio.list_layers(path)
    name = _choose(path, [(str(n), g) for n, g in found], layer, shape)
    with listening(path, notes):
        info = pyogrio.read_info(path, layer=name, encoding=encoding)

    def batches() -> Iterator[Raw]:
        return _batches(path, name, encoding, notes)

    return Stream(
        name=name,
        fields=tuple(info["fields"]),
        batches=batches,
        crs=info["crs"],
        total=_plausible(info["features"], path),
        shaped=info["geometry_type"] is not None,
        dbase=info["driver"] == "ESRI Shapefile",
    )


_SUITS = {
    Shape.NONE: ("",),
    Shape.POINT: ("Point",),
    Shape.AREA: ("Polygon", "Surface"),
    Shape.DRAWING: ("LineString", "Polygon", "Surface", "Curve"),
}


def _choose(
    path: Path, layers: list[tuple[str, str | None]], wanted: str | None, shape: Shape
) -> str:
    names = [name for name, _ in layers]
    listed = ", ".join(f"{name} ({kind or 'no geometry'})" for name, kind in layers)
    if wanted is not None and wanted not in names:
        raise UnknownLayer(f"{path.name} has no layer {wanted!r}.", hint=f"It has: {listed}.")
    if wanted is not None or len(names) == 1:
        return wanted or names[0]
    if not names:
        raise UnreadableFile(f"{path.name} holds no layer.", hint="Check that it is complete.")
    suitable = [name for name, kind in layers if any(s in (kind or "") for s in _SUITS[shape])]
    if len(suitable) != 1:
        raise UnknownLayer(
            f"{path.name} has {len(names)} layers: {listed}.", hint="Name one with --layer."
        )
    return suitable[0]


def _plausible(features: int, path: Path) -> int | None:
    """Return the number of features the file claims, unless it has not even that many bytes."""
    if features < 0 or (path.is_file() and features > path.stat().st_size):
        return None
    return features


def _batches(path: Path, layer: str, encoding: str | None, notes: Notes) -> Iterator[Raw]:
    options = {"layer": layer, "encoding": encoding, "batch_size": ROWS}
    with listening(path, notes):
        opened = pyogrio.raw.open_arrow(path, use_pyarrow=True, datetime_as_string=True, **options)
        meta, reader = opened.__enter__()
    first = 1
    try:
        while True:
            with listening(path, notes):
                batch = next(reader, None)
            if batch is None:
                return
            yield _raw(batch, meta["geometry_name"] or "wkb_geometry", first)
            first += batch.num_rows
    finally:
        opened.__exit__(None, None, None)


def _raw(batch: pa.RecordBatch, geometry: str, first: int) -> Raw:
    at = batch.schema.get_field_index(geometry)
    wkb = batch.column(at) if at >= 0 else None
    table = batch.remove_column(at) if at >= 0 else batch
    return Raw(np.arange(first, first + batch.num_rows), table, wkb)
