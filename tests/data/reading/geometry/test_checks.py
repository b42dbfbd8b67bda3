"""Every flaw of a shape is found and told with its mending; what is right comes out as EWKB."""

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


def rule(kind: GeometryKind = GeometryKind.POLYGON, **more: object) -> GeometryRules:
    return GeometryRules(kind, **{"required": True, "crs": DEGREES, **more})


def checked(
    *values: shapely.Geometry | bytes | None, **more: object
) -> tuple[np.ndarray, list[GeometryProblem], Notes]:
    notes = Notes()
    ewkb, flaws = validate_geometries(wkb(*values), rule(**more), notes)
    return shapely.from_wkb(np.array(ewkb.to_pylist(), dtype=object)), flaws, notes


def flaw(value: shapely.Geometry | bytes | None, **more: object) -> GeometryProblem:
    """The one flaw of a value, at its own position between two houses."""
    geoms, flaws, _ = checked(HOUSE, value, HOUSE, **{"kind": GeometryKind.POLYGON, **more})
    assert [found.position for found in flaws] == [1]
    assert geoms[1] is None
    assert geoms[0].equals(HOUSE)
    return flaws[0]


@pytest.mark.parametrize("outline", [HOUSE, HOUSE.buffer(0.001), MultiPolygon([HOUSE])])
def test_a_right_outline_comes_out_as_a_stamped_multipolygon(outline: Polygon) -> None:
    """A plain one, one of too many corners for the quick way, and a multipolygon."""
    (found,), flaws, notes = checked(outline)
    assert found.geom_type == "MultiPolygon"
    assert shapely.get_srid(found) == 4326
    assert found.equals(outline)
    assert not flaws
    assert not len(notes)


