"""Choose the dataset in an archive and the layer in a file; reject files that refer to others."""

from collections.abc import Sequence
from pathlib import Path

import pyogrio

from data.columns import GeometryKind
from data.errors import UnknownLayer, UnreadableFile
from data.formats import FORMATS, FileEngine

_DATASET_SUFFIXES = tuple(
    suffix
    for suffix, file_format in FORMATS.items()
    if file_format.engine is FileEngine.GDAL
    and suffix not in {".dbf", ".zip", ".shp.zip", ".gdb.zip"}
)
"""Suffixes of the datasets in an archive; other files in it belong to one of these."""


_INDIRECT_MARKERS = (b"<OGRVRTDataSource", b"<OGRWFSDataSource", b"gdal_streamed_alg")
"""Contained in the first bytes of files that make GDAL open other files, or other hosts."""
INDIRECT_DRIVERS = frozenset({"OGR_VRT", "GDALG", "WFS", "OAPIF", "CSW", "HTTP"})
"""The drivers that read such files."""


def reject_indirection(path: Path, driver: str | None = None) -> None:
    """Raise UnreadableFile for a file that makes GDAL open another file or host."""
    if driver is None and path.is_file():
        with path.open("rb") as file:
            head = file.read(4096)
        if not any(marker in head for marker in _INDIRECT_MARKERS):
            return
    elif driver not in INDIRECT_DRIVERS:
        return
    raise UnreadableFile(
        f"{path.name} holds no data but points to another file.",
        hint="Import the file that it points to.",
    )


def gdal_path(path: Path) -> str:
    """Return the path by which GDAL opens a file: for an archive, that of the dataset in it.

    Datasets in the root of the archive, or in one folder, are its layers. Raises UnreadableFile
    if they are in several folders.
    """
    if path.suffix.casefold() != ".zip" or not path.is_file():
        return str(path)
    root = f"/vsizip/{path.absolute()}"
    try:
        names = pyogrio.vsi_listtree(root)
    except OSError:  # a single file, or no archive: opening it reports that
        return str(path)
    datasets = [name for name in names if name.casefold().endswith(_DATASET_SUFFIXES)]
    folders = {name.rpartition("/")[0] for name in datasets}
    if not datasets or folders == {root}:
        return str(path)
    if len(folders) > 1:
        listed = ", ".join(name.removeprefix(f"{root}/") for name in datasets[:5])
        raise UnreadableFile(
            f"{path.name} contains several datasets: {listed}.", hint="Unpack it and name one."
        )
    return str(datasets[0] if len(datasets) == 1 else folders.pop())


_LAYER_TYPES = {
    GeometryKind.NONE: ("",),
    GeometryKind.POINT: ("Point",),
    GeometryKind.POLYGON: ("Polygon", "Surface"),
    GeometryKind.LINE_OR_POLYGON: ("LineString", "Polygon", "Surface", "Curve"),
}
"""Parts of the geometry type names of suitable layers."""


def choose_layer(
    path: Path,
    layers: Sequence[tuple[str, str | None]],
    requested: str | None,
    kind: GeometryKind,
) -> str:
    """Return the requested layer, or the only one, or the only one with suitable geometry.

    `layers` are names and geometry types. Raises UnknownLayer, listing them, and UnreadableFile
    where there are none.
    """
    names = [name for name, _ in layers]
    listed = ", ".join(f"{name} ({type_name or 'no geometry'})" for name, type_name in layers)
    if requested is not None and requested not in names:
        raise UnknownLayer(f"{path.name} has no layer {requested!r}.", hint=f"It has: {listed}.")
    if requested is not None or len(names) == 1:
        return requested or names[0]
    if not names:
        raise UnreadableFile(f"{path.name} has no layer.", hint="Check that it is complete.")
    suitable = [
        name
        for name, type_name in layers
        if any(part in (type_name or "") for part in _LAYER_TYPES[kind])
    ]
    if len(suitable) != 1:
        raise UnknownLayer(
            f"{path.name} has {len(names)} layers: {listed}.", hint="Name one with --layer."
        )
    return suitable[0]
