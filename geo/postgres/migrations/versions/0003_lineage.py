"""Lineage of grids: which share of which grid became part of which, per revision."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CODE = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "lineage",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("from_code", CODE, nullable=False),
        sa.Column("to_code", CODE, nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.CheckConstraint("share > 0 AND share <= 1", name="lineage_share_is_a_part"),
        sa.ForeignKeyConstraint(
            ["revision"],
            ["revision.number"],
            name="lineage_revision_exists",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("revision", "from_code", "to_code", name="lineage_pkey"),
    )
    op.create_index("lineage_from_code_idx", "lineage", ["from_code"])
    op.create_index("lineage_to_code_idx", "lineage", ["to_code"])


def downgrade() -> None:
    op.drop_table("lineage")
