"""Conversion between WGS 84, CGCS2000, GCJ-02 and BD-09, always through WGS 84."""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Coords = NDArray[np.float64]
"""Longitude and latitude in degrees, shape (n, 2)."""

Conversion = Callable[[Coords], Coords]
"""A function from coordinates to coordinates, shape (n, 2)."""

CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of the box inside which GCJ-02 and BD-09 differ from WGS-84.

The box of the first published implementation (on4wp7, 2012); its border is inside.
"""

_SEMI_MAJOR = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_CENTRE = np.array([105.0, 35.0])
_BD_SHIFT = np.array([0.0065, 0.006])
_BD_PI = np.pi * 3000.0 / 180.0
_MAX_ITERATIONS = 12
_TOLERANCE = 1e-12


class Datum(StrEnum):
    """The reference frame of a longitude and latitude."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def in_china(coords: Coords) -> NDArray[np.bool_]:
    """Tell for each of n WGS 84 points whether it is in the box where GCJ-02 is defined: (n,)."""
    west, south, east, north = CHINA
    lon, lat = coords.T
    return np.asarray((west <= lon) & (lon <= east) & (south <= lat) & (lat <= north))


def to_wgs84(coords: Coords, datum: Datum) -> Coords:
    """Return WGS 84 longitudes and latitudes, shape (n, 2), of points in `datum`.

    The inverse of `from_wgs84` to about a micrometre inside the box `CHINA`; outside of it all
    datums are equal. At the border of the box a strip as wide as the shift (up to 1.5 km) is
    ambiguous: a point there counts as shifted if the unshifted point is in the box. CGCS2000
    counts as equal to WGS 84: they differ by less than a metre. NaN stays NaN.

    The published formulas are the definition here; six results of the map services themselves
    differ by 0.7 m.
    """
    return _convert(TO_WGS84[datum], coords)


def from_wgs84(coords: Coords, datum: Datum) -> Coords:
    """Return points in `datum`, shape (n, 2), of WGS 84 longitudes and latitudes.

    Points outside the box `CHINA` stay unchanged. NaN stays NaN.
    """
    return _convert(FROM_WGS84[datum], coords)


def point_to_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """Return the WGS 84 longitude and latitude of one point in `datum`."""
    if datum in (Datum.WGS84, Datum.CGCS2000):
        return lon, lat
    [[lon, lat]] = to_wgs84(np.array([[lon, lat]]), datum).tolist()
    return lon, lat


def _convert(conversions: tuple[Conversion, ...], coords: Coords) -> Coords:
    coords = np.asarray(coords, dtype=np.float64).reshape(-1, 2)
    for convert in conversions:
        coords = convert(coords)
    return coords


def _gcj02_shift(coords: Coords) -> Coords:
    """Return the shift from WGS 84 to GCJ-02 in degrees, (n, 2); formula of on4wp7 (2012).

    The same formula is in wandergis/coordtransform, googollee/eviltransform and hujiulong/gcoord.
    """
    x, y = (coords - _CENTRE).T
    ripple = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east += 2 / 3 * (ripple + _waves(x, (20, 1), (40, 3), (150, 12), (300, 30)))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north += 2 / 3 * (ripple + _waves(y, (20, 1), (40, 3), (160, 12), (320, 30)))
    return _degrees(east, north, coords[:, 1])


def _waves(x: NDArray[np.float64], *terms: tuple[float, float]) -> NDArray[np.float64]:
    """Return the sum of sine waves at x, each given as amplitude and half wavelength."""
    total = np.zeros_like(x)
    for amplitude, half_wavelength in terms:
        total += amplitude * np.sin(np.pi * x / half_wavelength)
    return total


def _degrees(
    east: NDArray[np.float64], north: NDArray[np.float64], lat: NDArray[np.float64]
) -> Coords:
    """Convert metres east and north to degrees on the Krasovsky ellipsoid at a latitude."""
    phi = np.radians(lat)
    curvature = 1 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    prime_vertical = _SEMI_MAJOR / np.sqrt(curvature)
    meridian = prime_vertical * (1 - _ECCENTRICITY_SQUARED) / curvature
    return np.degrees(np.column_stack([east / (prime_vertical * np.cos(phi)), north / meridian]))


def _bd09_shift(gcj02: Coords) -> Coords:
    """Return the shift from GCJ-02 to BD-09 in degrees, (n, 2); formula of coordtransform."""
    lon, lat = gcj02.T
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_PI)
    polar = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return np.asarray(polar + _BD_SHIFT - gcj02)


def _total_shift(wgs84: Coords) -> Coords:
    """Return the shift from WGS 84 to BD-09 in degrees, (n, 2)."""
    gcj02 = _gcj02_shift(wgs84)
    return gcj02 + _bd09_shift(wgs84 + gcj02)


def _forward(shift: Conversion) -> Conversion:
    def convert(wgs84: Coords) -> Coords:
        return np.where(in_china(wgs84)[:, None], wgs84 + shift(wgs84), wgs84)

    return convert


def _inverse(shift: Conversion) -> Conversion:
    """Invert a shift by fixed-point iteration: it changes by less than 1 % of the distance."""

    def convert(shifted: Coords) -> Coords:
        wgs84 = shifted
        for _ in range(_MAX_ITERATIONS):
            before, wgs84 = wgs84, shifted - shift(wgs84)
            if not np.any(np.abs(wgs84 - before) > _TOLERANCE):
                break
        return np.where(in_china(wgs84)[:, None], wgs84, shifted)

    return convert


FROM_WGS84: dict[Datum, tuple[Conversion, ...]] = {
    Datum.WGS84: (),
    Datum.CGCS2000: (),
    Datum.GCJ02: (_forward(_gcj02_shift),),
    Datum.BD09: (_forward(_total_shift),),
}
TO_WGS84: dict[Datum, tuple[Conversion, ...]] = {
    Datum.WGS84: (),
    Datum.CGCS2000: (),
    Datum.GCJ02: (_inverse(_gcj02_shift),),
    Datum.BD09: (_inverse(_total_shift),),
}
