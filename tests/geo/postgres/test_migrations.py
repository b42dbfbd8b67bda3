"""The migrations lead to the models, and back to nothing."""

from sqlalchemy import inspect

from geo import db
from geo.models import Base
from geo.postgres import migrations
from geo.postgres.migrations.check import differences


def test_a_migrated_database_is_exactly_what_the_models_say(engine):
    with engine.connect() as connection:
        assert differences(connection) == []
        assert migrations.current_revision(connection) == migrations.head_revision()


def test_the_check_sees_a_column_that_no_migration_makes(database_url):
    made = db.connect(database_url)
    with made.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE manager DROP COLUMN phone")
        assert len(differences(connection)) == 1
    made.dispose()


def test_downgrade_leaves_no_table_and_upgrade_brings_all_back(database_url):
    made = db.connect(database_url)
    ours = set(Base.metadata.tables)

    migrations.downgrade(made)
    assert not ours & set(inspect(made).get_table_names())

    migrations.upgrade(made)
    assert ours <= set(inspect(made).get_table_names())
    made.dispose()
