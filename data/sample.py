"""The sample city on its way into the register: by files and the loader, like any other city."""

import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from data import city
from data.columns import Kind
from data.exporting import writer
from data.importing import grids
from data.importing.load import LoadOptions, Outcome, load
from geo.errors import Conflict
from geo.models import Area, Base, Building, MicroGrid, Revision

SEED = 2304
AUTHOR = "gridward demo"
"""The author of the sample's revision: by it the sample is known again."""
IN_FORCE_FROM = datetime(2016, 1, 1, tzinfo=UTC)
"""The sample's grids are backdated, so that the past can be asked about too."""
KEPT = {"account", "token", "sign_in", "attempt", "audit"}
"""The tables that emptying the register leaves alone."""


class NotEmpty(Conflict):
    """The register holds a city of its own, which the sample must not mix with."""

    code = "register_not_empty"


def is_there(session: Session) -> bool:
    """Tell whether the register holds the sample city. Raises NotEmpty if it holds another."""
    if session.scalar(select(func.count()).where(Revision.author == AUTHOR)):
        return True
    for table in (Area, Building, MicroGrid):
        if session.scalar(select(func.count()).select_from(table)):
            raise NotEmpty(
                "The register is not empty, and the sample city does not mix with others.",
                hint="Empty it with gridward demo --reset, or set another GRIDWARD_HOME.",
            )
    return False


def empty(session: Session) -> None:
    """Take everything out of the register but the accounts, and the record of what was done."""
    every = (table.name for table in Base.metadata.sorted_tables)
    tables = ", ".join(name for name in every if name not in KEPT)
    session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))


def fill(
    session: Session, seed: int, today: date, tell: Callable[[int, int | None], None]
) -> list[Outcome]:
    """Build the city of a seed as it stands on a day, and load every part of it."""
    built = city.build(seed, today)
    frames = _frames(built)
    with tempfile.TemporaryDirectory() as folder:
        outcomes = []
        for done, (kind, frame) in enumerate(frames.items()):
            tell(done, len(frames))
            path = Path(folder) / f"{kind}.{'gpkg' if 'geometry' in frame else 'csv'}"
            writer.frame(frame, path)
            outcomes.append(_load(session, kind, path))
        tell(len(frames), len(frames))
    return outcomes


def _frames(built: city.City) -> Mapping[Kind, gpd.GeoDataFrame | pd.DataFrame]:
    """Return the frames in the order in which they need each other."""
    return {
        Kind.AREAS: built.areas,
        Kind.NEIGHBORHOODS: built.neighborhoods,
        Kind.MANAGERS: built.managers,
        Kind.BUILDINGS: built.buildings,
        Kind.PROPERTY_COVERAGE: built.property_coverage,
        Kind.GRIDS: built.grids,
        Kind.GRID_MEMBERS: built.grid_members,
        Kind.ISSUES: built.issues,
        Kind.BACKDROP: built.backdrop,
    }


def _load(session: Session, kind: Kind, path: Path) -> Outcome:
    if kind is not Kind.GRIDS:
        return load(session.connection(), kind, [path], LoadOptions())
    publication = grids.Publication("Sample city", AUTHOR, IN_FORCE_FROM)
    return grids.load(session, [path], LoadOptions(), publication)
