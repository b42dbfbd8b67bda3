"""Real files into a register of their own, by the functions behind `gridward import`."""

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

Import = Callable[..., ImportResult]


def bring_chiyoda(url: str, realdata: Path, folder: Path) -> None:
    """Import small areas as grids, the ward as their community, and every building of the ward."""
    file = folder / "areas.gpkg"
    tokyo = geopandas.read_file(realdata / "partitions/tokyo23ku_smallareas2015_simplified.gpkg")
    tokyo[tokyo.small_area_code.str.startswith("13101")].to_file(file)
    homes = str(realdata / "buildings/tokyo_chiyoda_plateau2020_buildings.gpkg")
    told = {"grids": "code=small_area_code,name=label", "buildings": "code=building_id"}
    grids = ["grids", str(file), "--repair", "--areas-from-codes", "5"]
    for command in (grids, ["buildings", homes]):
        subprocess.run(
            [GRIDWARD, "import", *command, "--columns", told[command[0]], "--on-error", "skip"],
            env=environment_of(url),
            check=True,
            capture_output=True,
        )


@pytest.fixture
def register(database_url: str) -> Iterator[Engine]:
    """An empty register."""
    engine = db.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def bring(register: Engine) -> Import:
    """Import a file, and keep it only if all went well."""

    def bring(
        kind: DatasetKind, path: Path, *, lengths=(), skip=False, replace=False, **read
    ) -> ImportResult:
        options = LoadOptions(ReadOptions(**read), skip_bad_rows=skip, replace=replace)
        with Session(register) as session, session.begin():
            if kind is DatasetKind.GRIDS:
                return grids.load(session, [path], options, RevisionOptions(prefix_lengths=lengths))
            return load(session.connection(), kind, [path], options)

    return bring
