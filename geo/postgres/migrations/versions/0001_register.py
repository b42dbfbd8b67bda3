"""Areas, buildings, property coverage, grids, revisions and issues."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


CODE = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)
TABLES = (
    "area",
    "backdrop",
    "issue",
    "manager",
    "revision",
    "micro_grid",
    "neighborhood",
    "building",
    "property_coverage",
)


def shape(kind: str) -> Geometry:
    return Geometry(kind, srid=4326, spatial_index=False)


def words(name: str, *known: str) -> sa.Enum:
    return sa.Enum(*known, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "area",
        sa.Column("code", CODE, nullable=False),
        sa.Column("parent_code", CODE, nullable=True),
        sa.Column(
            "level",
            words("area_level_known", "city", "district", "subdistrict", "community"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("geom", shape("MULTIPOLYGON"), nullable=True),
        sa.CheckConstraint("code <> ''", name="area_code_not_empty"),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name="area_shape_valid"),
        sa.CheckConstraint(
            "starts_with(code, parent_code) AND length(code) > length(parent_code)",
            name="area_code_starts_with_its_parents",
        ),
        sa.ForeignKeyConstraint(["parent_code"], ["area.code"], name="area_parent_code_exists"),
        sa.PrimaryKeyConstraint("code", name="area_pkey"),
    )
    op.create_index("area_geom_idx", "area", ["geom"], postgresql_using="gist")
    op.create_index("area_level_code_idx", "area", ["level", "code"])
    op.create_index("area_parent_code_idx", "area", ["parent_code"])
    op.create_table(
        "backdrop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", words("backdrop_kind_known", "road", "rail", "water", "green"), nullable=False
        ),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("geom", shape("GEOMETRY"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="backdrop_pkey"),
    )
    op.create_index("backdrop_geom_idx", "backdrop", ["geom"], postgresql_using="gist")
    op.create_table(
        "issue",
        sa.Column("ref", CODE, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column(
            "status",
            words("issue_status_known", "open", "in_progress", "resolved", "closed"),
            server_default="open",
            nullable=False,
        ),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("geom", shape("POINT"), nullable=False),
        sa.Column("grid_code", CODE, nullable=True),
        sa.PrimaryKeyConstraint("ref", name="issue_pkey"),
    )
    op.create_index("issue_geom_idx", "issue", ["geom"], postgresql_using="gist")
    op.create_index("issue_grid_code_idx", "issue", ["grid_code"])
    op.create_index("issue_reported_at_ref_idx", "issue", ["reported_at", "ref"])
    op.create_table(
        "manager",
        sa.Column("code", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            words(
                "manager_kind_known",
                "property_firm",
                "homeowner_committee",
                "property_management_committee",
                "community_led",
                "self_managed",
            ),
            nullable=False,
        ),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name="manager_pkey"),
    )
    op.create_table(
        "revision",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("published_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("effective_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name="revision_number_positive"),
        sa.PrimaryKeyConstraint("number", name="revision_pkey"),
    )
    op.create_index("revision_effective_at_idx", "revision", ["effective_at"])
    op.create_table(
        "micro_grid",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("geom", shape("MULTIPOLYGON"), nullable=False),
        sa.Column("in_force", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("begun_in", sa.Integer(), nullable=False),
        sa.Column("ended_in", sa.Integer(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("code"), "="),
            (sa.column("in_force"), "&&"),
            using="gist",
            name="one_shape_at_a_time",
        ),
        sa.CheckConstraint(
            "NOT isempty(in_force) AND NOT lower_inf(in_force)", name="grid_begins_at_a_moment"
        ),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name="grid_shape_valid"),
        sa.CheckConstraint(
            "starts_with(code, community_code) AND length(code) > length(community_code)",
            name="grid_code_starts_with_its_communitys",
        ),
        sa.ForeignKeyConstraint(
            ["begun_in"], ["revision.number"], name="micro_grid_begun_in_exists"
        ),
        sa.ForeignKeyConstraint(
            ["community_code"], ["area.code"], name="micro_grid_community_code_exists"
        ),
        sa.ForeignKeyConstraint(
            ["ended_in"], ["revision.number"], name="micro_grid_ended_in_exists"
        ),
        sa.PrimaryKeyConstraint("id", name="micro_grid_pkey"),
    )
    op.create_index("micro_grid_begun_in_idx", "micro_grid", ["begun_in"])
    op.create_index("micro_grid_code_idx", "micro_grid", ["code"])
    op.create_index("micro_grid_community_code_idx", "micro_grid", ["community_code"])
    op.create_index("micro_grid_ended_in_idx", "micro_grid", ["ended_in"])
    op.create_index("micro_grid_geom_idx", "micro_grid", ["geom"], postgresql_using="gist")
    op.create_table(
        "neighborhood",
        sa.Column("code", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("station_services", sa.Integer(), nullable=True),
        sa.Column("geom", shape("MULTIPOLYGON"), nullable=True),
        sa.CheckConstraint(
            "ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name="neighborhood_shape_valid"
        ),
        sa.CheckConstraint("station_services > 0", name="neighborhood_station_offers_something"),
        sa.ForeignKeyConstraint(
            ["community_code"], ["area.code"], name="neighborhood_community_code_exists"
        ),
        sa.PrimaryKeyConstraint("code", name="neighborhood_pkey"),
    )
    op.create_index("neighborhood_community_code_idx", "neighborhood", ["community_code"])
    op.create_index("neighborhood_geom_idx", "neighborhood", ["geom"], postgresql_using="gist")
    op.create_table(
        "building",
        sa.Column("code", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("community_code", CODE, nullable=True),
        sa.Column("neighborhood_code", CODE, nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("floors", sa.Integer(), nullable=True),
        sa.Column("built_year", sa.Integer(), nullable=True),
        sa.Column("use", sa.Text(), nullable=True),
        sa.Column(
            "status",
            words("building_status_known", "standing", "retired"),
            server_default="standing",
            nullable=False,
        ),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("footprint", shape("MULTIPOLYGON"), nullable=False),
        sa.Column(
            "point",
            shape("POINT"),
            sa.Computed("ST_PointOnSurface(footprint)", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint("NOT ST_IsEmpty(footprint)", name="building_footprint_not_empty"),
        sa.CheckConstraint("ST_IsValid(footprint)", name="building_footprint_valid"),
        sa.CheckConstraint("households >= 0", name="building_households_not_negative"),
        sa.CheckConstraint(
            "(status = 'retired') = (retired_on IS NOT NULL)", name="retired_building_has_its_day"
        ),
        sa.ForeignKeyConstraint(
            ["community_code"], ["area.code"], name="building_community_code_exists"
        ),
        sa.ForeignKeyConstraint(
            ["neighborhood_code"], ["neighborhood.code"], name="building_neighborhood_code_exists"
        ),
        sa.PrimaryKeyConstraint("code", name="building_pkey"),
    )
    op.create_index("building_community_code_idx", "building", ["community_code"])
    op.create_index("building_footprint_idx", "building", ["footprint"], postgresql_using="gist")
    op.create_index("building_neighborhood_code_idx", "building", ["neighborhood_code"])
    op.create_table(
        "property_coverage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("building_code", CODE, nullable=False),
        sa.Column("manager_code", CODE, nullable=False),
        sa.Column("covered", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("building_code"), "="),
            (sa.column("covered"), "&&"),
            using="gist",
            name="one_manager_at_a_time",
        ),
        sa.CheckConstraint(
            "NOT isempty(covered) AND NOT lower_inf(covered)", name="coverage_begins_on_a_day"
        ),
        sa.ForeignKeyConstraint(
            ["building_code"], ["building.code"], name="property_coverage_building_code_exists"
        ),
        sa.ForeignKeyConstraint(
            ["manager_code"], ["manager.code"], name="property_coverage_manager_code_exists"
        ),
        sa.PrimaryKeyConstraint("id", name="property_coverage_pkey"),
    )
    op.create_index(
        "property_coverage_building_code_covered_idx",
        "property_coverage",
        ["building_code", "covered"],
    )
    op.create_index("property_coverage_manager_code_idx", "property_coverage", ["manager_code"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
