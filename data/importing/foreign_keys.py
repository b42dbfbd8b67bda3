"""Validate staged rows against the database: references, overlapping periods, duplicates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.columns import SCHEMAS, DatasetKind
from data.reading.geometry.checks import Extent
from data.row_errors import RowError


@dataclass(frozen=True)
class RowRule:
    """A condition on which rows of `incoming` are rejected, and the error that is reported."""

    kind: str
    condition: str
    """SQL that is true for an invalid row."""
    message: str
    """A message in which `{column}` is the value of a column of the row."""
    hint: str


_COMMUNITY_IS_UNKNOWN = """community_code IS NOT NULL AND NOT EXISTS (
    SELECT FROM area WHERE area.code = incoming.community_code AND area.level = 'community')"""
_UNKNOWN_COMMUNITY = RowRule(
    "unknown_community",
    _COMMUNITY_IS_UNKNOWN,
    "there is no community {community_code}",
    "Import the areas first, or correct community_code.",
)
_ASSIGNED_TWICE = "{person_code} is already assigned to {grid_code} on some of these days"
_ASSIGNED_TWICE_HINT = "End the other period first, or merge both into one."

RULES: Mapping[DatasetKind, Sequence[RowRule]] = {
    DatasetKind.AREAS: (
        RowRule(
            "unknown_parent",
            """parent_code IS NOT NULL
            AND NOT EXISTS (SELECT FROM area WHERE area.code = incoming.parent_code)
            AND NOT EXISTS (SELECT FROM incoming AS other WHERE other.code = incoming.parent_code)
            """,
            "its parent area {parent_code} does not exist",
            "Add the parent to the file, or import it first.",
        ),
        RowRule(
            "not_nested",
            "parent_code IS NOT NULL AND NOT (starts_with(code, parent_code) "
            "AND length(code) > length(parent_code))",
            "its code does not start with the code of its parent, {parent_code}",
            "A code must be the code of the parent followed by more characters.",
        ),
    ),
    DatasetKind.NEIGHBORHOODS: (
        _UNKNOWN_COMMUNITY,
        RowRule(
            "no_community",
            "community_code IS NULL",
            "it has no community_code, and no community covers it",
            "Add its community_code, or import the areas first.",
        ),
    ),
    DatasetKind.BUILDINGS: (),
    DatasetKind.PROPERTY_COVERAGE: (
        RowRule(
            "unknown_building",
            "NOT EXISTS (SELECT FROM building WHERE building.code = incoming.building_code)",
            "there is no building {building_code}",
            "Import the buildings first, or correct building_code.",
        ),
        RowRule(
            "unknown_manager",
            "NOT EXISTS (SELECT FROM manager WHERE manager.code = incoming.manager_code)",
            "there is no manager {manager_code}",
            "Import the managers first, or correct manager_code.",
        ),
        RowRule(
            "ends_too_early",
            "covered_to <= covered_from",
            "covered_to, {covered_to}, is not after covered_from, {covered_from}",
            "covered_to is the first day without coverage.",
        ),
        RowRule(
            "two_managers",
            """(covered_to IS NULL OR covered_to > covered_from) AND (EXISTS (
            SELECT FROM incoming AS other
            WHERE other.building_code = incoming.building_code
            AND (other.file_no, other.row_no) < (incoming.file_no, incoming.row_no)
            AND (other.covered_to IS NULL OR other.covered_to > other.covered_from)
            AND daterange(other.covered_from, other.covered_to)
                && daterange(incoming.covered_from, incoming.covered_to)
            ) OR EXISTS (
            SELECT FROM property_coverage AS existing
            WHERE existing.building_code = incoming.building_code
            AND existing.covered && daterange(incoming.covered_from, incoming.covered_to)
            AND NOT EXISTS (SELECT FROM incoming AS other
                WHERE other.building_code = existing.building_code
                AND other.covered_from = lower(existing.covered))
            ))""",
            "building {building_code} has another manager on some of these days",
            "End the other period first; a building has one manager at a time.",
        ),
    ),
    DatasetKind.GRID_MEMBERS: (
        RowRule(
            "unknown_grid",
            "NOT EXISTS (SELECT FROM micro_grid WHERE micro_grid.code = incoming.grid_code)",
            "there is and was no grid {grid_code}",
            "Import the grids first, or correct grid_code.",
        ),
        RowRule(
            "ends_too_early",
            "assigned_to <= assigned_from",
            "assigned_to, {assigned_to}, is not after assigned_from, {assigned_from}",
            "assigned_to is the first day without the assignment.",
        ),
        RowRule(
            "two_persons",
            """EXISTS (
            SELECT FROM incoming AS other
            WHERE other.person_code = incoming.person_code
            AND (other.file_no, other.row_no) < (incoming.file_no, incoming.row_no)
            AND (other.name <> incoming.name OR other.phone <> incoming.phone))""",
            "an earlier row has another name or phone for {person_code}",
            "Give each person one code, with the same name and phone in every row.",
        ),
        RowRule(
            "assigned_twice",
            """EXISTS (
            SELECT FROM incoming AS other
            WHERE other.person_code = incoming.person_code
            AND other.grid_code = incoming.grid_code
            AND (other.file_no, other.row_no) < (incoming.file_no, incoming.row_no)
            AND daterange(other.assigned_from, other.assigned_to)
                && daterange(incoming.assigned_from, incoming.assigned_to))""",
            _ASSIGNED_TWICE,
            _ASSIGNED_TWICE_HINT,
        ),
        RowRule(
            "assigned_twice",
            """EXISTS (
            SELECT FROM grid_member AS existing
            WHERE existing.person_code = incoming.person_code
            AND existing.grid_code = incoming.grid_code
            AND existing.assigned && daterange(incoming.assigned_from, incoming.assigned_to)
            AND NOT EXISTS (SELECT FROM incoming AS other
                WHERE other.person_code = existing.person_code
                AND other.grid_code = existing.grid_code
                AND other.assigned_from = lower(existing.assigned)))""",
            _ASSIGNED_TWICE,
            _ASSIGNED_TWICE_HINT,
        ),
    ),
    DatasetKind.ISSUES: (),
    DatasetKind.MANAGERS: (),
    DatasetKind.BACKDROP: (),
    DatasetKind.GRIDS: (),
}

_COMMUNITY_BY_LOCATION = """
    UPDATE incoming SET community_code = (
        SELECT area.code FROM area
        WHERE area.level = 'community' AND ST_Covers(area.geom, ST_PointOnSurface(incoming.geom))
        ORDER BY area.code LIMIT 1)
    WHERE community_code IS NULL AND geom IS NOT NULL
    AND EXISTS (SELECT FROM area WHERE level = 'community')
