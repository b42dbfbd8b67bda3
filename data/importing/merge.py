"""From the staging table into the register: what is new, what differs, what is missing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from data.columns import Kind
from data.reading.reader import Source
from geo.errors import Conflict


class StillNeeded(Conflict):
    """What the files lack cannot be taken out of the register: something else names it."""

    code = "still_needed"


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
    """Columns that follow from others when a row is updated: SQL in which `{column}` stands for
    what that column becomes."""
    called: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """For a column that files call otherwise: their column that speaks of it."""
    shape: str = ""
    """The column of the shape; a row without one leaves the shape alone."""
    found: frozenset[str] = frozenset()
    """Columns that are found for rows whose file lacks them, where the register has nothing."""
    restored: frozenset[str] = frozenset()
    """Columns that a file which replaces everything speaks of even if it lacks them."""
    retire: Sequence[str] = ()
    """SQL, one after another, that retires rows of `kept` that are missing; by default they are
    deleted."""
    renewed: str = "false"
    """SQL over `incoming` for "this row changes more than its own row of the register"."""

    def matches(self, side: str) -> str:
        """Return the SQL that finds the row of `side` in the register."""
        return self.same.format(side=side)


_BY_CODE = "kept.code = {side}.code"


def _plain(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_NEVER_WAS = """DELETE FROM grid_member AS kept WHERE (
    lower(kept.assigned) >= current_date
    OR kept.id IN (
        SELECT old.id FROM grid_member AS old JOIN incoming USING (person_code, grid_code)
        WHERE old.assigned * daterange(NULL, current_date) && daterange(assigned_from,
            CASE WHEN assigned_to <= assigned_from THEN assigned_from ELSE assigned_to END))
    ) AND"""
"""An assignment that had not begun, or that the files state with another first day, leaves no
history."""
_ENDS = """UPDATE grid_member AS kept SET assigned = daterange(lower(kept.assigned), current_date)
    WHERE (upper_inf(kept.assigned) OR upper(kept.assigned) > current_date) AND"""

TARGETS: Mapping[Kind, Target] = {
    Kind.AREAS: Target(
        "area",
        ("code",),
        _BY_CODE,
        _plain("code", "parent_code", "level", "name", "name_en", "geom"),
        shape="geom",
        found=frozenset({"parent_code"}),
    ),
    Kind.NEIGHBORHOODS: Target(
        "neighborhood",
        ("code",),
        _BY_CODE,
        _plain("code", "name", "community_code", "station_services", "geom"),
        shape="geom",
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
            "retired_on": "CASE WHEN {status} = 'retired' "
            "THEN coalesce(kept.retired_on, new.retired_on) END"
        },
        shape="footprint",
        found=frozenset({"community_code"}),
        restored=frozenset({"status"}),
        retire=(
            "UPDATE building AS kept SET status = 'retired', retired_on = current_date "
            "WHERE status = 'standing' AND",
        ),
    ),
    Kind.PROPERTY_COVERAGE: Target(
        "property_coverage",
        ("building_code", "covered_from"),
        "kept.building_code = {side}.building_code AND lower(kept.covered) = {side}.covered_from",
        {
            **_plain("building_code", "manager_code"),
            "covered": "daterange(covered_from, covered_to)",
        },
        called={"covered": "covered_to"},
    ),
    Kind.GRID_MEMBERS: Target(
        "grid_member",
        ("person_code", "grid_code", "assigned_from"),
        "kept.person_code = {side}.person_code AND kept.grid_code = {side}.grid_code "
        "AND lower(kept.assigned) = {side}.assigned_from",
        {
            **_plain("person_code", "grid_code"),
            "duty": "coalesce(duty, 'part_time')",
            "assigned": "daterange(assigned_from, assigned_to)",
        },
        called={"assigned": "assigned_to"},
        restored=frozenset({"assigned"}),
        retire=(_NEVER_WAS, _ENDS),
        renewed="renewed",
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
            "grid_code": "grid_code",
        },
        frozen=frozenset({"grid_code"}),
        shape="geom",
        retire=("UPDATE issue AS kept SET status = 'closed' WHERE status <> 'closed' AND",),
    ),
    Kind.BACKDROP: Target(
        "backdrop",
        ("kind", "name", "geom"),
        "kept.geom = {side}.geom AND kept.kind = {side}.kind "
        "AND coalesce(kept.name, '') = coalesce({side}.name, '')",
        _plain("kind", "name", "geom"),
    ),
}


def given(source: Source, replacing: bool) -> frozenset[str]:
    """Return the columns of the register that a file speaks of, its shape aside."""
    target = TARGETS[source.kind]
    told = source.rules.mapping
    spoken = {column for column in target.values if target.called.get(column, column) in told}
    return frozenset(spoken | target.restored if replacing else spoken)


def update(connection: Connection, kind: Kind, given: Sequence[Collection[str]]) -> int:
    """Rewrite the rows that differ from the incoming ones in what their file gives.

    `given` has the columns that each file speaks of. Returns how many rows changed.
    """
    target = TARGETS[kind]
    changes = _changes(target, given)
    if not changes:
        first = target.key[0]
        changes = {first: f"kept.{first}"}
    become = {column: changes.get(column, f"kept.{column}") for column in target.values}
    settled = {column: sql.format_map(become) for column, sql in target.settled.items()}
    settings = [f"{column} = {sql}" for column, sql in (changes | settled).items()]
    told = {column: column for column in target.key} | dict(target.values)
    told["renewed"] = target.renewed
    incoming = ", ".join(f"{sql} AS {name}" for name, sql in told.items())
    old = ", ".join(f"kept.{column}" for column in changes)
    return _run(
        connection,
        f"""
        UPDATE {target.table} AS kept SET {", ".join(settings)}
        FROM (SELECT {incoming}, file_no FROM incoming) AS new
        WHERE {target.matches("new")}
        AND (new.renewed OR ROW({old}) IS DISTINCT FROM ROW({", ".join(changes.values())}))
        """,
    )


def _changes(target: Target, given: Sequence[Collection[str]]) -> dict[str, str]:
    """Return SQL over `kept` and `new` for each column of which a file speaks."""
    follows = {*target.key, *target.frozen, *target.settled}
    changes = {
        column: _change(target, column, given) for column in target.values if column not in follows
    }
    return {column: sql for column, sql in changes.items() if sql != f"kept.{column}"}


def _change(target: Target, column: str, given: Sequence[Collection[str]]) -> str:
    new, kept = f"new.{column}", f"kept.{column}"
    if column == target.shape:
        return f"coalesce({new}, {kept})"
    otherwise = f"coalesce({kept}, {new})" if column in target.found else kept
    speaking = [str(file_no) for file_no, columns in enumerate(given) if column in columns]
    if not speaking:
        return otherwise
    if len(speaking) == len(given):
        return new
    return f"CASE WHEN new.file_no IN ({', '.join(speaking)}) THEN {new} ELSE {otherwise} END"


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


def forget(connection: Connection) -> None:
    """Drop the keys that an earlier load of the same transaction noted."""
    connection.exec_driver_sql("DROP TABLE IF EXISTS pg_temp.seen")


def remember(connection: Connection, kind: Kind) -> None:
    """Note the keys of the incoming rows in `seen`, for `retire` and later files to compare."""
    noted = ", ".join((*TARGETS[kind].key, "file_no"))
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS seen ON COMMIT DROP AS SELECT {noted} "
        "FROM incoming WITH NO DATA"
    )
    connection.exec_driver_sql(f"INSERT INTO seen SELECT {noted} FROM incoming")


def retire(connection: Connection, kind: Kind, spared: Collection[str]) -> int:
    """Retire what the register has and no file had, `spared` codes apart; return how many.

    Raises StillNeeded for rows that would have to be deleted while others name them.
    """
    target = TARGETS[kind]
    verbs = target.retire or (f"DELETE FROM {target.table} AS kept WHERE",)
    missing = f"NOT EXISTS (SELECT FROM seen WHERE {target.matches('seen')})"
    unspared = f"kept.{target.key[0]} <> ALL(:spared)"
    connection.exec_driver_sql("ANALYZE seen")
    try:
        return sum(
            connection.execute(
                text(f"{verb} {missing} AND {unspared}"), {"spared": sorted(spared)}
            ).rowcount
            for verb in verbs
        )
    except IntegrityError as refusal:
        raise StillNeeded(
            f"Not all {kind} that the files lack can be taken out: {_detail(refusal)}",
            hint="Import what names them first, or leave out --replace.",
        ) from refusal


def _detail(refusal: IntegrityError) -> str:
    """Return what the database says a row is needed for: `Key (code)=(x) is still …`."""
    told = getattr(refusal.orig, "diag", None)
    return str(told.message_detail if told else refusal.orig)


def _run(connection: Connection, statement: str) -> int:
    return connection.exec_driver_sql(statement).rowcount
