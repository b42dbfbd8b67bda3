"""Rename tables, columns, constraints and triggers; make an unrestricted reach null.

Versions of tables, login sessions and login attempts get the names of their models.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = (("mark", "table_version"), ("sign_in", "login_session"), ("attempt", "login_attempt"))
COLUMNS = (("subject", "table_name"), ("number", "token"))
CONSTRAINTS = {
    "table_version": (("mark_pkey", "table_version_pkey"),),
    "login_session": (
        ("sign_in_pkey", "login_session_pkey"),
        ("sign_in_hash_is_sha256", "login_session_hash_is_sha256"),
        ("sign_in_expires_after_creation", "login_session_expires_after_creation"),
        ("sign_in_account_id_exists", "login_session_account_id_exists"),
    ),
    "login_attempt": (
        ("attempt_pkey", "login_attempt_pkey"),
        ("attempt_hash_is_sha256", "login_attempt_hash_is_sha256"),
    ),
}
INDEXES = (
    ("mark_subject_idx", "table_version_table_name_idx"),
    ("sign_in_account_id_idx", "login_session_account_id_idx"),
    ("sign_in_expires_at_idx", "login_session_expires_at_idx"),
    ("attempt_login_hash_made_at_idx", "login_attempt_login_hash_made_at_idx"),
    ("attempt_address_made_at_idx", "login_attempt_address_made_at_idx"),
    ("attempt_made_at_idx", "login_attempt_made_at_idx"),
)
SEQUENCES = (("mark_id_seq", "table_version_id_seq"), ("attempt_id_seq", "login_attempt_id_seq"))
VERSIONED_TABLES = (
    "area",
    "neighborhood",
    "manager",
    "building",
    "property_coverage",
    "micro_grid",
    "issue",
    "backdrop",
)
TRIGGERS = (
    *((table, "mark_change", "change_table_version") for table in VERSIONED_TABLES),
    *((table, "announce_change", "notify_listeners") for table in ("area", "revision")),
    ("property_coverage", "know_manager_kind", "set_manager_kind"),
)
FUNCTIONS = (
    ("mark_change", "change_table_version"),
    ("announce_change", "notify_listeners"),
    ("know_manager_kind", "set_manager_kind"),
)

CHANGE_TABLE_VERSION = """
    CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO {table} ({table_name}, {token})
        VALUES (TG_TABLE_NAME, hashtextextended(gen_random_uuid()::text, 0));
        -- Sometimes replace the rows of a table by their sum, which leaves its version unchanged.
        -- Stricter isolation would fail if another transaction has just done so.
        IF random() < 0.02 AND current_setting('transaction_isolation') = 'read committed' THEN
            WITH old AS (
                DELETE FROM {table} WHERE id IN (
                    SELECT id FROM {table} WHERE {table_name} = TG_TABLE_NAME
                    FOR UPDATE SKIP LOCKED
                ) RETURNING {token}
            )
            INSERT INTO {table} ({table_name}, {token})
            SELECT TG_TABLE_NAME, sum({token}) FROM old HAVING count(*) > 0;
        END IF;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    for old, new in TABLES:
        op.rename_table(old, new)
    for old, new in COLUMNS:
        op.alter_column("table_version", old, new_column_name=new)
    for table, names in CONSTRAINTS.items():
        for old, new in names:
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")
    for old, new in INDEXES:
        op.execute(f"ALTER INDEX {old} RENAME TO {new}")
    for old, new in SEQUENCES:
        op.execute(f"ALTER SEQUENCE {old} RENAME TO {new}")
    for table, old, new in TRIGGERS:
        op.execute(f"ALTER TRIGGER {old} ON {table} RENAME TO {new}")
    for old, new in FUNCTIONS:
        op.execute(f"ALTER FUNCTION {old}() RENAME TO {new}")
    op.execute(
        CHANGE_TABLE_VERSION.format(
            function="change_table_version",
            table="table_version",
            table_name="table_name",
            token="token",
        )
    )
    op.alter_column("account", "reach", nullable=True, server_default=None)
    op.execute("UPDATE account SET reach = NULL WHERE reach = ''")
    op.create_check_constraint("account_reach_not_empty", "account", "reach <> ''")


def downgrade() -> None:
    op.drop_constraint("account_reach_not_empty", "account")
    op.execute("UPDATE account SET reach = '' WHERE reach IS NULL")
    op.alter_column("account", "reach", nullable=False, server_default="")
    for new, old in FUNCTIONS:
        op.execute(f"ALTER FUNCTION {old}() RENAME TO {new}")
    for table, new, old in TRIGGERS:
        op.execute(f"ALTER TRIGGER {old} ON {table} RENAME TO {new}")
    for new, old in SEQUENCES:
        op.execute(f"ALTER SEQUENCE {old} RENAME TO {new}")
    for new, old in INDEXES:
        op.execute(f"ALTER INDEX {old} RENAME TO {new}")
    for table, names in CONSTRAINTS.items():
        for new, old in names:
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")
    for new, old in COLUMNS:
        op.alter_column("table_version", old, new_column_name=new)
    for new, old in reversed(TABLES):
        op.rename_table(old, new)
    op.execute(
        CHANGE_TABLE_VERSION.format(
            function="mark_change", table="mark", table_name="subject", token="number"
        )
    )
