"""Which of the things in a file is meant: the member of an archive, the layer of several."""

from collections.abc import Sequence
from pathlib import Path

import pyogrio

from data.columns import Shape
from data.formats import FORMATS, Reader
from data.row_errors import UnknownLayer, UnreadableFile

_ALONE = tuple(
    suffix
    for suffix, form in FORMATS.items()
    if form.reader is Reader.GDAL and suffix not in {".dbf", ".zip", ".shp.zip", ".gdb.zip"}
)
"""Suffixes that a dataset in an archive is known by; the other files belong to one of these."""


_POINTERS = (b"<OGRVRTDataSource", b"<OGRWFSDataSource", b"gdal_streamed_alg")
"""What files begin with that hold no data but tell GDAL to open others, or other hosts."""
POINTING = frozenset({"OGR_VRT", "GDALG", "WFS", "OAPIF", "CSW", "HTTP"})
"""The drivers that read such files."""


def refuse_pointer(path: Path, driver: str | None = None) -> None:
    """Raise UnreadableFile for a file that makes GDAL open another one in its place."""
    if driver is None and path.is_file():
        with path.open("rb") as file:
            head = file.read(4096)
        if not any(mark in head for mark in _POINTERS):
            return
    elif driver not in POINTING:
        return
    raise UnreadableFile(
        f"{path.name} holds no data but points to another place.",
        hint="Import the file it points to.",
    )


def locate(path: Path) -> str:
    """Return the name by which GDAL opens a file: of an archive, the one dataset in it.

    Datasets in the archive's root, and several in one folder, are layers of one; raises
    UnreadableFile where they lie in several folders.
    """
    if path.suffix.casefold() != ".zip" or not path.is_file():
        return str(path)
    root = f"/vsizip/{path.absolute()}"
    try:
        names = pyogrio.vsi_listtree(root)
    except OSError:  # a single file, or no archive at all: opening it will tell
        return str(path)
    found = [name for name in names if name.casefold().endswith(_ALONE)]
    folders = {name.rpartition("/")[0] for name in found}
    if not found or folders == {root}:
        return str(path)
    if len(folders) > 1:
        listed = ", ".join(name.removeprefix(f"{root}/") for name in found[:5])
        raise UnreadableFile(
            f"{path.name} holds several datasets: {listed}.", hint="Unpack it and name one."
        )
    return str(found[0] if len(found) == 1 else folders.pop())


_SUITS = {
    Shape.NONE: ("",),
    Shape.POINT: ("Point",),
    Shape.AREA: ("Polygon", "Surface"),
    Shape.DRAWING: ("LineString", "Polygon", "Surface", "Curve"),
}


def choose(
    path: Path, layers: Sequence[tuple[str, str | None]], wanted: str | None, shape: Shape
) -> str:
    """Return the layer of this name, or the only one, or the only one that suits a shape.

    `layers` are names and types of geometry. Raises UnknownLayer, listing them, and UnreadableFile
    where there are none.
    """
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
