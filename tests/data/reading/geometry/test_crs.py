"""Any reference system, north-first ones too, and shifted datums are converted to WGS 84."""

import numpy as np
import pytest
from pyproj import Geod, Transformer

from data.errors import UnknownCrs
from data.reading.geometry import crs
from data.reading.notes import Notes
from geo.geometry.datums import Datum, from_wgs84

HEGANG = np.array([[130.30, 47.35], [130.49, 47.10]])
GEOD = Geod(ellps="WGS84")


def metres(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.max(GEOD.inv(*a.T, *b.T)[2]))


def easting_first(code: str) -> np.ndarray:
    """Hegang in another system, axes swapped here where its authority defines north first."""
    forward = Transformer.from_crs("EPSG:4326", code)
    first, second = forward.transform(HEGANG[:, 1], HEGANG[:, 0])
    north_first = forward.target_crs.axis_info[0].direction == "north"
    return np.column_stack([second, first] if north_first else [first, second])


@pytest.mark.parametrize(
    "code", ["EPSG:4490", "EPSG:4552", "EPSG:4553", "EPSG:3857", "EPSG:32652", "EPSG:4326"]
)
def test_coordinates_are_correct_whatever_the_axis_order_of_the_authority(code: str) -> None:
    source_crs = crs.resolve_crs(None, code, Datum.WGS84, Notes())
    assert metres(source_crs.to_wgs84(easting_first(code)), HEGANG) < 0.001


@pytest.mark.parametrize("code", ["EPSG:4326", "EPSG:4490", "EPSG:4979", "OGC:CRS84", "4326"])
def test_degrees_of_wgs84_and_cgcs2000_are_not_converted(code: str) -> None:
    assert crs.resolve_crs(code, None, Datum.CGCS2000, Notes()).is_wgs84


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
@pytest.mark.parametrize("file_crs", [None, "EPSG:4326", "EPSG:4490"])
def test_a_shifted_datum_is_converted_back(datum: Datum, file_crs: str | None) -> None:
    source_crs = crs.resolve_crs(file_crs, None, datum, Notes())
    assert not source_crs.is_wgs84
    assert metres(source_crs.to_wgs84(from_wgs84(HEGANG, datum)), HEGANG) < 0.001


@pytest.mark.parametrize("code", ["EPSG:4552", "EPSG:3857", "EPSG:4214"])
def test_a_shifted_datum_with_another_system_is_an_error(code: str) -> None:
    with pytest.raises(UnknownCrs, match="--crs EPSG:4326"):
        crs.resolve_crs(code, None, Datum.GCJ02, Notes())


@pytest.mark.parametrize("text", ["EPSG:99999", "Gauß", "EPSG:5703", "EPSG:4978"])
def test_a_system_that_is_unknown_or_no_map_system_is_an_error(text: str) -> None:
    """No such code, not a name, heights only, metres from the centre of the earth."""
    with pytest.raises(UnknownCrs, match="not a map system"):
        crs.resolve_crs(None, text, Datum.WGS84, Notes())


def test_the_option_overrides_the_file_with_a_note() -> None:
    notes = Notes()
    assert not crs.resolve_crs("EPSG:4326", "EPSG:4552", Datum.WGS84, notes).is_wgs84
    assert "EPSG:4552 was used" in " ".join(notes)
    agreeing = Notes()
    crs.resolve_crs("EPSG:4552", "EPSG:4552", Datum.WGS84, agreeing)
    assert not len(agreeing)


def test_a_file_without_a_system_is_read_as_degrees_with_a_note() -> None:
    notes = Notes()
    source_crs = crs.resolve_crs(None, None, Datum.WGS84, notes)
    assert source_crs.is_wgs84
    assert not source_crs.declared
    assert "No reference system" in " ".join(notes)


def test_a_format_that_means_degrees_needs_no_note() -> None:
    notes = Notes()
    assert crs.resolve_crs("", None, Datum.WGS84, notes).is_wgs84
    assert not len(notes)


def test_only_a_system_without_an_exact_transformation_is_noted() -> None:
    """Xian 1980 is some hundred metres away from CGCS2000, which is WGS 84 at map scale."""
    old, modern = Notes(), Notes()
    crs.resolve_crs("EPSG:4610", None, Datum.WGS84, old)
    crs.resolve_crs("EPSG:4552", None, Datum.WGS84, modern)
    assert "Xian 1980" in " ".join(old)
    assert not len(modern)


def test_coordinates_outside_the_domain_of_a_system_become_infinite() -> None:
    source_crs = crs.resolve_crs("EPSG:4552", None, Datum.WGS84, Notes())
    assert not np.isfinite(source_crs.to_wgs84(np.array([[1e30, 1e30]]))).any()
