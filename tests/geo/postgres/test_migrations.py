"""Migrations lead to the models, and back to an empty database."""

import pytest
from sqlalchemy import inspect, text

from geo import db
from geo.models import Base
from geo.postgres import migrations
from geo.postgres.migrations.check import differences


@pytest.fixture
def migrated(database_url):
    """An engine on a migrated database of its own."""
    engine = db.connect(database_url)
    yield engine
    engine.dispose()


def test_a_migrated_database_matches_the_models(engine):
    with engine.connect() as connection:
        assert differences(connection) == []
        assert migrations.current_revision(connection) == migrations.head_revision()


def test_the_check_finds_a_missing_column(migrated):
    with migrated.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE manager DROP COLUMN phone")
        assert len(differences(connection)) == 1


def test_a_downgrade_drops_every_table_and_an_upgrade_creates_them_again(migrated):
    tables = set(Base.metadata.tables)
    migrations.downgrade(migrated)
    assert not tables & set(inspect(migrated).get_table_names())
    migrations.upgrade(migrated)
    assert tables <= set(inspect(migrated).get_table_names())
    with migrated.connect() as connection:
        assert differences(connection) == []


def test_an_empty_reach_becomes_null_and_back(migrated):
    def reaches() -> list[str | None]:
        with migrated.connect() as connection:
            return list(connection.scalars(text("SELECT reach FROM account ORDER BY login")))

    migrations.downgrade(migrated, "0010")
    with migrated.begin() as connection:
        for login, reach in (("a", ""), ("b", "2304")):
            statement = text("INSERT INTO account (login, role, reach) VALUES (:l, 'viewer', :r)")
            connection.execute(statement, {"l": login, "r": reach})
    migrations.upgrade(migrated)
    assert reaches() == [None, "2304"]
    migrations.downgrade(migrated, "0010")
    assert reaches() == ["", "2304"]


def test_a_write_changes_the_table_version_before_and_after_the_renaming(migrated):
    """The trigger function is replaced in both directions."""
    for revision, query in (
        ("head", "SELECT sum(token) FROM table_version WHERE table_name = 'manager'"),
        ("0010", "SELECT sum(number) FROM mark WHERE subject = 'manager'"),
        ("head", "SELECT sum(token) FROM table_version WHERE table_name = 'manager'"),
    ):
        (migrations.downgrade if revision == "0010" else migrations.upgrade)(migrated, revision)
        with migrated.begin() as connection:
            before = connection.scalar(text(query))
            for _ in range(300):  # often enough that the tokens are replaced by their sum
                connection.execute(text("DELETE FROM manager WHERE false"))
            assert connection.scalar(text(query)) != before
