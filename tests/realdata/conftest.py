"""Real files into a register of their own, by the functions behind `gridward import`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from data import grids
from data.columns import Kind
from data.grids import Publication
from data.load import LoadOptions, Outcome, load
from data.read import ReadOptions
from geo import db

Import = Callable[..., Outcome]


@pytest.fixture
def register(database_url: str) -> Iterator[Engine]:
    """An empty register."""
    engine = db.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def bring(register: Engine) -> Import:
    """Import a file, and keep it only if all went well."""

    def bring(kind: Kind, path: Path, *, lengths=(), skip=False, replace=False, **read) -> Outcome:
        options = LoadOptions(ReadOptions(**read), skip=skip, replace=replace)
        with Session(register) as session, session.begin():
            if kind is Kind.GRIDS:
                return grids.load(session, [path], options, Publication(lengths=lengths))
            return load(session.connection(), kind, [path], options)

    return bring
