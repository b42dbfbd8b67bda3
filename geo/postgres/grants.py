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

_TABLES_AND_SEQUENCES = """
    WITH tables AS (
        SELECT oid, relname, relacl FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relname = ANY (:tables)
    ), sequences AS (  -- of serial and identity columns: the schema may contain others
        SELECT sequence.oid, tables.relname, sequence.relacl
        FROM pg_depend JOIN tables ON refobjid = tables.oid
            JOIN pg_class AS sequence ON sequence.oid = objid AND sequence.relkind = 'S'
        WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
            AND deptype IN ('a', 'i')
    )
"""
_SEQUENCES = text(
    _TABLES_AND_SEQUENCES + "SELECT format('SEQUENCE %s', oid::regclass) FROM sequences"
)
_CURRENT = text(
    _TABLES_AND_SEQUENCES
    + """
    SELECT object, privilege_type FROM (
        SELECT format('TABLE "%s"', relname), privilege_type, grantee
        FROM tables, aclexplode(relacl)
        UNION ALL
        SELECT format('TABLE "%s"', relname), format('%s (%s)', privilege_type, attname), grantee
        FROM tables JOIN pg_attribute ON attrelid = tables.oid, aclexplode(attacl)
        UNION ALL
        SELECT format('SEQUENCE %s', oid::regclass), privilege_type, grantee
        FROM sequences, aclexplode(relacl)
        UNION ALL
        SELECT format('SCHEMA %I', nspname), privilege_type, grantee
        FROM pg_namespace, aclexplode(nspacl) WHERE nspname = current_schema()
    ) AS granted (object, privilege_type, grantee)
    WHERE grantee = (SELECT oid FROM pg_roles WHERE rolname = :role)
"""
)

Privileges = set[tuple[str, str]]
"""Objects, as GRANT names them, and what may be done with each."""


def expected_privileges(connection: Connection) -> Privileges:
    """Return everything that the service role may do in the schema of a migrated database."""
    tables = _tables()
    reads = {(f'TABLE "{table}"', "SELECT") for table in tables}
    writes = {(f'TABLE "{table}"', right) for table in WRITABLE for right in WRITABLE[table]}
    inserted = [table for table, rights in WRITABLE.items() if "INSERT" in rights]
    sequences = connection.scalars(_SEQUENCES, {"tables": inserted})
    schema = connection.scalars(text("SELECT format('SCHEMA %I', current_schema())"))
    return reads | writes | {(name, "USAGE") for name in (*sequences, *schema)}


def current_privileges(connection: Connection) -> Privileges:
    """Return what the service role may do with the schema, its tables and their sequences.

    Objects of others in the same schema are left to their owners.
    """
    params = {"role": SERVICE_ROLE, "tables": _tables()}
    return {(name, right) for name, right in connection.execute(_CURRENT, params)}


def grant_to_service_role(connection: Connection) -> bool:
    """Give the service role exactly its privileges on a migrated database; needs its owner.

    Return whether the role exists. Nothing is written if the privileges are right.
    """
    role_exists = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
    if connection.scalar(role_exists, {"role": SERVICE_ROLE}) is None:
        return False
    current, expected = current_privileges(connection), expected_privileges(connection)
    for name in sorted({name for name, _ in current ^ expected}):
        connection.execute(text(f"REVOKE ALL ON {name} FROM {SERVICE_ROLE}"))
        for right in sorted(right for granted_on, right in expected if granted_on == name):
            connection.execute(text(f"GRANT {right} ON {name} TO {SERVICE_ROLE}"))
    return True


def _tables() -> list[str]:
    return [*Base.metadata.tables, "alembic_version"]
