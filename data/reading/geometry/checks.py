"""Convert and check geometries: two-dimensional, right type, WGS 84, finite, in range, valid."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from data.columns import GeometryKind
from data.reading.files import wkb
from data.reading.geometry import coerce_type, curves, fast_validate
from data.reading.geometry.crs import SourceCrs
from data.reading.geometry.repair import repair_polygons
from data.reading.notes import Notes

Geoms = NDArray[np.object_]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Extent = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""

NEAR_DEGREES = 0.5
"""How far outside the city's extent a geometry may lie (some 50 km) before it is an error."""


@dataclass(frozen=True)
class GeometryProblem:
    """What is wrong with the geometry at one position of a batch."""

    position: int
    kind: str
    message: str
    hint: str


@dataclass(frozen=True)
class GeometryRules:
    """The geometry that a dataset requires, and the reference system of this file."""

    kind: GeometryKind
    required: bool
    crs: SourceCrs
    repair: bool = False
    extent: Extent | None = None

    def is_near(self, lon: Floats, lat: Floats) -> Bools:
        """Return which positions are near the city; all are if its extent is unknown."""
        if self.extent is None:
            return np.ones(len(lon), dtype=np.bool_)
        west, south, east, north = self.extent
        lon_near = (west - NEAR_DEGREES <= lon) & (lon <= east + NEAR_DEGREES)
        lat_near = (south - NEAR_DEGREES <= lat) & (lat <= north + NEAR_DEGREES)
        return np.asarray(lon_near & lat_near)


@dataclass
class GeometryBatch:
    """The geometries of some rows during the checks; one with a problem becomes None."""

    geoms: Geoms
    rules: GeometryRules
    notes: Notes
    problems: list[GeometryProblem] = field(default_factory=list)

    def report(self, bad: Bools, kind: str, message: str | Callable[[int], str], hint: str) -> None:
        """Add a problem for each of these geometries, and set them to None."""
        for position in map(int, np.flatnonzero(bad)):
            text = message if isinstance(message, str) else message(position)
            self.problems.append(GeometryProblem(position, kind, text, hint))
        self.geoms[bad] = None

    @property
    def present(self) -> Bools:
        """Where there is a geometry without a problem so far."""
        return ~np.asarray(shapely.is_missing(self.geoms))

    @property
    def types(self) -> Ints:
        """The types in shapely's numbering, -1 where there is no geometry."""
        return np.asarray(shapely.get_type_id(self.geoms), dtype=np.int64)


def validate_geometries(
    column: pa.Array, rules: GeometryRules, notes: Notes
) -> tuple[pa.Array, list[GeometryProblem]]:
    """Return a column of WKB as EWKB in EPSG:4326, null where missing or invalid, and the problems.

    Polygons become MultiPolygons. Shapes (n,) → (n,).
    """
    valid, valid_ewkb = fast_validate.find_valid(column, rules.kind, rules.crs, rules.is_near)
    remaining = np.setdiff1d(np.arange(len(column)), valid, assume_unique=True)
    original_order = pa.array(np.argsort(np.concatenate([valid, remaining])))
    if not len(remaining):
        return valid_ewkb.take(original_order), []
    with np.errstate(all="ignore"):  # GEOS sets floating-point flags; _check_finite finds the cause
        batch = _check_exactly(column.take(pa.array(remaining)), rules, notes)
    problems = [
        replace(problem, position=int(remaining[problem.position])) for problem in batch.problems
    ]
    ewkb = shapely.to_wkb(shapely.set_srid(batch.geoms, 4326), include_srid=True)
    both = pa.concat_arrays([valid_ewkb, pa.array(ewkb, pa.binary())])
    return both.take(original_order), problems


def _check_exactly(column: pa.Array, rules: GeometryRules, notes: Notes) -> GeometryBatch:
    """Check geometries with GEOS, one property after the other."""
    values = np.asarray(column.to_numpy(zero_copy_only=False), dtype=object)
    geoms = curves.read_without_curves(shapely.from_wkb, values)
    batch = GeometryBatch(geoms, rules, notes)
    _check_readable(batch, values, wkb.geometry_types(column))
    _check_missing(batch, np.asarray(column.is_null(), dtype=np.bool_))
    for step in (_flatten, _coerce, _check_finite, _transform, _check_location, _check_valid):
        step(batch)
    if rules.kind is GeometryKind.POLYGON:
        batch.geoms = coerce_type.to_multipolygons(batch.geoms)
    return batch


