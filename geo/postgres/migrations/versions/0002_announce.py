"""Notify listeners when areas or revisions change, so that in-memory indexes follow."""

from collections.abc import Sequence

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ANNOUNCED = ("area", "revision")


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('gridward', TG_TABLE_NAME);
            RETURN NULL;
        END $$
    """)
    for table in ANNOUNCED:
        op.execute(f"""
            CREATE TRIGGER announce_change
            AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION announce_change()
        """)


def downgrade() -> None:
    for table in ANNOUNCED:
        op.execute(f"DROP TRIGGER announce_change ON {table}")
    op.execute("DROP FUNCTION announce_change()")
