"""The coordinate reference system and datum of a file, and the conversion to WGS 84."""

from dataclasses import dataclass, field

import numpy as np
from pyproj import CRS, Transformer
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError

from data.errors import UnknownCrs
from data.reading.notes import Notes
from geo.geometry.datums import Coords, Datum, from_wgs84, to_wgs84

WGS84 = CRS.from_epsg(4326)
WGS84_RADIUS = 6_378_137.0
"""Semi-major axis of WGS 84 and of the systems that agree with it, CGCS2000 among them."""
_EQUIVALENT = frozenset(
    {"EPSG:4326", "EPSG:4979", "EPSG:4490", "EPSG:4480", "OGC:CRS84", "OGC:CRS84h"}
)
"""Systems whose degrees are WGS 84 degrees at map scale."""
_SHIFTED = frozenset({Datum.GCJ02, Datum.BD09})


@dataclass(frozen=True)
class SourceCrs:
    """How the coordinates of one file are converted to WGS 84 longitude and latitude."""

    declared: bool
    """Whether the file or the caller names the system; otherwise degrees are assumed."""
    datum: Datum = Datum.WGS84
    transformer: Transformer | None = field(default=None, compare=False)

    @property
    def is_wgs84(self) -> bool:
        """Whether the coordinates are WGS 84 longitude and latitude already."""
        return self.transformer is None and self.datum not in _SHIFTED

    def to_wgs84(self, coords: Coords) -> Coords:
        """Return longitudes and latitudes, (n, 2), for coordinates in x, y order.

        Points outside the domain of the reference system become infinite.
        """
        if self.transformer is not None:
            coords = np.column_stack(self.transformer.transform(*coords.T))
        return to_wgs84(coords, self.datum)

    def from_wgs84(self, coords: Coords) -> Coords:
        """Return coordinates in x, y order for longitudes and latitudes, (n, 2).

        The inverse of `to_wgs84`, to a micrometre.
        """
        if self.transformer is not None:
            lon, lat = coords.T
            inverse = TransformDirection.INVERSE
            return np.column_stack(self.transformer.transform(lon, lat, direction=inverse))
        return from_wgs84(coords, self.datum)

    @property
    def key(self) -> tuple[Datum, str]:
        """Equal for files in the same reference system."""
        return self.datum, self.transformer.definition if self.transformer is not None else ""


def resolve_crs(file_crs: str | None, option: str | None, datum: Datum, notes: Notes) -> SourceCrs:
    """Return the reference system of a file; the option `--crs` overrides that of the file.

    `file_crs` is None where the file names none, and empty where its format means degrees.

    The first axis of the file is east, whatever axis order the authority defines: files are
    written that way. Raises UnknownCrs for a system that does not exist or is neither geographic
    nor projected, and for a shifted datum together with a system that is not in degrees.
    """
    crs = None
    if option:
        crs = _parse(option, "--crs")
    elif file_crs:
        crs = _parse(file_crs, "The file's")
    if option and file_crs and crs != _try_parse(file_crs):
        notes.add(f"The file names another reference system; {option} was used as requested.")
    if crs is None and file_crs is None:
        notes.add("No reference system is named: read as longitude and latitude in degrees.")
    if crs is None or _is_equivalent(crs):
        return SourceCrs(crs is not None, datum)
    if datum in _SHIFTED:
        raise UnknownCrs(
            f"The datum {datum} shifts longitude and latitude; {crs.name} is another system.",
            hint="Omit --datum, or name the system of its degrees with --crs EPSG:4326.",
        )
    return SourceCrs(True, datum, _transformer(crs, notes))


def _try_parse(text: str) -> CRS | None:
    try:
        return CRS.from_user_input(text)
    except CRSError:
        return None


def _parse(text: str, source: str) -> CRS:
    crs = _try_parse(f"EPSG:{text}" if text.isdigit() else text)
    if crs is None or not (crs.is_geographic or crs.is_projected):
        raise UnknownCrs(
            f"{source} reference system {text[:60]!r} is unknown, or not a map system.",
            hint="Name the system of the coordinates with --crs EPSG:n.",
        )
    return crs


def _is_equivalent(crs: CRS) -> bool:
    authority = crs.to_authority(min_confidence=90)
    return authority is not None and ":".join(authority) in _EQUIVALENT


def _transformer(crs: CRS, notes: Notes) -> Transformer:
    transformer = Transformer.from_crs(crs, WGS84, always_xy=True)
    has_wgs84_radius = crs.ellipsoid is not None and crs.ellipsoid.semi_major_metre == WGS84_RADIUS
    if "ballpark" in transformer.description.casefold() and not has_wgs84_radius:
        notes.add(
            f"No exact transformation from {crs.name!r} to WGS 84 is known: positions may be off "
            "by some hundred metres. Name the exact system with --crs EPSG:n if you know it."
        )
    return transformer
