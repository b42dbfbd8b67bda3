"""The district of tests/district.py as files for import, with fewer buildings."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.district import describe_areas
from tests.town_builder import box, write_file


def write_areas(folder: Path) -> Path:
    """The district, the subdistrict with the same outline, and its two communities."""
    return write_file(folder / "areas.geojson", describe_areas().areas)


def write_grids(folder: Path) -> Path:
    """The two grids of each community, named 格0, 格10, 格20 and 格30."""
    rows = describe_areas().grids
    names = [f"格{west}" for west in (0, 10, 20, 30)]
    return write_file(
        folder / "grids.geojson",
        [
            {"code": row["code"], "name": name, "geom": row["geom"]}
            for row, name in zip(rows, names, strict=True)
        ],
    )


def write_buildings(folder: Path, **columns: Iterable[Any]) -> Path:
    """Two buildings in the first community and one in the second, with further columns.

    ```
     ┌──────────────┬──────────────┐
     │  b1     b2   │     b3       │
     └──────────────┴──────────────┘
        2-4   12-14      22-24
    ```
    """
    rows = [
        {"code": code, "geom": box(west, 2, west + 2, 4)}
        for code, west in (("b1", 2), ("b2", 12), ("b3", 22))
    ]
    for name, values in columns.items():
        rows = [row | {name: value} for row, value in zip(rows, values, strict=True)]
    return write_file(folder / "buildings.geojson", rows)


def write_managers(folder: Path) -> Path:
    """A property firm and a homeowner committee."""
    return write_file(
        folder / "managers.csv",
        [
            {"code": "M1", "name": "一号物业", "kind": "物业公司", "phone": "0468-1234567"},
            {"code": "M2", "name": "业委会", "kind": "homeowner committee", "phone": ""},
        ],
    )
