"""Geometry on its way in: flat, of the right type, in WGS 84, finite, in range and valid."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from shapely import GeometryType as Is

from data import mend
from data.columns import Shape
from data.crs import Frame
from data.faults import Notes

Geoms = NDArray[np.object_]
Bools = NDArray[np.bool_]
Extent = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""

POLYGONS = (Is.POLYGON, Is.MULTIPOLYGON)
LINES = (Is.LINESTRING, Is.MULTILINESTRING)
MULTIS = (Is.MULTIPOINT, Is.MULTILINESTRING, Is.MULTIPOLYGON, Is.GEOMETRYCOLLECTION)
WANTED = {
    Shape.POINT: (Is.POINT,),
    Shape.AREA: POLYGONS,
    Shape.DRAWING: (*POLYGONS, *LINES),
}
NEAR = 0.5
"""How many degrees beyond the city's extent a place may lie (some 50 km) before it is doubted."""


@dataclass(frozen=True)
class Flaw:
    """What is wrong with the geometry at one position of a batch."""

    position: int
    kind: str
    what: str
    mend: str


@dataclass
class Shapes:
    """The geometries of some rows while they are checked; a flawed one turns None."""

    geoms: Geoms
    shape: Shape
    frame: Frame
    notes: Notes
    required: bool = True
    repair: bool = False
    extent: Extent | None = None
    flaws: list[Flaw] = field(default_factory=list)

    def flaw(self, bad: Bools, kind: str, what: str | Callable[[int], str], mend: str) -> None:
        """Report the geometries at these positions, and drop them from further checks."""
        for position in np.flatnonzero(bad):
            said = what if isinstance(what, str) else what(int(position))
            self.flaws.append(Flaw(int(position), kind, said, mend))
        self.geoms[bad] = None

    @property
    def present(self) -> Bools:
        """Where there is a geometry that nothing is known to be wrong with."""
        return ~np.asarray(shapely.is_missing(self.geoms))


def check(wkb: pa.Array, batch_of: Callable[[Geoms], Shapes]) -> Shapes:
    """Return the geometries of a column of WKB, checked; flaws tell of those that turned None.

    Polygons are promoted to MultiPolygon. Shapes (n,) → (n,).
    """
    raw = np.asarray(wkb.to_numpy(zero_copy_only=False), dtype=object)
    batch = batch_of(np.asarray(shapely.from_wkb(raw, on_invalid="ignore"), dtype=object))
    _broken(batch, raw)
    _missing(batch, wkb)
    for step in (_flatten, _fit, _finite, _place, _near, _valid, _promote):
        step(batch)
    return batch


def _broken(batch: Shapes, raw: Geoms) -> None:
    """Report WKB that holds no geometry we know; rings left open are closed when asked to."""
    broken = ~batch.present & np.array([value is not None for value in raw], dtype=np.bool_)
    if not broken.any():
        return
    fixed = np.asarray(shapely.from_wkb(raw[broken], on_invalid="fix"), dtype=object)
    opened = np.zeros_like(broken)
    opened[broken] = np.isin(shapely.get_type_id(fixed), POLYGONS)
    if batch.repair:
        batch.geoms[broken] = fixed
        batch.notes.add("Rings that did not close were closed", int(opened.sum()))
        broken &= ~opened
        opened[:] = False
    batch.flaw(
        opened,
        "unclosed_ring",
        "a ring does not end where it begins",
        "Repeat its first corner at its end, or import with --repair.",
    )
    batch.flaw(
        broken & ~opened,
        "broken_geometry",
        lambda at: f"the shape cannot be read (type {_wkb_type(raw[at])})",
        "Write it as a simple polygon, line or point.",
    )


_WKB_NAMES = {8: "CircularString", 9: "CompoundCurve", 10: "CurvePolygon", 11: "MultiCurve",
              12: "MultiSurface", 15: "PolyhedralSurface", 16: "TIN", 17: "Triangle"}  # fmt: skip


def _wkb_type(wkb: bytes) -> str:
    code = int.from_bytes(wkb[1:5], "little" if wkb[:1] == b"\x01" else "big") & 0xFFFFFFF
    number = code % 1000
    names = {member.value + 1: member.name.title() for member in Is if member.value >= 3}
    return ({1: "Point", 2: "LineString"} | names | _WKB_NAMES).get(number, f"number {number}")


