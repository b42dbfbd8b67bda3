"""The role of the service: it reads every table, writes what routes write, and owns nothing."""

import os
from pathlib import Path

import psycopg
import pytest
import yaml
from psycopg import errors
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from geo import db
from geo.models import Base
from geo.postgres import embedded, grants, migrations
from geo.postgres.grants import ROLE_SETTINGS, SERVICE_ROLE, WRITABLE
from geo.settings import Settings
from tests import waiting
from tests.conftest import ROOT
from tests.geo.postgres.clusters import connect, execute

IMPORTED = sorted(set(Base.metadata.tables) - set(WRITABLE))


@pytest.fixture(scope="module")
def service_url(databases, template) -> str:
    """The URL of a migrated database for the service role."""
    url = make_url(databases.make(template)).set(username=SERVICE_ROLE)
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def migrated(databases, template):
    """An engine with the owner of a migrated database; tests roll back."""
    engine = db.connect(databases.make(template))
    migrations.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(service_url):
    """A connection with the service role, rolled back."""
    engine = db.connect(service_url)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def test_the_role_owns_nothing_and_has_no_attribute(connection):
    query = "SELECT * FROM pg_roles WHERE rolname = current_user"
    attributes = connection.execute(text(query)).mappings().one()
    granted = {name for name, value in attributes.items() if value is True}
    assert granted <= {"rolcanlogin", "rolinherit"}
    owned = "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
    assert connection.scalar(text(owned)) == 0
    member_of = "SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole"
    assert connection.scalar(text(member_of)) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE another ()",
        "CREATE SCHEMA another",
        "CREATE FUNCTION another() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DROP TABLE issue",
        "ALTER TABLE issue ADD COLUMN another int",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_is_never_changed ON audit",
        "TRUNCATE audit",
        "UPDATE audit SET login = 'somebody else'",
        "DELETE FROM audit",
        "DELETE FROM account",
        "UPDATE account SET role = 'admin'",
        "UPDATE account SET reach = NULL",
        "UPDATE token SET expires_at = NULL",
        "UPDATE login_session SET expires_at = 'infinity'",
        "UPDATE revision SET title = 'another'",
        "DELETE FROM micro_grid",
        "UPDATE micro_grid SET geom = geom",
        "UPDATE area SET geom = NULL",
        "UPDATE alembic_version SET version_num = '0001'",
        "SELECT setval('account_id_seq', 1)",
        "CREATE ROLE another",
        "SELECT pg_read_file('postgresql.conf')",
        "COPY issue TO PROGRAM 'cat'",
        "SET ROLE gridward",
        *(f'INSERT INTO "{table}" DEFAULT VALUES' for table in IMPORTED),
        *(f'DELETE FROM "{table}"' for table in IMPORTED),
    ],
)
def test_the_role_may_not_change_the_schema_history_or_imported_rows(connection, statement):
    with pytest.raises(DBAPIError) as refused:
        connection.execute(text(statement))
    assert isinstance(refused.value.orig, errors.InsufficientPrivilege)


def test_the_role_reads_every_table(connection):
    for table in (*Base.metadata.tables, "alembic_version"):
        assert connection.scalar(text(f'SELECT count(*) FROM "{table}"')) >= 0


def test_the_sessions_of_the_role_have_limits(connection):
    for name, value in ROLE_SETTINGS.items():
        assert connection.scalar(text(f"SHOW {name}")) in (value, value.replace("60s", "1min"))


@pytest.mark.parametrize(
    "statement",
    [
        "GRANT ALL ON audit TO {role}",
        "REVOKE INSERT ON issue FROM {role}",
        "GRANT UPDATE (title) ON revision TO {role}",
        "GRANT CREATE ON SCHEMA public TO {role}",
        "REVOKE ALL ON SCHEMA public FROM {role}",
        "GRANT UPDATE ON SEQUENCE account_id_seq TO {role}",
        "REVOKE USAGE ON SEQUENCE account_id_seq FROM {role}",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ],
)
def test_migrating_restores_exactly_the_privileges(migrated, statement):
    with migrated.connect() as connection:
        expected = grants.expected_privileges(connection)
        assert grants.current_privileges(connection) == expected
        connection.execute(text(statement.format(role=SERVICE_ROLE)))
        assert grants.current_privileges(connection) != expected
        assert grants.grant_to_service_role(connection)
        assert grants.current_privileges(connection) == expected


