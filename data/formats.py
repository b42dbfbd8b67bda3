"""File formats by suffix: the library that reads each, and whether and how it is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from types import MappingProxyType

from data.errors import UnknownFormat


class FileEngine(Enum):
    """The library that reads and writes a format."""

    GDAL = auto()
    CSV = auto()
    XLSX = auto()
    PARQUET = auto()


@dataclass(frozen=True)
class FileFormat:
    """A format: its name, its engine, and the GDAL driver that writes it, if there is one."""

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

    Raises UnknownFormat, listing the known suffixes, for any other suffix, and for a format that
    is only read if it is for writing.
    """
    name = path.name.casefold()
    for suffix in sorted(FORMATS, key=len, reverse=True):
        if name.endswith(suffix) and (FORMATS[suffix].writable or not for_writing):
            return FORMATS[suffix]
    suffixes = ", ".join(
        suffix for suffix, file_format in FORMATS.items() if file_format.writable or not for_writing
    )
    problem = f"unknown suffix {path.suffix!r}" if path.suffix else "the name has no suffix"
    raise UnknownFormat(f"{path.name}: {problem}.", hint=f"Known suffixes: {suffixes}.")
