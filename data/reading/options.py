"""What the caller knows about a file that the file does not say itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from data.reading.geometry.shapes import Extent
from geo.geometry.datums import Datum


@dataclass(frozen=True)
class ReadOptions:
    """How to read a file; the defaults let the file speak for itself."""

    layer: str | None = None
    crs: str | None = None
    """`EPSG:n`, WKT or a PROJ string; coordinates are easting or longitude first all the same."""
    datum: Datum = Datum.WGS84
    encoding: str | None = None
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Our name → the file's column.

    `#` numbers the rows instead: `code=#` makes `FILE-1`, `FILE-2` …; `=` begins a value that
    every row gets: `level==district`. For tables also `lon`, `lat` and `wkt`.
    """
    repair: bool = False
    timezone: str = "Asia/Shanghai"
    """The zone of moments that are written without one."""
    extent: Extent | None = None
    """Where the city lies; places far from it are faults."""
