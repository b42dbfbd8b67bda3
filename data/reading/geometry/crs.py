"""Where coordinates of a file lie on the earth: its reference system and datum, taken to WGS 84."""

from dataclasses import dataclass, field

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from data.row_errors import Notes, UnknownCrs
from geo.geometry.datums import Coords, Datum, to_wgs84

WGS84 = CRS.from_epsg(4326)
WGS84_RADIUS = 6_378_137.0
"""The semi-major axis of WGS 84 and of the systems that agree with it, CGCS2000 among them."""
_SAME = frozenset({"EPSG:4326", "EPSG:4979", "EPSG:4490", "EPSG:4480", "OGC:CRS84", "OGC:CRS84h"})
"""Systems whose degrees are WGS 84 degrees at map scale."""
_SHIFTED = frozenset({Datum.GCJ02, Datum.BD09})


@dataclass(frozen=True)
class Frame:
    """How the coordinates of one file become WGS 84 longitude and latitude."""

    stated: bool
    """Whether the file or the caller said what the coordinates are; else degrees are assumed."""
    datum: Datum = Datum.WGS84
    transformer: Transformer | None = field(default=None, compare=False)

    @property
    def same(self) -> bool:
        """Whether coordinates are WGS 84 longitude and latitude already."""
        return self.transformer is None and self.datum not in _SHIFTED

    def to_wgs84(self, coords: Coords) -> Coords:
        """Return longitudes and latitudes, (n, 2), for easting or longitude first coordinates.

        Points that the reference system cannot place come back as infinite.
        """
        if self.transformer is not None:
            coords = np.column_stack(self.transformer.transform(*coords.T))
        return to_wgs84(coords, self.datum)


def frame(stated: str | None, given: str | None, datum: Datum, notes: Notes) -> Frame:
    """Return the frame of a file that states one system, and of options that override it.

    `stated` is None where the file does not say, and empty where its format means degrees.

    The first axis of the file is east, whatever order the authority lists the axes in: that is how
    files are written. Raises UnknownCrs for a system that does not exist or cannot place anything
    on the earth, and for a shifted datum together with a system that is not in degrees.
    """
    crs = _parse(given, "--crs") if given else _parse(stated, "The file's own") if stated else None
    if given and stated and crs != _quietly(stated):
        notes.add(f"The file states another reference system; {given} was used as told.")
    if crs is None and stated is None:
        notes.add("No reference system is stated: taken as longitude and latitude in degrees.")
    if crs is None or _is_wgs84(crs):
        return Frame(crs is not None, datum)
    if datum in _SHIFTED:
        raise UnknownCrs(
            f"The datum {datum} shifts longitude and latitude; {crs.name} is another system.",
            hint="Leave out --datum, or name the degrees it belongs to with --crs EPSG:4326.",
        )
    return Frame(True, datum, _transformer(crs, notes))


def _quietly(text: str) -> CRS | None:
    try:
        return CRS.from_user_input(text)
    except CRSError:
        return None


def _parse(text: str, whose: str) -> CRS:
    crs = _quietly(f"EPSG:{text}" if text.isdigit() else text)
    if crs is None or not (crs.is_geographic or crs.is_projected):
        raise UnknownCrs(
            f"{whose} reference system {text[:60]!r} places nothing on the earth.",
            hint="Name the one the coordinates are in with --crs EPSG:n.",
        )
    return crs


def _is_wgs84(crs: CRS) -> bool:
    authority = crs.to_authority(min_confidence=90)
    return authority is not None and ":".join(authority) in _SAME


def _transformer(crs: CRS, notes: Notes) -> Transformer:
    found = Transformer.from_crs(crs, WGS84, always_xy=True)
    modern = crs.ellipsoid is not None and crs.ellipsoid.semi_major_metre == WGS84_RADIUS
    if "ballpark" in found.description.casefold() and not modern:
        notes.add(
            f"No exact way from {crs.name!r} to WGS 84 is known: places may be some hundred metres "
            "off. Name the system with --crs EPSG:n if you know it."
        )
    return found