@pytest.mark.parametrize(
    ("value", "kind", "said"),
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
def test_a_flaw_is_told_by_kind_and_in_words(
    value: shapely.Geometry | bytes | None, kind: str, said: str
) -> None:
    found = flaw(value)
    assert found.kind == kind
    assert said in found.message
    assert found.hint


def test_a_ring_left_open_is_a_flaw_and_repair_closes_it() -> None:
    """The last corner of a square is missing its twin."""
    lying = bytearray(shapely.to_wkb(HOUSE))
    lying[-16:] = np.array([130.3005, 47.352]).tobytes()
    assert flaw(bytes(lying)).kind == "unclosed_ring"
    (found,), flaws, notes = checked(bytes(lying), repair=True)
    assert found.is_valid
    assert not flaws
    assert "closed" in " ".join(notes)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("shape", [GeometryKind.POINT, GeometryKind.POLYGON])
def test_a_coordinate_that_is_no_number_is_a_flaw(bad: float, shape: GeometryKind) -> None:
    """The latitude of a point, or of the second corner of an outline."""
    place, at = (Point(130.3, 47.35), 13) if shape is GeometryKind.POINT else (HOUSE, 37)
    lying = bytearray(shapely.to_wkb(place))
    lying[at : at + 8] = np.float64(bad).tobytes()
    _, (found,), _ = checked(bytes(lying), kind=shape)
    assert found.kind == "bad_coordinates"


def test_metres_without_a_system_are_told_as_such() -> None:
    found = flaw(shapely.box(549612, 5211166, 549712, 5211266))
    assert found.kind == "out_of_range"
    assert "--crs EPSG:n" in found.hint
    assert "5211166 are out of range" in found.message


def test_latitude_first_is_told_where_it_cannot_be_meant() -> None:
    """47.35, 130.3 has a latitude of 130 degrees."""
    _, (found,), _ = checked(Point(47.35, 130.3), kind=GeometryKind.POINT)
    assert "swapped" in found.hint


def test_latitude_first_is_told_where_the_city_is_known() -> None:
    """Both orders are places, one in the Indian Ocean: Syracuse written -76.1 first as latitude."""
    syracuse = (-76.2, 42.9, -76.0, 43.1)
    _, (found,), _ = checked(Point(43.0, -76.1), kind=GeometryKind.POINT, extent=syracuse)
    assert found.kind == "swapped"
    geoms, flaws, _ = checked(Point(-76.1, 43.0), kind=GeometryKind.POINT, extent=syracuse)
    assert not flaws
    assert geoms[0].equals(Point(-76.1, 43.0))


def test_a_place_far_from_the_city_is_doubted_and_one_nearby_is_not() -> None:
    assert flaw(shapely.box(116.3, 39.9, 116.4, 40.0), extent=HEGANG).kind == "far_away"
    _, flaws, _ = checked(shapely.box(130.6, 47.6, 130.61, 47.61), extent=HEGANG)
    assert not flaws


def test_points_at_zero_zero_are_flaws() -> None:
    _, (found,), _ = checked(Point(0, 0), kind=GeometryKind.POINT)
    assert found.kind == "null_island"


def test_where_no_shape_is_needed_none_is_no_flaw_and_a_point_is_left_out() -> None:
    geoms, flaws, notes = checked(None, Polygon(), Point(130.3, 47.3), HOUSE, required=False)
    assert [geometry is None for geometry in geoms] == [True, True, True, False]
    assert not flaws
    assert "Points in place of polygons" in " ".join(notes)


def test_heights_are_dropped_with_a_note() -> None:
    (found,), flaws, notes = checked(shapely.force_3d(HOUSE, 7))
    assert not found.has_z
    assert found.equals(HOUSE)
    assert not flaws
    assert "Heights and measures (Z, M) were dropped (1 rows)" in list(notes)


def test_repair_makes_it_valid_and_tells_how_far_it_moved() -> None:
    (found,), flaws, notes = checked(BOW, repair=True)
    assert found.is_valid
    assert found.geom_type == "MultiPolygon"
    assert not flaws
    assert "1 polygon repaired" in " ".join(notes)


def test_what_repair_leaves_nothing_of_stays_a_flaw() -> None:
    flat = Polygon([(130.3, 47.3), (130.4, 47.4), (130.3, 47.3), (130.3, 47.3)])
    assert flaw(flat, repair=True).kind == "invalid_geometry"


@pytest.mark.parametrize("corners", [4, 40], ids=["quick way", "slow way"])
def test_both_ways_place_an_outline_alike(corners: int) -> None:
    """A Gauss-Krüger outline, few corners or many, against pyproj one corner at a time."""
    source_crs = crs.resolve_crs("EPSG:4552", None, Datum.WGS84, Notes())
    circle = Point(600_000, 5_240_000).buffer(50, quad_segs=corners)
    (found,), _, _ = checked(circle, crs=source_crs)
    back = Transformer.from_crs("EPSG:4552", "EPSG:4326", always_xy=True)
    expected = [back.transform(x, y) for x, y in circle.exterior.coords]
    assert np.allclose(shapely.get_coordinates(found), expected, atol=1e-12, rtol=0)


def test_rows_stay_in_their_order_when_only_some_take_the_quick_way() -> None:
    """Plain and holed houses by turns, each a bit farther east."""
    houses = [shapely.box(130 + i / 100, 47, 130.005 + i / 100, 47.005) for i in range(20)]
    holed = [h.difference(h.centroid.buffer(0.001)) if i % 3 else h for i, h in enumerate(houses)]
    geoms, flaws, _ = checked(*holed)
    assert not flaws
    assert all(found.equals(given) for found, given in zip(geoms, holed, strict=True))


def test_no_rows_in_no_rows_out() -> None:
    assert len(checked()[0]) == 0


numbers = st.floats(allow_nan=True, allow_infinity=True)
honest = st.builds(Point, st.floats(-180, 180), st.floats(-90, 90)) | st.builds(
    shapely.box, *(st.floats(-90, 90),) * 4
)


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """Well-formed WKB with some bytes changed."""
    lying = bytearray(shapely.to_wkb(draw(honest)))
    for _ in range(draw(st.integers(0, 4))):
        lying[draw(st.integers(0, len(lying) - 1))] = draw(st.integers(0, 255))
    return bytes(lying)


@given(
    st.lists(st.none() | st.binary(max_size=60) | mangled(), max_size=8),
    st.sampled_from([GeometryKind.POINT, GeometryKind.POLYGON, GeometryKind.LINE_OR_POLYGON]),
    st.booleans(),
)
def test_whatever_the_bytes_a_row_is_right_or_has_a_flaw(
    values: list[bytes | None], shape: GeometryKind, repair: bool
) -> None:
    geoms, flaws, _ = checked(*values, kind=shape, repair=repair)
    told = {found.position for found in flaws}
    assert len(geoms) == len(values)
    for at, geometry in enumerate(geoms):
        assert (geometry is None) == (at in told)
        if geometry is not None:
            assert geometry.is_valid
            assert shapely.get_srid(geometry) == 4326
