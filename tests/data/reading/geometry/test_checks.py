"""Each problem of a geometry is reported with a hint; valid geometries become EWKB."""

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon

from data.columns import GeometryKind
from data.reading.geometry import crs
from data.reading.geometry.checks import GeometryProblem, GeometryRules, validate_geometries
from data.reading.notes import Notes
from geo.geometry.datums import Datum

DEGREES = crs.resolve_crs("EPSG:4326", None, Datum.WGS84, Notes())
HEGANG = (130.2, 47.2, 130.5, 47.5)
HOUSE = shapely.box(130.300, 47.350, 130.301, 47.351)
BOW = Polygon([(130.3, 47.3), (130.4, 47.4), (130.4, 47.3), (130.3, 47.4)])
CURVE = bytes.fromhex("010800000003000000") + np.arange(6, dtype="<f8").tobytes()
TIN = bytes.fromhex("011000000000000000")


def wkb(*values: shapely.Geometry | bytes | None) -> pa.Array:
    raw = [shapely.to_wkb(v) if isinstance(v, shapely.Geometry) else v for v in values]
    return pa.array(raw, pa.binary())


def rules(kind: GeometryKind = GeometryKind.POLYGON, **options: object) -> GeometryRules:
    return GeometryRules(kind, **{"required": True, "crs": DEGREES, **options})


def validate(
    *values: shapely.Geometry | bytes | None, **options: object
) -> tuple[np.ndarray, list[GeometryProblem], Notes]:
    notes = Notes()
    ewkb, problems = validate_geometries(wkb(*values), rules(**options), notes)
    return shapely.from_wkb(np.array(ewkb.to_pylist(), dtype=object)), problems, notes


def only_problem(value: shapely.Geometry | bytes | None, **options: object) -> GeometryProblem:
    """The one problem of a value, at its position between two houses."""
    geoms, problems, _ = validate(HOUSE, value, HOUSE, **{"kind": GeometryKind.POLYGON, **options})
    assert [problem.position for problem in problems] == [1]
    assert geoms[1] is None
    assert geoms[0].equals(HOUSE)
    return problems[0]


@pytest.mark.parametrize("outline", [HOUSE, HOUSE.buffer(0.001), MultiPolygon([HOUSE])])
def test_a_valid_polygon_becomes_a_multipolygon_with_an_srid(outline: Polygon) -> None:
    """A small polygon, one with too many corners for the fast path, and a multipolygon."""
    (geometry,), problems, notes = validate(outline)
    assert geometry.geom_type == "MultiPolygon"
    assert shapely.get_srid(geometry) == 4326
    assert geometry.equals(outline)
    assert not problems
    assert not len(notes)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "missing_geometry", "no geometry"),
        (Polygon(), "empty_geometry", "empty"),
        (Point(130.3, 47.35), "wrong_geometry", "a point where a polygon is needed"),
        (LineString([(130.3, 47.3), (130.4, 47.4)]), "wrong_geometry", "does not close"),
        (GeometryCollection([HOUSE, Point(0, 0)]), "wrong_geometry", "a mixed collection"),
        (BOW, "invalid_geometry", "self-intersection at 130.350000, 47.350000"),
        (b"", "broken_geometry", "cannot be read"),
        (b"\x01\x03\x00", "broken_geometry", "cannot be read"),
        (CURVE, "broken_geometry", "CircularString"),
        (TIN, "broken_geometry", "TIN"),
        (Polygon([(0, 0), (0, 0), (0, 0), (0, 0)]), "null_island", "0, 0"),
    ],
)  # fmt: skip
def test_a_problem_has_a_kind_a_message_and_a_hint(
    value: shapely.Geometry | bytes | None, kind: str, text: str
) -> None:
    problem = only_problem(value)
    assert problem.kind == kind
    assert text in problem.message
    assert problem.hint


def test_an_open_ring_is_a_problem_and_repair_closes_it() -> None:
    """The last corner of a square differs from the first."""
    malformed = bytearray(shapely.to_wkb(HOUSE))
    malformed[-16:] = np.array([130.3005, 47.352]).tobytes()
    assert only_problem(bytes(malformed)).kind == "unclosed_ring"
    (geometry,), problems, notes = validate(bytes(malformed), repair=True)
    assert geometry.is_valid
    assert not problems
    assert "closed" in " ".join(notes)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", [GeometryKind.POINT, GeometryKind.POLYGON])
def test_a_coordinate_that_is_not_a_number_is_a_problem(bad: float, kind: GeometryKind) -> None:
    """The latitude of a point, or of the second corner of an outline."""
    geometry, offset = (Point(130.3, 47.35), 13) if kind is GeometryKind.POINT else (HOUSE, 37)
    malformed = bytearray(shapely.to_wkb(geometry))
    malformed[offset : offset + 8] = np.float64(bad).tobytes()
    _, (problem,), _ = validate(bytes(malformed), kind=kind)
    assert problem.kind == "bad_coordinates"


def test_metres_without_a_reference_system_are_a_problem_with_a_hint() -> None:
    problem = only_problem(shapely.box(549612, 5211166, 549712, 5211266))
    assert problem.kind == "out_of_range"
    assert "--crs EPSG:n" in problem.hint
    assert "5211166 are out of range" in problem.message


