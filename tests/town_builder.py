"""Builds test towns: a description in plain rows, stored in the database, as frames or as files."""

import csv
import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas
import pandas
import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape
from sqlalchemy import insert, inspect
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.models import (
    Area,
    Building,
    Issue,
    Level,
    Manager,
    MicroGrid,
    Neighborhood,
    PropertyCoverage,
    Revision,
)
from tests.town_units import box as box
from tests.town_units import point as point

Row = dict[str, Any]
"""Columns by name; `geom` is a shapely geometry in degrees."""

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
"""When the grids of a town come into force."""


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def multipolygon(polygon: shapely.Polygon) -> WKBElement:
    """A polygon as the value of a MULTIPOLYGON column."""
    return from_shape(shapely.MultiPolygon([polygon]), srid=4326)


@dataclass
class TownBuilder:
    """The rows of a town. The code of an area or grid starts with the code of its parent."""

    areas: list[Row] = field(default_factory=list)
    grids: list[Row] = field(default_factory=list)
    neighborhoods: list[Row] = field(default_factory=list)
    managers: list[Row] = field(default_factory=list)
    buildings: list[Row] = field(default_factory=list)
    coverage: list[Row] = field(default_factory=list)
    issues: list[Row] = field(default_factory=list)

    def add_area(
        self, code: str, level: Level, name: str, geom: shapely.Geometry, **columns: Any
    ) -> None:
        """Add an area. Its parent is the area whose code is the longest prefix of its code."""
        self.areas.append({"code": code, "level": level, "name": name, "geom": geom, **columns})

    def add_community(
        self, code: str, name: str, geom: shapely.Polygon, *, grids: int, grid_name: str = ""
    ) -> None:
        """Add a community, and grids of equal width that tile it from west to east.

        `grid_name` is a format of the grid's number, or empty for grids without a name.
        """
        self.add_area(code, Level.COMMUNITY, name, geom)
        west, south, east, north = geom.bounds
        step = (east - west) / grids
        for at in range(grids):
            strip = shapely.box(west + at * step, south, west + (at + 1) * step, north)
            grid = {"code": f"{code}{at + 1:03}", "community_code": code, "geom": strip}
            self.grids.append(grid | {"name": grid_name.format(at + 1) or None})

    def add_parents(self, level: Level, code_length: int, name: str) -> None:
        """Add an area for each prefix of the communities' codes, as the union of its communities.

        `name` is a format of the last three digits of the code.
        """
        communities = [row for row in self.areas if row["level"] == Level.COMMUNITY]
        for code in sorted({row["code"][:code_length] for row in communities}):
            geoms = [row["geom"] for row in communities if row["code"].startswith(code)]
            self.add_area(code, level, name.format(code[-3:]), shapely.union_all(geoms))

    def add_coverage(self, building: str, manager: str, begin: str, end: str | None = None) -> None:
        """Add a coverage period, `[begin, end)`."""
        covered = Range(day(begin), end and day(end))
        self.coverage.append(
            {"building_code": building, "manager_code": manager, "covered": covered}
        )

    def areas_with_parents(self) -> list[Row]:
        """Return the areas with their parents' codes."""
        codes = sorted((row["code"] for row in self.areas), key=len, reverse=True)
        return [
            row | {"parent_code": next((code for code in codes if _is_below(row, code)), None)}
            for row in self.areas
        ]


def _is_below(row: Row, code: str) -> bool:
    return bool(row["code"] != code and row["code"].startswith(code))


def insert_town(session: Session, town: TownBuilder) -> None:
    """Insert a town, its grids in force since LONG_AGO as revision 1. The caller commits."""
    session.add(Revision(number=1, effective_at=LONG_AGO, title="first", author="test"))
    session.flush()
    parents_first = sorted(town.areas_with_parents(), key=lambda row: len(row["code"]))
    in_force = {"in_force": Range(LONG_AGO, None), "begun_in": 1}
    for model, rows in (
        (Area, parents_first),
        (MicroGrid, [row | in_force for row in town.grids]),
        (Neighborhood, town.neighborhoods),
        (Manager, town.managers),
        (Building, [row | {"footprint": row["geom"]} for row in town.buildings]),
        (PropertyCoverage, town.coverage),
        (Issue, town.issues),
    ):
        if rows:
            session.execute(insert(model), [_column_values(model, row) for row in rows])


def _column_values(model: type, row: Row) -> Row:
    """Return the columns of a row that a table has."""
    columns = inspect(model).columns
    return {name: _to_element(value) for name, value in row.items() if name in columns}


def _to_element(value: Any) -> Any:
    if isinstance(value, shapely.Polygon):
        return multipolygon(value)
    return from_shape(value, srid=4326) if isinstance(value, shapely.Geometry) else value


def to_frame(rows: Iterable[Row]) -> geopandas.GeoDataFrame:
    """Return rows as a frame in WGS 84 whose column `geometry` is their `geom`."""
    frame = pandas.DataFrame(rows).rename(columns={"geom": "geometry"})
    return geopandas.GeoDataFrame(frame, geometry="geometry", crs=4326)


def write_file(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write rows as CSV, or in the spatial format of the suffix; return the path."""
    rows = [dict(row) for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as target:
            writer = csv.DictWriter(target, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    else:
        to_frame(rows).to_file(path, engine="pyogrio")
    return path
