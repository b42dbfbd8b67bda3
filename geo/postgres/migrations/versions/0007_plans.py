"""Plans: drafts of changes to grids, with steps, comments and size limits."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CODE = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", CODE, nullable=False),
        sa.Column("status", sa.String(40), server_default="draft", nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("publish_key", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("changed_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("title <> ''", name="plan_title_not_empty"),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'discarded')", name="plan_status_known"
        ),
        sa.CheckConstraint("base_revision >= 0", name="plan_base_not_negative"),
        sa.CheckConstraint("done >= 0", name="plan_steps_not_negative"),
        sa.CheckConstraint(
            "(status = 'published') = (revision IS NOT NULL)",
            name="published_plan_has_its_revision",
        ),
        sa.ForeignKeyConstraint(["revision"], ["revision.number"], name="plan_revision_exists"),
        sa.PrimaryKeyConstraint("id", name="plan_pkey"),
        sa.UniqueConstraint("author", "publish_key", name="plan_author_publish_key_unique"),
        sa.UniqueConstraint("revision", name="plan_revision_unique"),
    )
    op.create_index("plan_author_idx", "plan", ["author"])
    op.create_index("plan_status_idx", "plan", ["status"])
    op.create_table(
        "plan_step",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.Column("communities", sa.ARRAY(CODE), nullable=False),
        sa.Column("made_by", CODE, nullable=False),
        sa.Column("made_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("number > 0", name="plan_step_number_positive"),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name="plan_step_plan_id_exists", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "number", name="plan_step_pkey"),
    )
    op.create_table(
        "plan_comment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_by", CODE, nullable=False),
        sa.Column("made_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("text <> ''", name="plan_comment_not_empty"),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name="plan_comment_plan_id_exists", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="plan_comment_pkey"),
    )
    op.create_index("plan_comment_plan_id_idx", "plan_comment", ["plan_id"])
    op.create_table(
        "size_limit",
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("least_buildings", sa.Integer(), nullable=True),
        sa.Column("most_buildings", sa.Integer(), nullable=True),
        sa.Column("least_households", sa.Integer(), nullable=True),
        sa.Column("most_households", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "least_buildings >= 0 AND most_buildings >= least_buildings",
            name="size_limit_buildings_in_order",
        ),
        sa.CheckConstraint(
            "least_households >= 0 AND most_households >= least_households",
            name="size_limit_households_in_order",
        ),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name="size_limit_area_code_exists"),
        sa.PrimaryKeyConstraint("area_code", name="size_limit_pkey"),
    )


def downgrade() -> None:
    for table in ("size_limit", "plan_comment", "plan_step", "plan"):
        op.drop_table(table)
