"""Store the manager's kind with its coverage, so that tiles need one index for both."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEX = "property_coverage_building_code_covered_idx"
COLUMNS = ["building_code", "covered"]
EXISTS = "property_coverage_manager_code_exists"


def upgrade() -> None:
    op.create_unique_constraint("manager_code_kind_unique", "manager", ["code", "kind"])
    op.add_column("property_coverage", sa.Column("manager_kind", sa.String(40)))
    # Filling the column in is no change that a tile shows.
    op.execute("ALTER TABLE property_coverage DISABLE TRIGGER mark_change")
    op.execute("""
        UPDATE property_coverage SET manager_kind = manager.kind
        FROM manager WHERE manager.code = manager_code
    """)
    op.execute("ALTER TABLE property_coverage ENABLE TRIGGER mark_change")
    op.alter_column("property_coverage", "manager_kind", nullable=False)
    op.drop_constraint(EXISTS, "property_coverage", type_="foreignkey")
    op.create_foreign_key(
        EXISTS,
        "property_coverage",
        "manager",
        ["manager_code", "manager_kind"],
        ["code", "kind"],
        onupdate="CASCADE",
    )
    op.execute("""
        CREATE FUNCTION know_manager_kind() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            -- Of a manager who does not exist any kind will do: the foreign key refuses the row,
            -- and its message names the manager.
            NEW.manager_kind := coalesce(
                (SELECT kind FROM manager WHERE code = NEW.manager_code), 'unknown');
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER know_manager_kind BEFORE INSERT OR UPDATE OF manager_code, manager_kind
        ON property_coverage FOR EACH ROW EXECUTE FUNCTION know_manager_kind()
    """)
    op.drop_index(INDEX, "property_coverage")
    op.create_index(INDEX, "property_coverage", COLUMNS, postgresql_include=["manager_kind"])


def downgrade() -> None:
    op.drop_index(INDEX, "property_coverage")
    op.create_index(INDEX, "property_coverage", COLUMNS, postgresql_include=["manager_code"])
    op.execute("DROP TRIGGER know_manager_kind ON property_coverage")
    op.execute("DROP FUNCTION know_manager_kind()")
    op.drop_constraint(EXISTS, "property_coverage", type_="foreignkey")
    op.create_foreign_key(EXISTS, "property_coverage", "manager", ["manager_code"], ["code"])
    op.drop_column("property_coverage", "manager_kind")
    op.drop_constraint("manager_code_kind_unique", "manager")