def test_sequences_of_others_in_the_schema_are_left_alone(migrated):
    """An owner of the tables who is no superuser migrates beside another application."""
    with migrated.connect() as connection:
        for statement in (
            "CREATE SEQUENCE of_others",
            "CREATE ROLE migrating",
            "GRANT CREATE, USAGE ON SCHEMA public TO migrating WITH GRANT OPTION",
            *(f'ALTER TABLE "{table}" OWNER TO migrating' for table in [*Base.metadata.tables]),
            f"REVOKE INSERT ON issue FROM {SERVICE_ROLE}",
            f"REVOKE USAGE ON SEQUENCE account_id_seq FROM {SERVICE_ROLE}",
            "SET LOCAL ROLE migrating",
        ):
            connection.execute(text(statement))
        assert grants.grant_to_service_role(connection)
        assert grants.current_privileges(connection) == grants.expected_privileges(connection)
        query = f"SELECT has_sequence_privilege('{SERVICE_ROLE}', 'of_others', 'USAGE')"
        assert connection.scalar(text(query)) is False


def test_a_database_without_the_role_is_migrated_without_grants(session):
    session.execute(text(f"ALTER ROLE {SERVICE_ROLE} RENAME TO renamed"))
    assert not grants.grant_to_service_role(session.connection())


def _load_old_configuration(settings: Settings, url: str) -> tuple[Path, str]:
    """Make the server load a configuration without the role; return the file and its content."""
    file = settings.home / "postgres" / "data" / "pg_hba.conf"
    content = file.read_text()
    file.write_text(content.splitlines()[0] + "\n")
    execute(url, "SELECT pg_reload_conf()")

    def is_refused() -> bool:
        try:
            connect(url, user=SERVICE_ROLE).close()
        except psycopg.OperationalError:
            return True
        return False

    waiting.until(is_refused)
    return file, content


@pytest.mark.parametrize("interrupted", ["before the role", "after the role", "after the files"])
def test_a_running_server_of_an_older_version_admits_the_role(
    stopped: Settings, interrupted: str
) -> None:
    """Also if an earlier start was interrupted between the role, the files and the reload."""
    owner_url = embedded.up(stopped)
    file, content = _load_old_configuration(stopped, owner_url)
    match interrupted:
        case "before the role":
            execute(owner_url, f"DROP OWNED BY {SERVICE_ROLE}")
            execute(owner_url, f"DROP ROLE {SERVICE_ROLE}")
        case "after the files":
            file.write_text(content)
            a_second_later = file.stat().st_mtime + 1  # PostgreSQL compares whole seconds
            os.utime(file, (a_second_later, a_second_later))
    url = embedded.service_database_url(stopped)
    assert make_url(url).username == SERVICE_ROLE
    with connect(url, user=SERVICE_ROLE) as opened:
        assert opened.execute("SELECT current_user").fetchone() == (SERVICE_ROLE,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            opened.execute("CREATE TEMPORARY TABLE another ()")


def test_the_container_of_the_service_does_not_connect_as_the_owner():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    app, migrate = (
        make_url(compose["services"][part]["environment"]["GRIDWARD_DATABASE_URL"]).username
        for part in ("app", "migrate")
    )
    owner = compose["services"]["database"]["environment"]["POSTGRES_USER"]
    assert (app, migrate) == (SERVICE_ROLE, owner)


def test_every_setting_of_the_role_is_in_the_docs_and_in_the_container():
    for path in ("docs/install.md", "scripts/service-role.sh"):
        text = (ROOT / path).read_text()
        for name, value in ROLE_SETTINGS.items():
            assert f"ALTER ROLE {SERVICE_ROLE} SET {name} = '{value}';" in text
