"""Load the sample city into the database, through files and the importer like any other city."""

import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from data import city
from data.columns import DatasetKind
from data.exporting import writer
from data.importing import grids
from data.importing.load import LoadOptions, load
from data.importing.result import ImportResult
from geo.errors import Conflict
from geo.models import Area, Base, Building, MicroGrid, Revision

SEED = 2304
AUTHOR = "gridward demo"
"""The author of the revision that publishes the sample city; identifies the sample city."""
IN_FORCE_FROM = datetime(2016, 1, 1, tzinfo=UTC)
"""The grids are backdated, so that queries about past dates have results."""
PRESERVED_TABLES = {"account", "token", "login_session", "login_attempt", "audit"}
"""The tables that clear_database leaves as they are."""


class DatabaseNotEmpty(Conflict):
    """The database has data of another city; the sample city must not mix with it."""

    code = "database_not_empty"


def is_loaded(session: Session) -> bool:
    """Return whether the sample city is loaded. Raises DatabaseNotEmpty if another city is."""
    if session.scalar(select(func.count()).where(Revision.author == AUTHOR)):
        return True
    for table in (Area, Building, MicroGrid):
        if session.scalar(select(func.count()).select_from(table)):
            raise DatabaseNotEmpty(
                "The database is not empty, and the sample city does not mix with other data.",
                hint="Clear it with gridward demo --reset, or set another GRIDWARD_HOME.",
            )
    return False


def clear_database(session: Session) -> None:
    """Delete all rows of every table except accounts, sessions and the audit log."""
    names = (table.name for table in Base.metadata.sorted_tables)
    tables = ", ".join(name for name in names if name not in PRESERVED_TABLES)
    session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))


def load_sample(
    session: Session, seed: int, today: date, progress: Callable[[int, int | None], None]
) -> list[ImportResult]:
    """Generate the city of a seed as it is on a day, and import every part of it."""
    frames = _frames(city.build(seed, today))
    with tempfile.TemporaryDirectory() as folder:
        results = []
        for done, (kind, frame) in enumerate(frames.items()):
            progress(done, len(frames))
            path = Path(folder) / f"{kind}.{'gpkg' if 'geometry' in frame else 'csv'}"
            writer.write_frame(frame, path)
            results.append(_load(session, kind, path))
        progress(len(frames), len(frames))
    return results


def _frames(sample: city.SampleCity) -> Mapping[DatasetKind, gpd.GeoDataFrame | pd.DataFrame]:
    """Return the frames in import order: each after those that it refers to."""
    return {
        DatasetKind.AREAS: sample.areas,
        DatasetKind.NEIGHBORHOODS: sample.neighborhoods,
        DatasetKind.MANAGERS: sample.managers,
        DatasetKind.BUILDINGS: sample.buildings,
        DatasetKind.PROPERTY_COVERAGE: sample.property_coverage,
        DatasetKind.GRIDS: sample.grids,
        DatasetKind.GRID_MEMBERS: sample.grid_members,
        DatasetKind.ISSUES: sample.issues,
        DatasetKind.BACKDROP: sample.backdrop,
    }


def _load(session: Session, kind: DatasetKind, path: Path) -> ImportResult:
    if kind is not DatasetKind.GRIDS:
        return load(session.connection(), kind, [path], LoadOptions())
    publication = grids.RevisionOptions("Sample city", AUTHOR, IN_FORCE_FROM)
    return grids.load(session, [path], LoadOptions(), publication)
