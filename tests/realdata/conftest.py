"""Imports real files into an empty database with the functions behind `gridward import`."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from data.columns import DatasetKind
from data.importing import grids
from data.importing.grids import RevisionOptions
from data.importing.load import LoadOptions, load
from data.importing.result import ImportResult
from data.reading.reader import ReadOptions
from geo import db
from tests.command import GRIDWARD, environment_of

FileImport = Callable[..., ImportResult]


def import_chiyoda(url: str, realdata: Path, folder: Path) -> None:
    """Import small areas as grids, the ward as their community, and all buildings of the ward."""
    file = folder / "areas.gpkg"
    tokyo = geopandas.read_file(realdata / "partitions/tokyo23ku_smallareas2015_simplified.gpkg")
    tokyo[tokyo.small_area_code.str.startswith("13101")].to_file(file)
    buildings = str(realdata / "buildings/tokyo_chiyoda_plateau2020_buildings.gpkg")
    grids = ["grids", str(file), "--repair", "--areas-from-codes", "5"]
    grids += ["--columns", "code=small_area_code,name=label"]
    for arguments in (grids, ["buildings", buildings, "--columns", "code=building_id"]):
        subprocess.run(
            [GRIDWARD, "import", *arguments, "--on-error", "skip"],
            env=environment_of(url),
            check=True,
            capture_output=True,
        )


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """An engine on an empty database."""
    engine = db.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def import_file(database: Engine) -> FileImport:
    """Return a function that imports a file in one transaction."""

    def import_file(
        kind: DatasetKind, path: Path, *, lengths=(), skip=False, replace=False, **read
    ) -> ImportResult:
        options = LoadOptions(ReadOptions(**read), skip_bad_rows=skip, replace=replace)
        with Session(database) as session, session.begin():
            if kind is DatasetKind.GRIDS:
                return grids.load(session, [path], options, RevisionOptions(prefix_lengths=lengths))
            return load(session.connection(), kind, [path], options)

    return import_file