def _check_readable(batch: GeometryBatch, values: Geoms, types: Ints) -> None:
    """Report WKB that cannot be read; with `repair`, close open rings."""
    unreadable = ~batch.present & np.array([v is not None for v in values], dtype=np.bool_)
    if not unreadable.any():
        return
    has_open_ring = unreadable & np.isin(types, (3, 6))
    closed = np.asarray(shapely.from_wkb(values[has_open_ring], on_invalid="fix"), dtype=object)
    is_closed = ~(shapely.is_missing(closed) | shapely.is_empty(closed))
    has_open_ring[has_open_ring] = is_closed
    if batch.rules.repair and has_open_ring.any():
        batch.geoms[has_open_ring] = closed[is_closed]
        batch.notes.add("Open rings were closed", int(has_open_ring.sum()))
        unreadable &= ~has_open_ring
    batch.report(
        unreadable & has_open_ring,
        "unclosed_ring",
        "a ring does not end where it begins",
        "Repeat its first corner at its end, or import with --repair.",
    )
    batch.report(
        unreadable & ~has_open_ring,
        "broken_geometry",
        lambda i: f"its geometry ({wkb.TYPE_NAMES.get(int(types[i]), 'unknown')}) cannot be read",
        "Write it as a simple polygon, line or point.",
    )


def _check_missing(batch: GeometryBatch, is_null: Bools) -> None:
    """Report rows without a geometry, or with an empty one, where each row needs one."""
    empty = batch.present & np.asarray(shapely.is_empty(batch.geoms))
    if not batch.rules.required:
        batch.geoms[empty] = None
        return
    hint = f"Add {batch.rules.kind.value} for it, or remove the row."
    batch.report(is_null, "missing_geometry", "it has no geometry", hint)
    batch.report(empty, "empty_geometry", "its geometry is empty", hint)


def _flatten(batch: GeometryBatch) -> None:
    has_z_or_m = np.asarray(shapely.has_z(batch.geoms) | shapely.has_m(batch.geoms))
    if has_z_or_m.any():
        batch.geoms[has_z_or_m] = shapely.force_2d(batch.geoms[has_z_or_m])
        batch.notes.add("Heights and measures (Z, M) were dropped", int(has_z_or_m.sum()))


def _coerce(batch: GeometryBatch) -> None:
    """Convert each geometry to the required type; report those that cannot be converted."""
    rules, result = batch.rules, coerce_type.coerce(batch.geoms, batch.rules.kind)
    batch.geoms = result.geoms
    if result.union_count:
        batch.notes.add("Collections of polygons were merged", result.union_count)
    if result.polygonized_count:
        batch.notes.add("Closed lines were read as polygons", result.polygonized_count)
    types = batch.types
    points = np.isin(types, (GeometryType.POINT, GeometryType.MULTIPOINT))
    if not rules.required and points.any():
        batch.geoms[points] = None
        batch.notes.add("Points in place of polygons were left out", int(points.sum()))
    batch.report(
        batch.present & ~np.isin(types, coerce_type.ACCEPTED_TYPES[rules.kind]),
        "wrong_geometry",
        lambda i: f"{_TYPE_NAMES[GeometryType(types[i])]} where {rules.kind.value} is needed",
        f"Replace it with {rules.kind.value}, or remove the row.",
    )


_TYPE_NAMES = {
    GeometryType.POINT: "a point",
    GeometryType.LINESTRING: "a line that does not close",
    GeometryType.LINEARRING: "a ring",
    GeometryType.POLYGON: "a polygon",
    GeometryType.MULTIPOINT: "several points",
    GeometryType.MULTILINESTRING: "several lines",
    GeometryType.MULTIPOLYGON: "several polygons",
    GeometryType.GEOMETRYCOLLECTION: "a mixed collection",
}


def _check_finite(batch: GeometryBatch) -> None:
    coords, owner = shapely.get_coordinates(batch.geoms, return_index=True)
    bad = np.zeros(len(batch.geoms), dtype=np.bool_)
    bad[owner[~np.isfinite(coords).all(axis=1)]] = True
    hint = "Use numbers, or remove the row."
    batch.report(bad, "bad_coordinates", "a coordinate is not a number", hint)


