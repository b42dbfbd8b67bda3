"""Include the manager in the coverage index by building, for index-only scans of tiles."""

from collections.abc import Sequence

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEX = "property_coverage_building_code_covered_idx"
COLUMNS = ["building_code", "covered"]


def upgrade() -> None:
    op.drop_index(INDEX, "property_coverage")
    op.create_index(INDEX, "property_coverage", COLUMNS, postgresql_include=["manager_code"])


def downgrade() -> None:
    op.drop_index(INDEX, "property_coverage")
    op.create_index(INDEX, "property_coverage", COLUMNS)
