"""Fixtures for imports of grids."""

from pathlib import Path

import pytest

from data.columns import DatasetKind
from data.importing import grids
from data.importing.grids import RevisionOptions
from data.importing.load import LoadOptions, load
from data.importing.result import ImportResult
from data.reading.reader import ReadOptions
from tests import district_files
from tests.data.importing.grid_imports import (
    counts,
)


@pytest.fixture
def import_grids(session):
    """Return a function that imports files of grids into the test database."""

    def import_files(
        *paths: Path, lengths=(), columns=None, repair=False, effective_at=None, **options
    ) -> ImportResult:
        read = ReadOptions(columns=columns or {}, repair=repair)
        options = LoadOptions(read=read, **options)
        revision = RevisionOptions(prefix_lengths=lengths, effective_at=effective_at)
        result = grids.load(session, paths, options, revision)
        session.flush()
        session.expire_all()
        return result

    return import_files


@pytest.fixture
def import_after_town_grids(session, import_grids, tmp_path):
    """Import the areas and the four grids of the town; return a function that imports more."""
    load(
        session.connection(),
        DatasetKind.AREAS,
        [district_files.write_areas(tmp_path)],
        LoadOptions(),
    )
    assert counts(import_grids(district_files.write_grids(tmp_path))) == (4, 4, 0, 0, 0)
    return import_grids