def _transform(batch: GeometryBatch) -> None:
    """Convert everything to WGS 84 and report coordinates out of range."""
    crs = batch.rules.crs
    coords, owner = shapely.get_coordinates(batch.geoms, return_index=True)
    degrees = coords if crs.is_wgs84 else crs.to_wgs84(coords)
    out_of_range = ~((np.abs(degrees[:, 0]) <= 180) & (np.abs(degrees[:, 1]) <= 90))
    if not crs.is_wgs84:
        in_range = np.where(out_of_range[:, None], 0, degrees)
        batch.geoms[:] = shapely.set_coordinates(batch.geoms, in_range)
    if out_of_range.any():
        positions, at = np.unique(owner[out_of_range], return_index=True)
        examples = coords[out_of_range][at].tolist()
        example_of = dict(zip(positions.tolist(), examples, strict=True))
        bad = np.zeros(len(batch.geoms), dtype=np.bool_)
        bad[positions] = True
        hint = _range_hint(coords[out_of_range], crs)
        batch.report(bad, "out_of_range", lambda i: _range_message(*example_of[i]), hint)


def _range_message(x: float, y: float) -> str:
    return f"the coordinates {x:.10g}, {y:.10g} are out of range"


def _range_hint(coords: Floats, crs: SourceCrs) -> str:
    """Return the likely cause of coordinates out of range."""
    x, y = np.abs(coords).T
    if crs.transformer is not None:
        return "Check that the reference system is that of the coordinates (--crs EPSG:n)."
    if np.all((x <= 90) & (y <= 180)):
        return "Latitude and longitude look swapped: longitude comes first."
    if np.max(coords) > 1000:
        return "These look like metres: name their reference system with --crs EPSG:n."
    return "Longitude lies in -180 … 180 and latitude in -90 … 90."


def _check_location(batch: GeometryBatch) -> None:
    """Report geometries at (0, 0), where missing coordinates end up, and far from the city."""
    bounds = np.asarray(shapely.bounds(batch.geoms))
    batch.report(
        np.asarray((bounds == 0).all(axis=1)),
        "null_island",
        "it lies at 0, 0, off the coast of Africa",
        "Use its real coordinates, or remove the row.",
    )
    lon, lat = (bounds[:, :2] + bounds[:, 2:]).T / 2
    far = batch.present & ~batch.rules.is_near(lon, lat)
    if not far.any():
        return
    swapped = far & batch.rules.is_near(lat, lon)

    def message(i: int) -> str:
        return f"{lon[i]:.5f}, {lat[i]:.5f} is far from the city"

    swap_hint = "Latitude and longitude look swapped: longitude comes first."
    batch.report(swapped, "swapped", message, swap_hint)
    batch.report(far & ~swapped, "far_away", message, "Check its coordinates, --crs and --datum.")


def _check_valid(batch: GeometryBatch) -> None:
    invalid = batch.present & ~np.asarray(shapely.is_valid(batch.geoms))
    if batch.rules.repair and invalid.any():
        invalid &= ~_repair(batch, invalid)
    reasons = np.full(len(invalid), None, dtype=object)
    reasons[invalid] = shapely.is_valid_reason(batch.geoms[invalid])
    batch.report(
        invalid,
        "invalid_geometry",
        lambda i: _reason(reasons[i]),
        "Correct the polygon there, or import with --repair.",
    )


def _repair(batch: GeometryBatch, invalid: Bools) -> Bools:
    """Repair the invalid geometries; return which of them have an area afterwards."""
    result = repair_polygons(batch.geoms[invalid])
    has_area = ~np.asarray(shapely.is_missing(result.geoms))
    repaired = np.zeros_like(invalid)
    repaired[invalid] = has_area
    batch.geoms[repaired] = result.geoms[has_area]
    result.add_to(batch.notes)
    return repaired


def _reason(text: str) -> str:
    """Return `Self-intersection[13.38 52.5]` as words with longitude and latitude."""
    reason, _, position = text.partition("[")
    lon, _, lat = position.rstrip("]").partition(" ")
    return f"{reason.lower()} at {float(lon):.6f}, {float(lat):.6f}" if lat else reason.lower()
