"""Store the point of each label, so that tiles compute none."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("area", "micro_grid")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(
            table,
            sa.Column(
                "label_point",
                Geometry("POINT", srid=4326, spatial_index=False),
                sa.Computed("ST_PointOnSurface(geom)", persisted=True),
            ),
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "label_point")
