"""What only the register can tell about incoming rows: do the codes that they name exist?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.columns import TABLES, Kind
from data.reading.geometry.shapes import Extent
from data.row_errors import RowError


@dataclass(frozen=True)
class Check:
    """A condition on rows of `incoming` that makes them faulty."""

    kind: str
    faulty: str
    """SQL that is true for a faulty row."""
    what: str
    """A message; `{columns}` of the row may stand in it."""
    mend: str


_NO_COMMUNITY = """community_code IS NOT NULL AND NOT EXISTS (
    SELECT FROM area WHERE area.code = incoming.community_code AND area.level = 'community')"""
_UNKNOWN_COMMUNITY = Check(
    "unknown_community",
    _NO_COMMUNITY,
    "there is no community {community_code}",
    "Import the areas first, or correct community_code.",
)
_TWICE = "{person_code} is assigned to {grid_code} already on some of these days"
_ONCE = "End the other period first, or make one of both."

CHECKS: Mapping[Kind, Sequence[Check]] = {
    Kind.AREAS: (
        Check(
            "unknown_parent",
            """parent_code IS NOT NULL
            AND NOT EXISTS (SELECT FROM area WHERE area.code = incoming.parent_code)
            AND NOT EXISTS (SELECT FROM incoming AS other WHERE other.code = incoming.parent_code)
            """,
            "there is no area {parent_code} for it to lie in",
            "Put the parent into the file too, or import it first.",
        ),
        Check(
            "not_nested",
            "parent_code IS NOT NULL AND NOT (starts_with(code, parent_code) "
            "AND length(code) > length(parent_code))",
            "its code does not start with its parent's, {parent_code}",
            "Codes nest: a child's code is its parent's with more behind it.",
        ),
    ),
    Kind.NEIGHBORHOODS: (
        _UNKNOWN_COMMUNITY,
        Check(
            "no_community",
            "community_code IS NULL",
            "no community is stated, and none covers it",
            "State its community_code, or import the areas first.",
        ),
    ),
    Kind.BUILDINGS: (),
    Kind.PROPERTY_COVERAGE: (
        Check(
            "unknown_building",
            "NOT EXISTS (SELECT FROM building WHERE building.code = incoming.building_code)",
            "there is no building {building_code}",
            "Import the buildings first, or correct building_code.",
        ),
        Check(
            "unknown_manager",
            "NOT EXISTS (SELECT FROM manager WHERE manager.code = incoming.manager_code)",
            "there is no manager {manager_code}",
            "Import the managers first, or correct manager_code.",
        ),
        Check(
            "ends_too_early",
            "covered_to <= covered_from",
            "it ends on {covered_to}, not after it begins on {covered_from}",
            "covered_to is the first day that is no longer covered.",
        ),
        Check(
            "two_managers",
            """(covered_to IS NULL OR covered_to > covered_from) AND (EXISTS (
            SELECT FROM incoming AS other
            WHERE other.building_code = incoming.building_code
            AND (other.file_no, other.row_no) < (incoming.file_no, incoming.row_no)
            AND (other.covered_to IS NULL OR other.covered_to > other.covered_from)
            AND daterange(other.covered_from, other.covered_to)
                && daterange(incoming.covered_from, incoming.covered_to)
            ) OR EXISTS (
            SELECT FROM property_coverage AS kept
            WHERE kept.building_code = incoming.building_code
            AND kept.covered && daterange(incoming.covered_from, incoming.covered_to)
            AND NOT EXISTS (SELECT FROM incoming AS other
                WHERE other.building_code = kept.building_code
                AND other.covered_from = lower(kept.covered))
            ))""",
            "building {building_code} has another manager on some of these days",
            "End the other period first: one manager at a time.",
        ),
    ),
    Kind.GRID_MEMBERS: (
        Check(
            "unknown_grid",
            "NOT EXISTS (SELECT FROM micro_grid WHERE micro_grid.code = incoming.grid_code)",
            "no grid has had the code {grid_code}",
            "Import the grids first, or correct grid_code.",
        ),
        Check(
            "ends_too_early",
            "assigned_to <= assigned_from",
            "it ends on {assigned_to}, not after it begins on {assigned_from}",
            "assigned_to is the first day no longer assigned.",
        ),
        Check(
            "two_persons",
            """EXISTS (
            SELECT FROM incoming AS other
            WHERE other.person_code = incoming.person_code
            AND (other.file_no, other.row_no) < (incoming.file_no, incoming.row_no)
            AND (other.name <> incoming.name OR other.phone <> incoming.phone))""",
            "an earlier row has another name or phone for {person_code}",
            "Give each person a code, and the same name and phone in every row.",
        ),
        Check(
            "assigned_twice",
            """EXISTS (
            SELECT FROM incoming AS other
            WHERE other.person_code = incoming.person_code
            AND other.grid_code = incoming.grid_code
            AND (other.file_no, other.row_no) < (incoming.file_no, incoming.row_no)
            AND daterange(other.assigned_from, other.assigned_to)
                && daterange(incoming.assigned_from, incoming.assigned_to))""",
            _TWICE,
            _ONCE,
        ),
        Check(
            "assigned_twice",
            """EXISTS (
            SELECT FROM grid_member AS kept
            WHERE kept.person_code = incoming.person_code
            AND kept.grid_code = incoming.grid_code
            AND kept.assigned && daterange(incoming.assigned_from, incoming.assigned_to)
            AND NOT EXISTS (SELECT FROM incoming AS other
                WHERE other.person_code = kept.person_code AND other.grid_code = kept.grid_code
                AND other.assigned_from = lower(kept.assigned)))""",
            _TWICE,
            _ONCE,
        ),
    ),
    Kind.ISSUES: (),
    Kind.MANAGERS: (),
    Kind.BACKDROP: (),
    Kind.GRIDS: (),
}

_COMMUNITY_BY_PLACE = """
    UPDATE incoming SET community_code = (
        SELECT area.code FROM area
        WHERE area.level = 'community' AND ST_Covers(area.geom, ST_PointOnSurface(incoming.geom))
        ORDER BY area.code LIMIT 1)
    WHERE community_code IS NULL AND geom IS NOT NULL
    AND EXISTS (SELECT FROM area WHERE level = 'community')
