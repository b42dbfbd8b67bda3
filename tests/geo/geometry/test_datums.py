"""Datums: round trips, published coordinates, and a real pair of files."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.geometry.datums import CHINA, Coords, Datum, from_wgs84, to_wgs84

GEOD = Geod(ellps="WGS84")
WEST, SOUTH, EAST, NORTH = CHINA
SHIFTED = [Datum.GCJ02, Datum.BD09]
MILLIMETRE = 0.001


def metres(a: Coords, b: Coords) -> float:
    """Return the largest distance between corresponding points of two arrays."""
    return float(np.max(GEOD.inv(*np.asarray(a).T, *np.asarray(b).T)[2]))


inside = st.tuples(st.floats(WEST + 0.03, EAST - 0.03), st.floats(SOUTH + 0.03, NORTH - 0.03)).map(
    lambda point: np.array([point])
)


@pytest.mark.parametrize("datum", Datum)
@given(wgs84=inside)
def test_a_round_trip_from_wgs84_is_within_a_millimetre(datum: Datum, wgs84: Coords) -> None:
    assert metres(to_wgs84(from_wgs84(wgs84, datum), datum), wgs84) < MILLIMETRE


@pytest.mark.parametrize("datum", Datum)
@given(shifted=inside)
def test_a_round_trip_from_another_datum_is_within_a_millimetre(
    datum: Datum, shifted: Coords
) -> None:
    assert metres(from_wgs84(to_wgs84(shifted, datum), datum), shifted) < MILLIMETRE


# wandergis/coordtransform (test/app.js), googollee/eviltransform (python/test.py): WGS-84 → GCJ-02.
PUBLISHED = [
    ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]


@pytest.mark.parametrize(("wgs84", "gcj02"), PUBLISHED)
def test_gcj02_equals_the_published_results_of_other_libraries(
    wgs84: Coords, gcj02: Coords
) -> None:
    assert metres(from_wgs84(np.array([wgs84]), Datum.GCJ02), np.array([gcj02])) < MILLIMETRE


def test_bd09_equals_the_published_result_of_another_library() -> None:
    """coordtransform: GCJ-02 (116.404, 39.915) is BD-09 (116.41036949371029, 39.92133699351021)."""
    wgs84 = to_wgs84(np.array([[116.404, 39.915]]), Datum.GCJ02)
    published = np.array([[116.41036949371029, 39.92133699351021]])
    assert metres(from_wgs84(wgs84, Datum.BD09), published) < MILLIMETRE


# Results of the map services themselves, recorded by hujiulong/gcoord (test/fixtures):
# WGS-84, GCJ-02, BD-09 of Shenyang, Tongren, Jiuquan, Nagqu, Xingtai, Shantou.
SERVICE_RESULTS = np.array(
    [
        [123.4253306, 41.8032629, 123.4314787, 41.8057023, 123.438095, 41.8114013],
        [109.1850122, 27.7347803, 109.1896029, 27.7315202, 109.1960427, 27.7378032],
        [98.4937175, 39.7319946, 98.4943595, 39.7328234, 98.5008441, 39.7388949],
        [92.0499619, 31.4784436, 92.0512438, 31.4762063, 92.0576832, 31.4824421],
        [114.498916, 37.0700925, 114.5048503, 37.0705911, 114.5113116, 37.0766797],
        [116.6775114, 23.3567569, 116.6819735, 23.3540964, 116.6885014, 23.3598884],
    ]
)


def test_results_of_the_map_services_agree_within_a_metre() -> None:
    wgs84, gcj02, bd09 = SERVICE_RESULTS[:, :2], SERVICE_RESULTS[:, 2:4], SERVICE_RESULTS[:, 4:]
    assert metres(to_wgs84(gcj02, Datum.GCJ02), wgs84) < 1
    assert metres(to_wgs84(bd09, Datum.BD09), wgs84) < 1


def test_the_shift_at_hegang_is_653_and_1451_metres() -> None:
    hegang = np.array([[130.30, 47.35]])
    assert metres(from_wgs84(hegang, Datum.GCJ02), hegang) == pytest.approx(653, abs=1)
    assert metres(from_wgs84(hegang, Datum.BD09), hegang) == pytest.approx(1451, abs=1)


@pytest.mark.parametrize("datum", SHIFTED)
def test_points_outside_china_do_not_move(datum: Datum) -> None:
    """Paris, New York, Tokyo, Sydney; the last one on the equator."""
    abroad = np.array([[2.35, 48.86], [-74, 40.7], [139.75, 35.68], [151.2, -33.9], [100, 0]])
    assert np.array_equal(from_wgs84(abroad, datum), abroad)
    assert np.array_equal(to_wgs84(abroad, datum), abroad)


@pytest.mark.parametrize("datum", SHIFTED)
def test_the_border_of_the_box_is_inside(datum: Datum) -> None:
    on_border = np.array([[WEST, 40.0], [EAST, 40.0], [100.0, SOUTH], [100.0, NORTH]])
    outwards = np.array([[-1e-9, 0], [1e-9, 0], [0, -1e-9], [0, 1e-9]])
    assert np.all(from_wgs84(on_border, datum) != on_border)
    assert np.array_equal(from_wgs84(on_border + outwards, datum), on_border + outwards)


@pytest.mark.parametrize("datum", SHIFTED)
def test_a_point_shifted_out_of_the_box_is_converted_back(datum: Datum) -> None:
    """The shift goes east here, so the last point in the box leaves it."""
    last = np.array([[EAST - 1e-6, 40.0]])
    shifted = from_wgs84(last, datum)
    assert shifted[0, 0] > EAST
    assert metres(to_wgs84(shifted, datum), last) < MILLIMETRE


@pytest.mark.parametrize("datum", Datum)
def test_nan_stays_nan_and_does_not_affect_other_points(datum: Datum) -> None:
    hegang = np.array([[130.30, 47.35]])
    pair = np.vstack([hegang, [[np.nan, 47.0]]])
    converted = to_wgs84(pair, datum)
    assert np.isnan(converted[1, 0])
    assert metres(converted[:1], to_wgs84(hegang, datum)) < MILLIMETRE


@pytest.mark.parametrize("datum", Datum)
def test_an_empty_array_stays_empty(datum: Datum) -> None:
    assert to_wgs84(np.empty((0, 2)), datum).shape == (0, 2)


def test_the_districts_of_hegang_match_their_wgs84_file(realdata: Path) -> None:
    """That file was derived by others with two iterations: 5 to 7 mm off."""
    pyogrio, shapely = pytest.importorskip("pyogrio"), pytest.importorskip("shapely")
    folder = realdata / "hegang"
    gcj02, wgs84 = (
        shapely.get_coordinates(pyogrio.read_dataframe(folder / name).geometry.values)
        for name in (
            "hegang_districts_amap2016_gcj02.geojson",
            "hegang_districts_amap2016_wgs84_DERIVED.geojson",
        )
    )
    assert metres(to_wgs84(gcj02, Datum.GCJ02), wgs84) < 0.01