def _missing(batch: Shapes, wkb: pa.Array) -> None:
    """Report rows without a shape, or with an empty one, where each row needs one."""
    empty = batch.present & np.asarray(shapely.is_empty(batch.geoms))
    absent = np.asarray(wkb.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)
    needed = f"Draw {batch.shape.value} for it, or take the row out."
    if batch.required:
        batch.flaw(absent, "missing_geometry", "it has no shape", needed)
        batch.flaw(empty, "empty_geometry", "its shape is empty", needed)
    else:
        batch.geoms[empty] = None


def _flatten(batch: Shapes) -> None:
    tall = np.asarray(shapely.has_z(batch.geoms) | shapely.has_m(batch.geoms))
    if tall.any():
        batch.geoms[tall] = shapely.force_2d(batch.geoms[tall])
        batch.notes.add("Heights and measures (Z, M) were dropped", int(tall.sum()))


def _fit(batch: Shapes) -> None:
    """Make each geometry the type its kind needs where that changes no place."""
    types = np.asarray(shapely.get_type_id(batch.geoms))
    wanted = np.array(WANTED[batch.shape])
    _unwrap(batch, np.isin(types, MULTIS) & ~np.isin(types, wanted))
    if batch.shape is Shape.AREA:
        _outline(batch)
    types = np.asarray(shapely.get_type_id(batch.geoms))
    if not batch.required:
        points = np.isin(types, (Is.POINT, Is.MULTIPOINT))
        if points.any():
            batch.geoms[points] = None
            batch.notes.add("Points are no outlines and were left out", int(points.sum()))
    batch.flaw(
        batch.present & ~np.isin(types, wanted),
        "wrong_geometry",
        lambda at: f"a {Is(types[at]).name.title()} where {batch.shape.value} is needed",
        f"Draw {batch.shape.value}, or take the row out.",
    )


def _unwrap(batch: Shapes, nested: Bools) -> None:
    """Take collections apart: one fitting part stands for the whole, polygons join."""
    for at in np.flatnonzero(nested):
        parts = _parts(batch.geoms[at])
        if (
            batch.shape is not Shape.POINT
            and parts
            and all(shapely.get_type_id(parts) == Is.POLYGON)
        ):
            batch.geoms[at] = shapely.union_all(parts) if len(parts) > 1 else parts[0]
            batch.notes.add("Collections of polygons were joined", 1)
        elif len(parts) == 1:
            batch.geoms[at] = parts[0]


def _parts(geometry: shapely.Geometry) -> list[shapely.Geometry]:
    parts = [geometry]
    while any(shapely.get_type_id(parts) == Is.GEOMETRYCOLLECTION):
        parts = list(shapely.get_parts(parts))
    return [part for part in shapely.get_parts(parts) if not part.is_empty]


def _outline(batch: Shapes) -> None:
    """Take closed lines as the outlines they are."""
    geoms = batch.geoms
    closed = np.asarray(
        (shapely.get_type_id(geoms) == Is.LINESTRING)
        & shapely.is_closed(geoms)
        & (shapely.get_num_points(geoms) >= 4)
    )
    if closed.any():
        corners, owner = shapely.get_coordinates(geoms[closed], return_index=True)
        geoms[closed] = shapely.polygons(shapely.linearrings(corners, indices=owner))
        batch.notes.add("Closed lines were taken as outlines", int(closed.sum()))


def _finite(batch: Shapes) -> None:
    coords, owner = shapely.get_coordinates(batch.geoms, return_index=True)
    finite = np.isfinite(coords).all(axis=1)
    if not finite.all():
        bad = np.zeros(len(batch.geoms), dtype=np.bool_)
        bad[owner[~finite]] = True
        batch.flaw(
            bad,
            "bad_coordinates",
            "a coordinate is not a number",
            "Give numbers, or take the row out.",
        )


def _place(batch: Shapes) -> None:
    """Take everything to WGS 84 and report what lies nowhere on the earth."""
    before, owner = shapely.get_coordinates(batch.geoms, return_index=True)
    after = before if batch.frame.same else batch.frame.to_wgs84(before)
    beyond = ~((np.abs(after[:, 0]) <= 180) & (np.abs(after[:, 1]) <= 90))
    if not batch.frame.same:
        batch.geoms[:] = shapely.set_coordinates(batch.geoms, np.where(beyond[:, None], 0, after))
    if beyond.any():
        first = {
            int(o): before[i]
            for i, o in zip(np.flatnonzero(beyond)[::-1], owner[beyond][::-1], strict=True)
        }
        bad = np.zeros(len(batch.geoms), dtype=np.bool_)
        bad[owner[beyond]] = True
        batch.flaw(bad, "out_of_range", lambda at: _beyond(*first[at]), _hint(before, batch.frame))