"""
_PARENT_BY_PREFIX = """
    UPDATE incoming SET parent_code = (
        SELECT code FROM (SELECT code FROM area UNION SELECT code FROM incoming) AS known
        WHERE starts_with(incoming.code, known.code) AND known.code <> incoming.code
        ORDER BY length(known.code) DESC LIMIT 1)
    WHERE parent_code IS NULL
"""
_COMMUNITY_AS_BEFORE = """
    UPDATE incoming SET community_code = kept.community_code FROM neighborhood AS kept
    WHERE kept.code = incoming.code AND incoming.community_code IS NULL
"""
COMPLETED_BY: Mapping[Kind, Sequence[str]] = {
    Kind.AREAS: (_PARENT_BY_PREFIX,),
    Kind.NEIGHBORHOODS: (_COMMUNITY_AS_BEFORE, _COMMUNITY_BY_PLACE),
}
"""What a file may leave out, and how the register finds it."""


def complete(connection: Connection, kind: Kind) -> None:
    """Fill in what the rows leave out and the register knows."""
    for statement in COMPLETED_BY.get(kind, ()):
        connection.exec_driver_sql(statement)


def extent(connection: Connection) -> Extent | None:
    """Return the box around all areas, None if no outline is known."""
    sides = "ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)"
    found = connection.exec_driver_sql(
        f"SELECT {sides} FROM (SELECT ST_Extent(geom) AS box FROM area) AS around"
    ).one()
    return None if found[0] is None else (found[0], found[1], found[2], found[3])


def check(
    connection: Connection, kind: Kind, files: Sequence[str]
) -> Iterator[tuple[int, RowError]]:
    """Take the rows that name what does not exist out of `incoming`; yield what is wrong.

    Each fault comes with the number of its file.
    """
    for rule in CHECKS[kind]:
        yield from _take_out(connection, kind, rule, files)
    if len(files) > 1 and TABLES[kind].key:
        yield from _take_out(connection, kind, _repeated(TABLES[kind].key), files)


def _repeated(key: Sequence[str]) -> Check:
    same = " AND ".join(f"seen.{column} = incoming.{column}" for column in key)
    return Check(
        "duplicate",
        f"EXISTS (SELECT FROM seen WHERE {same} AND seen.file_no < incoming.file_no)",
        f"the same {' and '.join(key)} as a row of an earlier file",
        "Keep one of them.",
    )


def _take_out(
    connection: Connection, kind: Kind, rule: Check, files: Sequence[str]
) -> Iterator[tuple[int, RowError]]:
    bad = text(f"DELETE FROM incoming WHERE ({rule.faulty}) RETURNING *")
    key = TABLES[kind].key
    for row in connection.execute(bad).mappings():
        fault = RowError(
            file=files[row["file_no"]],
            row=row["row_no"],
            kind=rule.kind,
            what=rule.what.format_map(row),
            mend=rule.mend,
            code=str(row[key[0]]) if key else None,
        )
        yield row["file_no"], fault