def test_an_impossible_latitude_is_reported_as_swapped() -> None:
    """47.35, 130.3 has a latitude of 130 degrees."""
    _, (problem,), _ = validate(Point(47.35, 130.3), kind=GeometryKind.POINT)
    assert "swapped" in problem.hint


def test_swapped_coordinates_are_detected_by_the_extent_of_the_city() -> None:
    """Both orders are valid coordinates; Syracuse with its latitude first is in Antarctica."""
    syracuse = (-76.2, 42.9, -76.0, 43.1)
    _, (problem,), _ = validate(Point(43.0, -76.1), kind=GeometryKind.POINT, extent=syracuse)
    assert problem.kind == "swapped"
    geoms, problems, _ = validate(Point(-76.1, 43.0), kind=GeometryKind.POINT, extent=syracuse)
    assert not problems
    assert geoms[0].equals(Point(-76.1, 43.0))


def test_only_a_geometry_far_from_the_city_is_a_problem() -> None:
    assert only_problem(shapely.box(116.3, 39.9, 116.4, 40.0), extent=HEGANG).kind == "far_away"
    _, problems, _ = validate(shapely.box(130.6, 47.6, 130.61, 47.61), extent=HEGANG)
    assert not problems


def test_a_point_at_zero_zero_is_a_problem() -> None:
    _, (problem,), _ = validate(Point(0, 0), kind=GeometryKind.POINT)
    assert problem.kind == "null_island"


def test_an_optional_geometry_may_be_missing_and_a_point_is_left_out() -> None:
    geoms, problems, notes = validate(None, Polygon(), Point(130.3, 47.3), HOUSE, required=False)
    assert [geometry is None for geometry in geoms] == [True, True, True, False]
    assert not problems
    assert "Points in place of polygons" in " ".join(notes)


def test_z_values_are_dropped_with_a_note() -> None:
    (geometry,), problems, notes = validate(shapely.force_3d(HOUSE, 7))
    assert not geometry.has_z
    assert geometry.equals(HOUSE)
    assert not problems
    assert "Heights and measures (Z, M) were dropped (1 rows)" in list(notes)


def test_repair_returns_a_valid_geometry_with_a_note() -> None:
    (geometry,), problems, notes = validate(BOW, repair=True)
    assert geometry.is_valid
    assert geometry.geom_type == "MultiPolygon"
    assert not problems
    assert "1 polygon repaired" in " ".join(notes)


def test_a_geometry_without_area_after_repair_is_a_problem() -> None:
    flat = Polygon([(130.3, 47.3), (130.4, 47.4), (130.3, 47.3), (130.3, 47.3)])
    assert only_problem(flat, repair=True).kind == "invalid_geometry"


@pytest.mark.parametrize("corners", [4, 40], ids=["fast path", "exact checks"])
def test_fast_path_and_exact_checks_transform_a_polygon_alike(corners: int) -> None:
    """A Gauss-Krüger polygon with few or many corners, against pyproj one corner at a time."""
    source_crs = crs.resolve_crs("EPSG:4552", None, Datum.WGS84, Notes())
    circle = Point(600_000, 5_240_000).buffer(50, quad_segs=corners)
    (geometry,), _, _ = validate(circle, crs=source_crs)
    to_degrees = Transformer.from_crs("EPSG:4552", "EPSG:4326", always_xy=True)
    expected = [to_degrees.transform(x, y) for x, y in circle.exterior.coords]
    assert np.allclose(shapely.get_coordinates(geometry), expected, atol=1e-12, rtol=0)


def test_rows_keep_their_order_when_only_some_take_the_fast_path() -> None:
    """Houses with and without holes in turn, from west to east."""
    houses = [shapely.box(130 + i / 100, 47, 130.005 + i / 100, 47.005) for i in range(20)]
    holed = [h.difference(h.centroid.buffer(0.001)) if i % 3 else h for i, h in enumerate(houses)]
    geoms, problems, _ = validate(*holed)
    assert not problems
    assert all(result.equals(house) for result, house in zip(geoms, holed, strict=True))


def test_no_rows_give_no_rows() -> None:
    assert len(validate()[0]) == 0


valid_geometries = st.builds(Point, st.floats(-180, 180), st.floats(-90, 90)) | st.builds(
    shapely.box, *(st.floats(-90, 90),) * 4
)


@st.composite
def corrupted_wkb(draw: st.DrawFn) -> bytes:
    """Valid WKB with some bytes changed."""
    malformed = bytearray(shapely.to_wkb(draw(valid_geometries)))
    for _ in range(draw(st.integers(0, 4))):
        malformed[draw(st.integers(0, len(malformed) - 1))] = draw(st.integers(0, 255))
    return bytes(malformed)


@given(
    st.lists(st.none() | st.binary(max_size=60) | corrupted_wkb(), max_size=8),
    st.sampled_from([GeometryKind.POINT, GeometryKind.POLYGON, GeometryKind.LINE_OR_POLYGON]),
    st.booleans(),
)
def test_whatever_the_bytes_a_row_is_valid_or_has_a_problem(
    values: list[bytes | None], kind: GeometryKind, repair: bool
) -> None:
    geoms, problems, _ = validate(*values, kind=kind, repair=repair)
    reported = {problem.position for problem in problems}
    assert len(geoms) == len(values)
    for position, geometry in enumerate(geoms):
        assert (geometry is None) == (position in reported)
        if geometry is not None:
            assert geometry.is_valid
            assert shapely.get_srid(geometry) == 4326