def _beyond(x: float, y: float) -> str:
    return f"{x:.10g}, {y:.10g} is no place on the earth"


def _hint(coords: NDArray[np.float64], frame: Frame) -> str:
    """Guess why coordinates are out of range, for the reader to mend."""
    x, y = np.abs(coords).T
    if frame.transformer is not None:
        return "Check that the reference system is the one the coordinates are in (--crs EPSG:n)."
    if np.all((x <= 90) & (y <= 180)):
        return "Latitude and longitude look swapped: longitude comes first."
    if np.max(x) > 1000:
        return "These look like metres: name their reference system with --crs EPSG:n."
    return "Longitude lies in -180 … 180 and latitude in -90 … 90."


def _near(batch: Shapes) -> None:
    """Report points at (0, 0), where missing places end up, and places far from the city."""
    boxes = np.asarray(shapely.bounds(batch.geoms))
    batch.flaw(
        np.asarray((boxes == 0).all(axis=1)),
        "null_island",
        "it lies at 0, 0, off the coast of Africa",
        "Give its real place, or take the row out.",
    )
    if batch.extent is None:
        return
    west, south, east, north = batch.extent
    lon, lat = (boxes[:, :2] + boxes[:, 2:]).T / 2
    within = _inside(lon, lat, batch.extent)
    far = batch.present & ~within
    swapped = _inside(lat, lon, batch.extent)
    city = f"{west:.2f} … {east:.2f}, {south:.2f} … {north:.2f}"
    batch.flaw(
        far & swapped,
        "swapped",
        lambda at: f"{lon[at]:.5f}, {lat[at]:.5f} is far from the city ({city})",
        "Latitude and longitude look swapped: longitude comes first.",
    )
    batch.flaw(
        far & ~swapped,
        "far_away",
        lambda at: f"{lon[at]:.5f}, {lat[at]:.5f} is far from the city ({city})",
        "Check its coordinates, --crs and --datum.",
    )


def _inside(lon: NDArray[np.float64], lat: NDArray[np.float64], extent: Extent) -> Bools:
    west, south, east, north = extent
    return np.asarray(
        (west - NEAR <= lon) & (lon <= east + NEAR) & (south - NEAR <= lat) & (lat <= north + NEAR)
    )


def _valid(batch: Shapes) -> None:
    invalid = batch.present & ~np.asarray(shapely.is_valid(batch.geoms))
    if not invalid.any():
        return
    if batch.repair and batch.shape is not Shape.POINT:
        invalid &= ~_mend(batch, invalid)
    reasons = dict(
        zip(np.flatnonzero(invalid), shapely.is_valid_reason(batch.geoms[invalid]), strict=True)
    )
    batch.flaw(
        invalid,
        "invalid_geometry",
        lambda at: _reason(reasons[at]),
        "Redraw the outline there, or import with --repair.",
    )


def _mend(batch: Shapes, invalid: Bools) -> Bools:
    mended = mend.outlines(batch.geoms[invalid])
    done = np.zeros_like(invalid)
    done[invalid] = ~shapely.is_missing(mended.geoms)
    batch.geoms[done] = mended.geoms[done[invalid]]
    if done.any():
        batch.notes.add(
            f"Outlines were repaired: by at most {mended.moved_m.max():.2f} m", int(done.sum())
        )
    return done


def _reason(text: str) -> str:
    """Turn `Self-intersection[13.38 52.5]` into words with longitude and latitude."""
    what, _, place = text.partition("[")
    lon, _, lat = place.rstrip("]").partition(" ")
    if not lat:
        return what.lower()
    return f"{what.lower()} at {float(lon):.6f}, {float(lat):.6f}"


def _promote(batch: Shapes) -> None:
    """Make polygons multipolygons, as the register stores them."""
    if batch.shape is not Shape.AREA:
        return
    single = np.asarray(shapely.get_type_id(batch.geoms) == Is.POLYGON)
    polygons = batch.geoms[single]
    batch.geoms[single] = shapely.multipolygons(polygons, indices=np.arange(len(polygons)))
