"""A small made-up town as files, such as an office would hand over."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import geopandas
import shapely

DISTRICT, SUBDISTRICT = "230403", "230403001"
FIRST, SECOND = SUBDISTRICT + "001", SUBDISTRICT + "002"
"""Two communities side by side:

```
  10 ┌──────────────┬──────────────┐
     │   FIRST      │   SECOND     │
   0 └──────────────┴──────────────┘
     0              20             40
```
"""

Row = Mapping[str, Any]


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle in thousandths of a degree (about 76 m by 111 m) around 130° E, 47° N."""
    return shapely.box(130 + west / 1000, 47 + south / 1000, 130 + east / 1000, 47 + north / 1000)


def place(east: float, north: float) -> shapely.Point:
    """A point in the same measure."""
    return shapely.Point(130 + east / 1000, 47 + north / 1000)


def file(path: Path, rows: Iterable[Row]) -> Path:
    """Write rows as the suffix says; `geom` is a row's shape."""
    rows = [dict(row) for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as target:
            writer = csv.DictWriter(target, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return path
    shapes = [row.pop("geom") for row in rows]
    geopandas.GeoDataFrame(rows, geometry=shapes, crs=4326).to_file(path, engine="pyogrio")
    return path


def areas(folder: Path) -> Path:
    """A district, a subdistrict of the same ground, and its two communities."""
    whole = box(0, 0, 40, 10)
    rows = [
        {"code": DISTRICT, "level": "district", "name": "工农区", "geom": whole},
        {"code": SUBDISTRICT, "level": "subdistrict", "name": "新安街道", "geom": whole},
        {"code": FIRST, "level": "community", "name": "一社区", "geom": box(0, 0, 20, 10)},
        {"code": SECOND, "level": "community", "name": "二社区", "geom": box(20, 0, 40, 10)},
    ]
    return file(folder / "areas.geojson", rows)


def buildings(folder: Path, **more: Iterable[Any]) -> Path:
    """Three buildings, two of them in FIRST and one in SECOND, with further columns.

    ```
     ┌──────────────┬──────────────┐
     │  b1     b2   │     b3       │
     └──────────────┴──────────────┘
        2-4   12-14      22-24
    ```
    """
    rows = [{"code": code} for code in ("b1", "b2", "b3")]
    for name, values in more.items():
        rows = [row | {name: value} for row, value in zip(rows, values, strict=True)]
    shapes = [box(west, 2, west + 2, 4) for west in (2, 12, 22)]
    return file(
        folder / "buildings.geojson",
        [row | {"geom": shape} for row, shape in zip(rows, shapes, strict=True)],
    )


def managers(folder: Path) -> Path:
    """A firm and a committee."""
    return file(
        folder / "managers.csv",
        [
            {"code": "M1", "name": "一号物业", "kind": "物业公司", "phone": "0468-1234567"},
            {"code": "M2", "name": "业委会", "kind": "homeowner committee", "phone": ""},
        ],
    )


def grids(folder: Path) -> Path:
    """Two grids in each community, which they tile.

    ```
     ┌──001──┬──002──┬──001──┬──002──┐
     └───────┴───────┴───────┴───────┘
     0       10      20      30      40
    ```
    """
    codes = [FIRST + "001", FIRST + "002", SECOND + "001", SECOND + "002"]
    return file(
        folder / "grids.geojson",
        [
            {"code": code, "name": f"格{west}", "geom": box(west, 0, west + 10, 10)}
            for code, west in zip(codes, (0, 10, 20, 30), strict=True)
        ],
    )
