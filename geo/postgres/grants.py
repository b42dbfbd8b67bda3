"""Privileges of the role that serves requests: it reads all tables and writes few of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, text

from geo.models import Base

SERVICE_ROLE: Final = "gridward_service"
"""The role of `gridward serve`. It owns nothing. It may be a group of roles that log in."""

ROLE_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "statement_timeout": "60s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "60s",
    }
)
"""Limits of the role's sessions, in case the service sets none of its own."""

WRITABLE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "account": ("INSERT", "UPDATE (password_hash)", "UPDATE (disabled_at)"),
        "area": ("UPDATE (name_en)",),  # locks communities: row locks need one updatable column
        "audit": ("INSERT",),
        "issue": ("INSERT",),
        "lineage": ("INSERT",),
        "login_attempt": ("INSERT", "DELETE", "UPDATE (made_at)"),  # locks expired rows
        "login_session": ("INSERT", "DELETE"),
        "micro_grid": ("INSERT", "UPDATE (in_force)", "UPDATE (ended_in)"),
        "plan": ("INSERT", "UPDATE"),
        "plan_comment": ("INSERT",),
        "plan_step": ("INSERT", "UPDATE", "DELETE"),
        "revision": ("INSERT",),
        "size_limit": ("INSERT", "UPDATE"),
        "table_version": ("INSERT", "DELETE", "UPDATE (token)"),  # by triggers, which also lock
        "token": ("INSERT", "UPDATE (revoked_at)", "UPDATE (last_used_at)"),
    }
)
"""What the service may do besides SELECT; files and people are imported by the owner."""

_CURRENT = text("""
    SELECT relname, privilege_type FROM pg_class, aclexplode(relacl)
    WHERE relnamespace = current_schema()::regnamespace AND relname = ANY (:tables)
        AND grantee = (SELECT oid FROM pg_roles WHERE rolname = :role)
    UNION ALL
    SELECT relname, format('%s (%s)', privilege_type, attname)
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, aclexplode(attacl)
    WHERE relnamespace = current_schema()::regnamespace AND relname = ANY (:tables)
        AND grantee = (SELECT oid FROM pg_roles WHERE rolname = :role)
""")


def expected_privileges() -> set[tuple[str, str]]:
    """Return the table and privilege of everything that the service role may do with tables."""
    tables = {*Base.metadata.tables, "alembic_version"}
    reads = {(table, "SELECT") for table in tables}
    return reads | {(table, right) for table, rights in WRITABLE.items() for right in rights}


def grant_to_service_role(connection: Connection) -> bool:
    """Give the service role exactly its privileges on a migrated database; needs its owner.

    Return whether the role exists. Nothing is written if the privileges are right.
    """
    role_exists = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
    if connection.scalar(role_exists, {"role": SERVICE_ROLE}) is None:
        return False
    expected = expected_privileges()
    params = {"role": SERVICE_ROLE, "tables": [table for table, _ in expected]}
    current = {(table, right) for table, right in connection.execute(_CURRENT, params)}
    if current != expected:
        _replace_privileges(connection, expected)
    return True


def _replace_privileges(connection: Connection, expected: set[tuple[str, str]]) -> None:
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    tables = ", ".join(f'"{table}"' for table in sorted({table for table, _ in expected}))
    statements = [
        f"REVOKE ALL ON {tables} FROM {SERVICE_ROLE}",
        f"GRANT USAGE ON SCHEMA {schema} TO {SERVICE_ROLE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {SERVICE_ROLE}",
        *(f'GRANT {right} ON "{table}" TO {SERVICE_ROLE}' for table, right in sorted(expected)),
    ]
    for statement in statements:
        connection.execute(text(statement))
