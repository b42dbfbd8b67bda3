"""Geometry on its way in: flat, of the right type, in WGS 84, finite, in range and valid."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from shapely import GeometryType as Is

from data.columns import Shape
from data.reading.files import wkb
from data.reading.geometry import coerce_type, curves, fast_validate
from data.reading.geometry import repair as geometry_repair
from data.reading.geometry.crs import Frame
from data.row_errors import Notes

Geoms = NDArray[np.object_]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Extent = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""

NEAR = 0.5
"""How many degrees beyond the city's extent a place may lie (some 50 km) before it is doubted."""


@dataclass(frozen=True)
class Flaw:
    """What is wrong with the geometry at one position of a batch."""

    position: int
    kind: str
    what: str
    mend: str


@dataclass(frozen=True)
class Rule:
    """What geometry a kind needs, and where the coordinates of this file lie."""

    shape: Shape
    required: bool
    frame: Frame
    repair: bool = False
    extent: Extent | None = None

    def near(self, lon: Floats, lat: Floats) -> Bools:
        """Tell which places are within reach of the city; all are where its extent is unknown."""
        if self.extent is None:
            return np.ones(len(lon), dtype=np.bool_)
        west, south, east, north = self.extent
        across = (west - NEAR <= lon) & (lon <= east + NEAR)
        return np.asarray(across & (south - NEAR <= lat) & (lat <= north + NEAR))


@dataclass
class Shapes:
    """The geometries of some rows while they are checked; a flawed one turns None."""

    geoms: Geoms
    rule: Rule
    notes: Notes
    flaws: list[Flaw] = field(default_factory=list)

    def flaw(self, bad: Bools, kind: str, what: str | Callable[[int], str], mend: str) -> None:
        """Report the geometries at these positions, and drop them from further checks."""
        for position in map(int, np.flatnonzero(bad)):
            said = what if isinstance(what, str) else what(position)
            self.flaws.append(Flaw(position, kind, said, mend))
        self.geoms[bad] = None

    @property
    def present(self) -> Bools:
        """Where there is a geometry that nothing is known to be wrong with."""
        return ~np.asarray(shapely.is_missing(self.geoms))

    @property
    def types(self) -> NDArray[np.int64]:
        """Their types as shapely numbers them, -1 where there is none."""
        return np.asarray(shapely.get_type_id(self.geoms), dtype=np.int64)


def check(column: pa.Array, rule: Rule, notes: Notes) -> tuple[pa.Array, list[Flaw]]:
    """Return a column of WKB as EWKB in EPSG:4326, null where missing or flawed, and the flaws.

    Polygons come back as MultiPolygon. Shapes (n,) → (n,).
    """
    sure, passed = fast_validate.passes(column, rule.shape, rule.frame, rule.near)
    doubtful = np.setdiff1d(np.arange(len(column)), sure, assume_unique=True)
    back = pa.array(np.argsort(np.concatenate([sure, doubtful])))
    if not len(doubtful):
        return passed.take(back), []
    with np.errstate(all="ignore"):  # GEOS leaves flags of odd numbers behind; those are looked for
        checked = _closely(column.take(pa.array(doubtful)), rule, notes)
    flaws = [replace(flaw, position=int(doubtful[flaw.position])) for flaw in checked.flaws]
    stamped = shapely.to_wkb(shapely.set_srid(checked.geoms, 4326), include_srid=True)
    return pa.concat_arrays([passed, pa.array(stamped, pa.binary())]).take(back), flaws


def _closely(column: pa.Array, rule: Rule, notes: Notes) -> Shapes:
    """Check geometries one property after the other."""
    raw = np.asarray(column.to_numpy(zero_copy_only=False), dtype=object)
    shapes = Shapes(curves.without(shapely.from_wkb, raw), rule, notes)
    _broken(shapes, raw, wkb.types(column))
    _missing(shapes, np.asarray(column.is_null(), dtype=np.bool_))
    for step in (_flatten, _fit, _finite, _place, _near, _valid):
        step(shapes)
    if rule.shape is Shape.AREA:
        shapes.geoms = coerce_type.promote(shapes.geoms)
    return shapes


