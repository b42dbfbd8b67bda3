"""Merge targets: for each kind of data its table, its key, and SQL for its columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from data.columns import DatasetKind


@dataclass(frozen=True)
class MergeTarget:
    """How rows of the staging table `incoming` are merged into a table.

    In SQL, `existing` is the alias of the table.
    """

    table: str
    key: tuple[str, ...]
    """The columns of `incoming` that identify a row."""
    join_condition: str
    """SQL that joins `existing` with `{alias}` by the key."""
    columns: Mapping[str, str]
    """For each column of the table, the SQL over `incoming` of its value."""
    immutable: frozenset[str] = frozenset()
    """Columns that an update does not change."""
    derived: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """SQL of columns that an update derives from others; `{column}` is the new value of another."""
    file_columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The name in files of columns that are called something else in the table."""
    geometry_column: str = ""
    """The column of the geometry; a row without a geometry does not change it."""
    inferred: frozenset[str] = frozenset()
    """Columns that get an inferred value if the file lacks them and the stored value is null."""
    reset_on_replace: frozenset[str] = frozenset()
    """Columns that `--replace` sets to their default if the file lacks them."""
    retire_statements: Sequence[str] = ()
    """SQL statements, run in order, that retire missing rows; without any the rows are deleted."""
    force_update: str = "false"
    """SQL over `incoming` that is true for rows to update even if they equal the stored row."""

    def join_on(self, alias: str) -> str:
        """Return SQL that joins `existing` with the rows of `alias`."""
        return self.join_condition.format(alias=alias)


_BY_CODE = "existing.code = {alias}.code"


def _same_name(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_DELETE_UNSTARTED = """DELETE FROM grid_member AS existing WHERE (
    lower(existing.assigned) >= current_date
    OR existing.id IN (
        SELECT old.id FROM grid_member AS old JOIN incoming USING (person_code, grid_code)
        WHERE old.assigned * daterange(NULL, current_date) && daterange(assigned_from,
            CASE WHEN assigned_to <= assigned_from THEN assigned_from ELSE assigned_to END))
    ) AND"""
"""Deletes missing assignments without a history: those that have not begun, and those for which the
files have the same days under another first day."""
_END_TODAY = """UPDATE grid_member AS existing
    SET assigned = daterange(lower(existing.assigned), current_date)
    WHERE (upper_inf(existing.assigned) OR upper(existing.assigned) > current_date) AND"""

TARGETS: Mapping[DatasetKind, MergeTarget] = {
    DatasetKind.AREAS: MergeTarget(
        "area",
        ("code",),
        _BY_CODE,
        _same_name("code", "parent_code", "level", "name", "name_en", "geom"),
        geometry_column="geom",
        inferred=frozenset({"parent_code"}),
    ),
    DatasetKind.NEIGHBORHOODS: MergeTarget(
        "neighborhood",
        ("code",),
        _BY_CODE,
        _same_name("code", "name", "community_code", "station_services", "geom"),
        geometry_column="geom",
    ),
    DatasetKind.MANAGERS: MergeTarget(
        "manager", ("code",), _BY_CODE, _same_name("code", "name", "kind", "phone")
    ),
    DatasetKind.BUILDINGS: MergeTarget(
        "building",
        ("code",),
        _BY_CODE,
        {
            **_same_name("code", "name", "address", "community_code", "neighborhood_code"),
            **_same_name("households", "floors", "built_year", "use"),
            "status": "status",
            "retired_on": "retired_on",
            "footprint": "geom",
        },
        derived={
            "retired_on": "CASE WHEN {status} = 'retired' "
            "THEN coalesce(existing.retired_on, new.retired_on) END"
        },
        geometry_column="footprint",
        inferred=frozenset({"community_code"}),
        reset_on_replace=frozenset({"status"}),
        retire_statements=(
            "UPDATE building AS existing SET status = 'retired', retired_on = current_date "
            "WHERE status = 'standing' AND",
        ),
    ),
    DatasetKind.PROPERTY_COVERAGE: MergeTarget(
        "property_coverage",
        ("building_code", "covered_from"),
        "existing.building_code = {alias}.building_code "
        "AND lower(existing.covered) = {alias}.covered_from",
        {
            **_same_name("building_code", "manager_code"),
            "covered": "daterange(covered_from, covered_to)",
        },
        file_columns={"covered": "covered_to"},
    ),
    DatasetKind.GRID_MEMBERS: MergeTarget(
        "grid_member",
        ("person_code", "grid_code", "assigned_from"),
        "existing.person_code = {alias}.person_code AND existing.grid_code = {alias}.grid_code "
        "AND lower(existing.assigned) = {alias}.assigned_from",
        {
            **_same_name("person_code", "grid_code"),
            "duty": "coalesce(duty, 'part_time')",
            "assigned": "daterange(assigned_from, assigned_to)",
        },
        file_columns={"assigned": "assigned_to"},
        reset_on_replace=frozenset({"assigned"}),
        retire_statements=(_DELETE_UNSTARTED, _END_TODAY),
        force_update="person_changed",
    ),
    DatasetKind.ISSUES: MergeTarget(
        "issue",
        ("ref",),
        "existing.ref = {alias}.ref",
        {
            **_same_name("ref", "category", "description", "reported_at"),
            "status": "coalesce(status, 'open')",
            "channel": "channel",
            "geom": "geom",
            "grid_code": "grid_code",
        },
        immutable=frozenset({"grid_code"}),
        geometry_column="geom",
        retire_statements=(
            "UPDATE issue AS existing SET status = 'closed' WHERE status <> 'closed' AND",
        ),
    ),
    DatasetKind.BACKDROP: MergeTarget(
        "backdrop",
        ("kind", "name", "geom"),
        "existing.geom = {alias}.geom AND existing.kind = {alias}.kind "
        "AND coalesce(existing.name, '') = coalesce({alias}.name, '')",
        _same_name("kind", "name", "geom"),
    ),
}
