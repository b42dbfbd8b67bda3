"""Options of the caller about a file that override what the file declares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from data.reading.geometry.checks import Extent
from geo.geometry.datums import Datum


@dataclass(frozen=True)
class ReadOptions:
    """How to read a file; by default as the file declares."""

    layer: str | None = None
    crs: str | None = None
    """`EPSG:n`, WKT or a PROJ string; coordinates are in x, y order whatever its axis order is."""
    datum: Datum = Datum.WGS84
    encoding: str | None = None
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Our column name → the file's.

    `#` numbers the rows instead: `code=#` makes `FILE-1`, `FILE-2` …; `=` begins a constant value
    of every row: `level==district`. For tables also `lon`, `lat` and `wkt`.
    """
    repair: bool = False
    timezone: str = "Asia/Shanghai"
    """The time zone of timestamps that are written without one."""
    extent: Extent | None = None
    """The extent of the city; geometries far from it are errors."""