def _broken(shapes: Shapes, raw: Geoms, types: NDArray[np.int64]) -> None:
    """Report WKB that holds no geometry we know; rings left open are closed when asked to."""
    broken = ~shapes.present & np.array([value is not None for value in raw], dtype=np.bool_)
    if not broken.any():
        return
    opened = broken & np.isin(types, (3, 6))
    fixed = np.asarray(shapely.from_wkb(raw[opened], on_invalid="fix"), dtype=object)
    filled = ~(shapely.is_missing(fixed) | shapely.is_empty(fixed))
    opened[opened] = filled
    if shapes.rule.repair and opened.any():
        shapes.geoms[opened] = fixed[filled]
        shapes.notes.add("Rings that did not close were closed", int(opened.sum()))
        broken &= ~opened
    shapes.flaw(
        broken & opened,
        "unclosed_ring",
        "a ring does not end where it begins",
        "Repeat its first corner at its end, or import with --repair.",
    )
    shapes.flaw(
        broken & ~opened,
        "broken_geometry",
        lambda at: f"its shape ({wkb.NAMES.get(int(types[at]), 'unknown')}) cannot be read",
        "Write it as a simple polygon, line or point.",
    )


def _missing(shapes: Shapes, absent: Bools) -> None:
    """Report rows without a shape, or with an empty one, where each row needs one."""
    empty = shapes.present & np.asarray(shapely.is_empty(shapes.geoms))
    if not shapes.rule.required:
        shapes.geoms[empty] = None
        return
    needed = f"Draw {shapes.rule.shape.value} for it, or take the row out."
    shapes.flaw(absent, "missing_geometry", "it has no shape", needed)
    shapes.flaw(empty, "empty_geometry", "its shape is empty", needed)


def _flatten(shapes: Shapes) -> None:
    tall = np.asarray(shapely.has_z(shapes.geoms) | shapely.has_m(shapes.geoms))
    if tall.any():
        shapes.geoms[tall] = shapely.force_2d(shapes.geoms[tall])
        shapes.notes.add("Heights and measures (Z, M) were dropped", int(tall.sum()))


def _fit(shapes: Shapes) -> None:
    """Make each geometry the type its kind needs; report those that cannot be."""
    rule, fitted = shapes.rule, coerce_type.fit(shapes.geoms, shapes.rule.shape)
    shapes.geoms = fitted.geoms
    if fitted.joined:
        shapes.notes.add("Collections of polygons were joined", fitted.joined)
    if fitted.outlined:
        shapes.notes.add("Closed lines were taken as outlines", fitted.outlined)
    types = shapes.types
    points = np.isin(types, (Is.POINT, Is.MULTIPOINT))
    if not rule.required and points.any():
        shapes.geoms[points] = None
        shapes.notes.add("Points are no outlines and were left out", int(points.sum()))
    shapes.flaw(
        shapes.present & ~np.isin(types, coerce_type.WANTED[rule.shape]),
        "wrong_geometry",
        lambda at: f"{_NAMES[Is(types[at])]} where {rule.shape.value} is needed",
        f"Draw {rule.shape.value}, or take the row out.",
    )


_NAMES = {
    Is.POINT: "a point",
    Is.LINESTRING: "a line that does not close",
    Is.LINEARRING: "a ring",
    Is.POLYGON: "a polygon",
    Is.MULTIPOINT: "several points",
    Is.MULTILINESTRING: "several lines",
    Is.MULTIPOLYGON: "several polygons",
    Is.GEOMETRYCOLLECTION: "a mixed collection",
}


def _finite(shapes: Shapes) -> None:
    coords, owner = shapely.get_coordinates(shapes.geoms, return_index=True)
    bad = np.zeros(len(shapes.geoms), dtype=np.bool_)
    bad[owner[~np.isfinite(coords).all(axis=1)]] = True
    numbers = "Give numbers, or take the row out."
    shapes.flaw(bad, "bad_coordinates", "a coordinate is not a number", numbers)


