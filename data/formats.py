"""The file formats, by suffix: how each is read and written."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from types import MappingProxyType

from data.errors import UnknownFormat


class FileEngine(Enum):
    """Which library reads a format."""

    GDAL = auto()
    CSV = auto()
    XLSX = auto()
    PARQUET = auto()


@dataclass(frozen=True)
class FileFormat:
    """A format: its name, who reads it, and the GDAL driver that writes it, if any."""

    name: str
    engine: FileEngine = FileEngine.GDAL
    driver: str | None = None
    writable: bool = False


def _gdal(name: str, driver: str | None = None) -> FileFormat:
    return FileFormat(name, driver=driver, writable=driver is not None)


FORMATS: Mapping[str, FileFormat] = MappingProxyType(
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
        ".parquet": FileFormat("GeoParquet", FileEngine.PARQUET, writable=True),
        ".geoparquet": FileFormat("GeoParquet", FileEngine.PARQUET, writable=True),
        ".csv": FileFormat("CSV", FileEngine.CSV, writable=True),
        ".tsv": FileFormat("CSV", FileEngine.CSV),
        ".txt": FileFormat("CSV", FileEngine.CSV),
        ".xlsx": FileFormat("Excel", FileEngine.XLSX, writable=True),
        ".xlsm": FileFormat("Excel", FileEngine.XLSX),
    }
)


def format_of(path: Path, *, for_writing: bool = False) -> FileFormat:
    """Return the format that a file's suffix names.

    Raises UnknownFormat, listing the known suffixes, for any other.
    """
    name = path.name.casefold()
    for suffix in sorted(FORMATS, key=len, reverse=True):
        if name.endswith(suffix) and (FORMATS[suffix].writable or not for_writing):
            return FORMATS[suffix]
    known = ", ".join(
        suffix for suffix, found in FORMATS.items() if found.writable or not for_writing
    )
    said = f"the suffix {path.suffix!r}" if path.suffix else "a name without a suffix"
    raise UnknownFormat(f"{path.name}: {said} names no format.", hint=f"Known: {known}.")
