"""What tests of files share."""

from pathlib import Path

import pytest
from hypothesis import settings

from data.columns import Kind
from data.importing.load import LoadOptions, Outcome, load
from data.reading.reader import ReadOptions
from tests import town

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def into(session):
    """Load files of a kind into the register of this test."""

    def load_into(kind: Kind, *paths: Path, columns=None, repair=False, **options) -> Outcome:
        read = ReadOptions(columns=columns or {}, repair=repair)
        session.flush()
        outcome = load(session.connection(), kind, paths, LoadOptions(read=read, **options))
        session.expire_all()
        return outcome

    return load_into


@pytest.fixture
def with_areas(into, tmp_path):
    """The register of the town's areas."""
    into(Kind.AREAS, town.areas(tmp_path))
    return into


@pytest.fixture
def with_buildings(with_areas, tmp_path):
    """The register of the town's areas, buildings and managers."""
    with_areas(Kind.BUILDINGS, town.buildings(tmp_path))
    with_areas(Kind.MANAGERS, town.managers(tmp_path))
    return with_areas