def _place(shapes: Shapes) -> None:
    """Take everything to WGS 84 and report what lies nowhere on the earth."""
    frame = shapes.rule.frame
    before, owner = shapely.get_coordinates(shapes.geoms, return_index=True)
    after = before if frame.same else frame.to_wgs84(before)
    beyond = ~((np.abs(after[:, 0]) <= 180) & (np.abs(after[:, 1]) <= 90))
    if not frame.same:
        shapes.geoms[:] = shapely.set_coordinates(shapes.geoms, np.where(beyond[:, None], 0, after))
    if beyond.any():
        which, at = np.unique(owner[beyond], return_index=True)
        first = dict(zip(which.tolist(), before[beyond][at].tolist(), strict=True))
        bad = np.zeros(len(shapes.geoms), dtype=np.bool_)
        bad[which] = True
        hint = _hint(before[beyond], frame)
        shapes.flaw(bad, "out_of_range", lambda at: _beyond(*first[at]), hint)


def _beyond(x: float, y: float) -> str:
    return f"{x:.10g}, {y:.10g} is no place on the earth"


def _hint(coords: Floats, frame: Frame) -> str:
    """Guess why coordinates are out of range, for the reader to mend."""
    x, y = np.abs(coords).T
    if frame.transformer is not None:
        return "Check that the reference system is the one the coordinates are in (--crs EPSG:n)."
    if np.all((x <= 90) & (y <= 180)):
        return "Latitude and longitude look swapped: longitude comes first."
    if np.max(coords) > 1000:
        return "These look like metres: name their reference system with --crs EPSG:n."
    return "Longitude lies in -180 … 180 and latitude in -90 … 90."


def _near(shapes: Shapes) -> None:
    """Report shapes at (0, 0), where missing places end up, and those far from the city."""
    boxes = np.asarray(shapely.bounds(shapes.geoms))
    shapes.flaw(
        np.asarray((boxes == 0).all(axis=1)),
        "null_island",
        "it lies at 0, 0, off the coast of Africa",
        "Give its real place, or take the row out.",
    )
    lon, lat = (boxes[:, :2] + boxes[:, 2:]).T / 2
    far = shapes.present & ~shapes.rule.near(lon, lat)
    if not far.any():
        return
    swapped = far & shapes.rule.near(lat, lon)
    swap = "Latitude and longitude look swapped: longitude comes first."

    def away(at: int) -> str:
        return f"{lon[at]:.5f}, {lat[at]:.5f} is far from the city"

    shapes.flaw(swapped, "swapped", away, swap)
    shapes.flaw(far & ~swapped, "far_away", away, "Check its coordinates, --crs and --datum.")


def _valid(shapes: Shapes) -> None:
    invalid = shapes.present & ~np.asarray(shapely.is_valid(shapes.geoms))
    if shapes.rule.repair and invalid.any():
        invalid &= ~_mend(shapes, invalid)
    reasons = np.full(len(invalid), None, dtype=object)
    reasons[invalid] = shapely.is_valid_reason(shapes.geoms[invalid])
    shapes.flaw(
        invalid,
        "invalid_geometry",
        lambda at: _reason(reasons[at]),
        "Redraw the outline there, or import with --repair.",
    )


def _mend(shapes: Shapes, invalid: Bools) -> Bools:
    """Repair what is invalid; tell where that left something."""
    mended = geometry_repair.outlines(shapes.geoms[invalid])
    left = ~np.asarray(shapely.is_missing(mended.geoms))
    done = np.zeros_like(invalid)
    done[invalid] = left
    shapes.geoms[done] = mended.geoms[left]
    mended.note(shapes.notes)
    return done


def _reason(text: str) -> str:
    """Turn `Self-intersection[13.38 52.5]` into words with longitude and latitude."""
    what, _, place = text.partition("[")
    lon, _, lat = place.rstrip("]").partition(" ")
    return f"{what.lower()} at {float(lon):.6f}, {float(lat):.6f}" if lat else what.lower()
