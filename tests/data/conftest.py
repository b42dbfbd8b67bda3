"""Fixtures that import files into the test database."""

from pathlib import Path

import pytest

from data.columns import DatasetKind
from data.importing.load import LoadOptions, load
from data.importing.result import ImportResult
from data.reading.reader import ReadOptions
from tests import district_files


@pytest.fixture
def import_files(session):
    """Return a function that imports files of one kind into the test database."""

    def load_files(
        kind: DatasetKind, *paths: Path, columns=None, repair=False, **options
    ) -> ImportResult:
        read = ReadOptions(columns=columns or {}, repair=repair)
        session.flush()
        result = load(session.connection(), kind, paths, LoadOptions(read=read, **options))
        session.expire_all()
        return result

    return load_files


@pytest.fixture
def import_after_areas(import_files, tmp_path):
    """Import the areas of the town; return a function that imports more."""
    import_files(DatasetKind.AREAS, district_files.write_areas(tmp_path))
    return import_files


@pytest.fixture
def import_after_buildings(import_after_areas, tmp_path):
    """Import areas, buildings and managers of the town; return a function that imports more."""
    import_after_areas(DatasetKind.BUILDINGS, district_files.write_buildings(tmp_path))
    import_after_areas(DatasetKind.MANAGERS, district_files.write_managers(tmp_path))
    return import_after_areas
