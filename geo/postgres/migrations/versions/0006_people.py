"""People, and their assignments to grids."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CODE = sa.Text(collation="C")
DUTIES = ("head", "full_time", "part_time", "volunteer")


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("code", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text()),
        sa.CheckConstraint("name <> ''", name="person_name_not_empty"),
        sa.PrimaryKeyConstraint("code", name="person_pkey"),
    )
    op.create_table(
        "grid_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_code", CODE, nullable=False),
        sa.Column("grid_code", CODE, nullable=False),
        sa.Column(
            "duty",
            sa.Enum(
                *DUTIES,
                name="grid_member_duty_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            server_default="part_time",
        ),
        sa.Column("assigned", DATERANGE(), nullable=False),
        sa.CheckConstraint("grid_code <> ''", name="assignment_names_a_grid"),
        sa.CheckConstraint(
            "NOT isempty(assigned) AND NOT lower_inf(assigned)", name="assignment_begins_on_a_day"
        ),
        ExcludeConstraint(
            ("person_code", "="),
            ("grid_code", "="),
            ("assigned", "&&"),
            name="one_assignment_to_a_grid_at_a_time",
            using="gist",
        ),
        sa.ForeignKeyConstraint(
            ["person_code"], ["person.code"], name="grid_member_person_code_exists"
        ),
        sa.PrimaryKeyConstraint("id", name="grid_member_pkey"),
    )
    op.create_index("grid_member_grid_code_idx", "grid_member", ["grid_code"])


def downgrade() -> None:
    op.drop_table("grid_member")
    op.drop_table("person")
