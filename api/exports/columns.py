"""The columns of exports: attributes of rows, the texts of their headers, and their formats."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from data.exporting.table import CellFormat
from geo.coverage.figures import Grouping
from geo.models import Level


@dataclass(frozen=True)
class ExportColumn:
    """An attribute of the rows of an export."""

    key: str
    header: str
    """The key of the header's text."""
    format: CellFormat = CellFormat.TEXT
    terms: str | None = None
    """The family of the texts that replace values; a value without a text stays as it is."""


Columns = tuple[ExportColumn, ...]


def _column(
    key: str,
    header: str | None = None,
    format: CellFormat = CellFormat.TEXT,
    terms: str | None = None,
) -> ExportColumn:
    return ExportColumn(key, header or key, format, terms)


def _count(key: str, header: str | None = None) -> ExportColumn:
    return _column(key, header, CellFormat.COUNT)


LOCATION: Final[Columns] = tuple(
    _column(key, f"coordinate.{key}", CellFormat.DEGREES)
    for key in ("lon", "lat", "lon_gcj02", "lat_gcj02")
)
_LEVELS: Final[Sequence[Level]] = (Level.DISTRICT, Level.SUBDISTRICT, Level.COMMUNITY)
_AREAS: Final[Columns] = tuple(_column(level.value) for level in _LEVELS)
_GRID: Final[Columns] = (_column("grid_name", "grid"), _column("grid_code"))
_MANAGER: Final[Columns] = (
    _column("manager"),
    _column("manager_kind", terms="manager"),
    _column("covered_since", format=CellFormat.DATE),
)
_FORMER: Final[Columns] = (
    _column("uncovered_since", format=CellFormat.DATE),
    _column("former_manager"),
    _column("former_manager_kind", terms="manager"),
)


def of_buildings(covered: bool | None) -> Columns:
    """Return the columns of buildings, without those that are empty for all of them."""
    return (
        _column("code"),
        _column("name", "building"),
        _column("address"),
        *_AREAS,
        _column("community_code"),
        _column("neighborhood"),
        _column("neighborhood_code"),
        *_GRID,
        _column("use", terms="use"),
        _column("built_year", format=CellFormat.NUMBER),
        _column("floors", format=CellFormat.NUMBER),
        _count("households"),
        _column("standing", "uncovered_reason" if covered is False else "column.standing"),
        *(() if covered is True else _FORMER),
        *(() if covered is False else _MANAGER),
        *LOCATION,
    )


ISSUES: Final[Columns] = (
    _column("ref"),
    _column("category", "issue_category", terms="category"),
    _column("description"),
    _column("status", "issue_status", terms="status"),
    _column("channel", terms="channel"),
    _column("reported_at", format=CellFormat.TIMESTAMP),
    *_AREAS,
    _column("grid_name", "grid_when_reported"),
    _column("grid_code", "grid_code_when_reported"),
    _column("current_grid_name", "current_grid"),
    _column("current_grid_code"),
    *LOCATION,
)

GRIDS: Final[Columns] = (
    _column("code", "grid_code"),
    _column("name", "grid"),
    *_AREAS,
    _column("community_code"),
    _count("buildings"),
    _count("households"),
    _column("in_force_since", format=CellFormat.TIMESTAMP),
    _column("revision", "grid_revision", CellFormat.NUMBER),
    *LOCATION,
)

AREAS: Final[Columns] = (
    _column("code"),
    _column("name", "area"),
    _column("level", "area_level", terms="level"),
    *_AREAS,
    _column("parent_code"),
    *LOCATION,
)


_ON_ONE_DAY: Final[Columns] = (_count("uncovered"), _column("rate", format=CellFormat.PERCENT))
_COMPARED: Final[Columns] = (
    _count("uncovered_before"),
    _count("uncovered", "uncovered_after"),
    _count("gained"),
    _count("lost"),
    _count("net"),
    _column("rate_before", format=CellFormat.PERCENT),
    _column("rate", "rate_after", CellFormat.PERCENT),
)


def of_coverage(by: Grouping, *, compared: bool) -> Columns:
    """Return the columns of figures, with the names of the areas above those that are counted."""
    levels = [level.value for level in _LEVELS]
    above = levels[: levels.index(by.value)] if by.value in levels else levels
    return (
        _column("code"),
        _column("name", by.value),
        *(_column(level) for level in above if by is not Grouping.CITY),
        _count("buildings"),
        _count("covered", "covered_buildings"),
        *(_COMPARED if compared else _ON_ONE_DAY),
        _count("households"),
        _count("covered_households"),
        *LOCATION,
    )
