"""The file formats, by suffix: how each is read and written."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from types import MappingProxyType

from data.row_errors import UnknownFormat


class Reader(Enum):
    """Which library reads a format."""

    GDAL = auto()
    CSV = auto()
    XLSX = auto()
    PARQUET = auto()


@dataclass(frozen=True)
class Format:
    """A format: its name, who reads it, and the GDAL driver that writes it, if any."""

    name: str
    reader: Reader = Reader.GDAL
    driver: str | None = None
    writes: bool = False


def _gdal(name: str, driver: str | None = None) -> Format:
    return Format(name, driver=driver, writes=driver is not None)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        ".geojson": _gdal("GeoJSON", "GeoJSON"),
        ".json": _gdal("GeoJSON", "GeoJSON"),
        ".geojsonl": _gdal("GeoJSON lines", "GeoJSONSeq"),
        ".gpkg": _gdal("GeoPackage", "GPKG"),
        ".fgb": _gdal("FlatGeobuf", "FlatGeobuf"),
        ".shp": _gdal("Shapefile", "ESRI Shapefile"),
        ".shp.zip": _gdal("zipped Shapefile", "ESRI Shapefile"),
        ".zip": _gdal("zipped Shapefile", "ESRI Shapefile"),
        ".kml": _gdal("KML", "KML"),
        ".kmz": _gdal("KML"),
        ".gml": _gdal("GML"),
        ".gpx": _gdal("GPX"),
        ".tab": _gdal("MapInfo"),
        ".mif": _gdal("MapInfo"),
        ".dxf": _gdal("DXF"),
        ".dbf": _gdal("dBase"),
        ".gdb": _gdal("File Geodatabase"),
        ".gdb.zip": _gdal("File Geodatabase"),
        ".sqlite": _gdal("SQLite"),
        ".topojson": _gdal("TopoJSON"),
        ".pbf": _gdal("OpenStreetMap"),
        ".osm": _gdal("OpenStreetMap"),
        ".parquet": Format("GeoParquet", Reader.PARQUET, writes=True),
        ".geoparquet": Format("GeoParquet", Reader.PARQUET, writes=True),
        ".csv": Format("CSV", Reader.CSV, writes=True),
        ".tsv": Format("CSV", Reader.CSV),
        ".txt": Format("CSV", Reader.CSV),
        ".xlsx": Format("Excel", Reader.XLSX, writes=True),
        ".xlsm": Format("Excel", Reader.XLSX),
    }
)


def of(path: Path, *, write: bool = False) -> Format:
    """Return the format that a file's suffix names.

    Raises UnknownFormat, listing the known suffixes, for any other.
    """
    name = path.name.casefold()
    for suffix in sorted(FORMATS, key=len, reverse=True):
        if name.endswith(suffix) and (FORMATS[suffix].writes or not write):
            return FORMATS[suffix]
    known = ", ".join(suffix for suffix, found in FORMATS.items() if found.writes or not write)
    said = f"the suffix {path.suffix!r}" if path.suffix else "a name without a suffix"
    raise UnknownFormat(f"{path.name}: {said} names no format.", hint=f"Known: {known}.")
