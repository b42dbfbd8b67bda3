"""From the staging table into the register: what is new, what differs, what is missing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy import Connection

from data.columns import Kind


@dataclass(frozen=True)
class Target:
    """Where a kind's rows go: SQL for each column over `incoming`, and what names a row."""

    table: str
    key: tuple[str, ...]
    """The columns of `incoming` that name a row."""
    same: str
    """SQL for "the row `kept` of the register and the one of `{side}` are the same thing"."""
    values: Mapping[str, str]
    frozen: frozenset[str] = frozenset()
    """Columns that keep what they held when a row is updated."""
    settled: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Columns that follow from the others when a row is updated: SQL over `kept` and `new`."""
    needs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """For a column that a file calls otherwise: the file's column that speaks of it."""
    retire: str = ""
    """SQL that retires rows of `kept` that are missing; without it they are deleted."""

    def matches(self, side: str) -> str:
        """Return the SQL that finds the row of `side` in the register."""
        return self.same.format(side=side)


_BY_CODE = "kept.code = {side}.code"


def _plain(*names: str) -> dict[str, str]:
    return {name: name for name in names}


TARGETS: Mapping[Kind, Target] = {
    Kind.AREAS: Target(
        "area",
        ("code",),
        _BY_CODE,
        _plain("code", "parent_code", "level", "name", "name_en", "geom"),
    ),
    Kind.NEIGHBORHOODS: Target(
        "neighborhood",
        ("code",),
        _BY_CODE,
        _plain("code", "name", "community_code", "station_services", "geom"),
    ),
    Kind.MANAGERS: Target("manager", ("code",), _BY_CODE, _plain("code", "name", "kind", "phone")),
    Kind.BUILDINGS: Target(
        "building",
        ("code",),
        _BY_CODE,
        {
            **_plain("code", "name", "address", "community_code", "neighborhood_code"),
            **_plain("households", "floors", "built_year", "use"),
            "status": "status",
            "retired_on": "retired_on",
            "footprint": "geom",
        },
        settled={
            "retired_on": "CASE WHEN new.status = 'retired' "
            "THEN coalesce(kept.retired_on, new.retired_on) END"
        },
        needs={"footprint": "code", "status": "code"},
        retire="UPDATE building AS kept SET status = 'retired', retired_on = current_date "
        "WHERE status = 'standing' AND",
    ),
    Kind.PROPERTY_COVERAGE: Target(
        "property_coverage",
        ("building_code", "covered_from"),
        "kept.building_code = {side}.building_code AND lower(kept.covered) = {side}.covered_from",
        {
            **_plain("building_code", "manager_code"),
            "covered": "daterange(covered_from, covered_to)",
        },
    ),
    Kind.ISSUES: Target(
        "issue",
        ("ref",),
        "kept.ref = {side}.ref",
        {
            **_plain("ref", "category", "description", "reported_at"),
            "status": "coalesce(status, 'open')",
            "channel": "channel",
            "geom": "geom",
            "grid_code": """(SELECT micro_grid.code FROM micro_grid
                WHERE in_force @> now() AND ST_Covers(micro_grid.geom, incoming.geom)
                ORDER BY micro_grid.code LIMIT 1)""",
        },
        frozen=frozenset({"grid_code"}),
        retire="UPDATE issue AS kept SET status = 'closed' WHERE status <> 'closed' AND",
    ),
    Kind.BACKDROP: Target(
        "backdrop",
        ("kind", "name", "geom"),
        "kept.geom = {side}.geom AND kept.kind = {side}.kind "
        "AND coalesce(kept.name, '') = coalesce({side}.name, '')",
        _plain("kind", "name", "geom"),
    ),
}


def update(connection: Connection, kind: Kind, given: Collection[str]) -> int:
    """Rewrite the rows that differ from the incoming ones in what a file gives; return how many."""
    target = TARGETS[kind]
    changing = [
        column
        for column in target.values
        if column not in target.key
        and column not in target.frozen
        and column not in target.settled
        and _is_given(target, column, given)
    ]
    if not changing:
        return 0
    setting = [f"{column} = new.{column}" for column in changing]
    setting += [f"{column} = {expression}" for column, expression in target.settled.items()]
    old, new = (", ".join(f"{side}.{column}" for column in changing) for side in ("kept", "new"))
    told = {column: column for column in target.key} | dict(target.values)
    expressions = ", ".join(f"{sql} AS {name}" for name, sql in told.items())
    return _run(
        connection,
        f"""
        UPDATE {target.table} AS kept SET {", ".join(setting)}
        FROM (SELECT {expressions} FROM incoming) AS new
        WHERE {target.matches("new")} AND ROW({old}) IS DISTINCT FROM ROW({new})
        """,
    )


def insert(connection: Connection, kind: Kind) -> int:
    """Add the incoming rows that the register does not have; return how many."""
    target = TARGETS[kind]
    columns, expressions = ", ".join(target.values), ", ".join(target.values.values())
    return _run(
        connection,
        f"""
        INSERT INTO {target.table} ({columns}) SELECT {expressions} FROM incoming
        WHERE NOT EXISTS (SELECT FROM {target.table} AS kept WHERE {target.matches("incoming")})
        """,
    )


def remember(connection: Connection, kind: Kind) -> None:
    """Note the keys of the incoming rows in `seen`, for `retire` to compare with."""
    key = ", ".join(TARGETS[kind].key)
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS seen ON COMMIT DROP AS SELECT {key} "
        "FROM incoming WITH NO DATA"
    )
    connection.exec_driver_sql(f"INSERT INTO seen SELECT {key} FROM incoming")


def retire(connection: Connection, kind: Kind) -> int:
    """Retire what the register has and no file had; return how many rows that were."""
    target = TARGETS[kind]
    verb = target.retire or f"DELETE FROM {target.table} AS kept WHERE"
    connection.exec_driver_sql("ANALYZE seen")
    return _run(connection, f"{verb} NOT EXISTS (SELECT FROM seen WHERE {target.matches('seen')})")


def _is_given(target: Target, column: str, given: Collection[str]) -> bool:
    """Tell whether a file says anything about a column of the register."""
    return target.needs.get(column, column) in given


def _run(connection: Connection, statement: str) -> int:
    return connection.exec_driver_sql(statement).rowcount