"""
_PARENT_BY_PREFIX = """
    UPDATE incoming SET parent_code = (
        SELECT code FROM (SELECT code FROM area UNION SELECT code FROM incoming) AS parent
        WHERE starts_with(incoming.code, parent.code) AND parent.code <> incoming.code
        ORDER BY length(parent.code) DESC LIMIT 1)
    WHERE parent_code IS NULL
"""
_STORED_COMMUNITY = """
    UPDATE incoming SET community_code = existing.community_code FROM neighborhood AS existing
    WHERE existing.code = incoming.code AND incoming.community_code IS NULL
"""
FILL_STATEMENTS: Mapping[DatasetKind, Sequence[str]] = {
    DatasetKind.AREAS: (_PARENT_BY_PREFIX,),
    DatasetKind.NEIGHBORHOODS: (_STORED_COMMUNITY, _COMMUNITY_BY_LOCATION),
}
"""SQL that fills in missing parents and communities."""


def fill_missing(connection: Connection, kind: DatasetKind) -> None:
    """Fill in missing parents and communities of the staged rows."""
    for statement in FILL_STATEMENTS.get(kind, ()):
        connection.exec_driver_sql(statement)


def areas_extent(connection: Connection) -> Extent | None:
    """Return the extent of all areas, None if no area has an outline."""
    bounds = "ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)"
    row = connection.exec_driver_sql(
        f"SELECT {bounds} FROM (SELECT ST_Extent(geom) AS box FROM area) AS extent"
    ).one()
    return None if row[0] is None else (row[0], row[1], row[2], row[3])


def reject_invalid(
    connection: Connection, kind: DatasetKind, files: Sequence[str]
) -> Iterator[tuple[int, RowError]]:
    """Delete the invalid rows from `incoming`; yield the error of each with the file's number."""
    rules = list(RULES[kind])
    if len(files) > 1 and SCHEMAS[kind].key:
        rules.append(_duplicate_rule(SCHEMAS[kind].key))
    for rule in rules:
        yield from _reject(connection, kind, rule, files)


def _duplicate_rule(key: Sequence[str]) -> RowRule:
    """Return the rule that rejects rows with the key of a row of an earlier file."""
    same_key = " AND ".join(f"imported_keys.{column} = incoming.{column}" for column in key)
    return RowRule(
        "duplicate",
        f"EXISTS (SELECT FROM imported_keys WHERE {same_key} "
        "AND imported_keys.file_no < incoming.file_no)",
        f"it has the same {' and '.join(key)} as a row of an earlier file",
        "Delete one of them.",
    )


def _reject(
    connection: Connection, kind: DatasetKind, rule: RowRule, files: Sequence[str]
) -> Iterator[tuple[int, RowError]]:
    statement = text(f"DELETE FROM incoming WHERE ({rule.condition}) RETURNING *")
    key = SCHEMAS[kind].key
    for row in connection.execute(statement).mappings():
        error = RowError(
            file=files[row["file_no"]],
            row=row["row_no"],
            kind=rule.kind,
            message=rule.message.format_map(row),
            hint=rule.hint,
            code=str(row[key[0]]) if key else None,
        )
        yield row["file_no"], error
