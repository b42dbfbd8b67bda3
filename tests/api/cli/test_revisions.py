"""Listing and reverting revisions on the command line."""

import pytest
from sqlalchemy.orm import Session

from geo import db
from geo.grids import revisions
from tests import command
from tests import district as districts
from tests.district_edits import COMMUNITY_1, merge_grids


@pytest.fixture
def city(database_url) -> str:
    """The URL of a database whose first community was merged into one grid."""
    engine = db.connect(database_url)
    with Session(engine) as session:
        districts.insert_district(session)
        merge_grids(session)
    engine.dispose()
    return database_url


def run(url: str, *words: str) -> tuple[int, str, str]:
    result = command.run(url, *words)
    return result.returncode, result.stdout, result.stderr


def test_a_revision_is_listed_and_reverted_only_once(city):
    code, out, _ = run(city, "revisions")
    assert (code, [line.split()[0] for line in out.splitlines()]) == (0, ["2", "1"])
    assert run(city, "revert", "2", "--title", "a mistake")[:2] == (
        0,
        "Published as revision 3.\n",
    )
    assert "a mistake" in run(city, "revisions", "--area", COMMUNITY_1, "--limit", "1")[1]
    code, _, err = run(city, "revert", "2")
    assert (code, "Revert revision 3 first" in err) == (3, True)
    engine = db.connect(city)
    with Session(engine) as session:
        assert len(revisions.current_grids(session, [COMMUNITY_1])) == 2
    engine.dispose()


def test_an_unknown_revision_is_not_found(city):
    code, _, err = run(city, "revert", "9")
    assert (code, "There is no revision 9" in err) == (4, True)


def test_reverting_the_first_import_requires_leave_empty(database_url):
    engine = db.connect(database_url)
    with Session(engine) as session:
        districts.insert_district(session)
    engine.dispose()
    code, _, err = run(database_url, "revert", "1")
    assert (code, "--leave-empty" in err) == (3, True)
    assert run(database_url, "revert", "1", "--leave-empty")[:2] == (
        0,
        "Published as revision 2.\n",
    )
