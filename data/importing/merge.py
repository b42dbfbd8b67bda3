"""Merge the staged rows into a table: insert new, update changed, and retire missing rows."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from data.columns import DatasetKind
from data.importing.merge_targets import TARGETS, MergeTarget
from data.reading.reader import Source
from geo.errors import Conflict


class StillReferenced(Conflict):
    """`--replace` cannot delete a row that is missing from the files: another row refers to it."""

    code = "still_referenced"


def columns_present(source: Source, replacing: bool) -> frozenset[str]:
    """Return the columns of the table that a file sets, except the geometry."""
    target = TARGETS[source.kind]
    in_file = source.rules.mapping
    present = {name for name in target.columns if target.file_columns.get(name, name) in in_file}
    return frozenset(present | target.reset_on_replace if replacing else present)


def update_changed(
    connection: Connection, kind: DatasetKind, columns: Sequence[Collection[str]]
) -> int:
    """Update the rows that differ from the staged ones; return how many.

    `columns` has for each file the columns that it sets.
    """
    target = TARGETS[kind]
    changes = _column_changes(target, columns)
    if not changes:
        first = target.key[0]
        changes = {first: f"existing.{first}"}
    values = {column: changes.get(column, f"existing.{column}") for column in target.columns}
    derived = {column: sql.format_map(values) for column, sql in target.derived.items()}
    assignments = [f"{column} = {sql}" for column, sql in (changes | derived).items()]
    selected = {column: column for column in target.key} | dict(target.columns)
    selected["force_update"] = target.force_update
    staged = ", ".join(f"{sql} AS {name}" for name, sql in selected.items())
    old = ", ".join(f"existing.{column}" for column in changes)
    return _execute(
        connection,
        f"""
        UPDATE {target.table} AS existing SET {", ".join(assignments)}
        FROM (SELECT {staged}, file_no FROM incoming) AS new
        WHERE {target.join_on("new")}
        AND (new.force_update OR ROW({old}) IS DISTINCT FROM ROW({", ".join(changes.values())}))
        """,
    )


def _column_changes(target: MergeTarget, columns: Sequence[Collection[str]]) -> dict[str, str]:
    """Return for each column that the files change the SQL of its new value."""
    excluded = {*target.key, *target.immutable, *target.derived}
    values = {
        column: _new_value(target, column, columns)
        for column in target.columns
        if column not in excluded
    }
    return {column: sql for column, sql in values.items() if sql != f"existing.{column}"}


def _new_value(target: MergeTarget, column: str, columns: Sequence[Collection[str]]) -> str:
    """Return SQL for the new value of a column: from `new` for files that set it, else as it is."""
    new, existing = f"new.{column}", f"existing.{column}"
    if column == target.geometry_column:
        return f"coalesce({new}, {existing})"
    default = f"coalesce({existing}, {new})" if column in target.inferred else existing
    files = [str(file_no) for file_no, present in enumerate(columns) if column in present]
    if not files:
        return default
    if len(files) == len(columns):
        return new
    return f"CASE WHEN new.file_no IN ({', '.join(files)}) THEN {new} ELSE {default} END"


def insert_new(connection: Connection, kind: DatasetKind) -> int:
    """Insert the staged rows whose key is not in the table; return how many."""
    target = TARGETS[kind]
    columns, values = ", ".join(target.columns), ", ".join(target.columns.values())
    return _execute(
        connection,
        f"""
        INSERT INTO {target.table} ({columns}) SELECT {values} FROM incoming
        WHERE NOT EXISTS (
            SELECT FROM {target.table} AS existing WHERE {target.join_on("incoming")})
        """,
    )


def drop_imported_keys(connection: Connection) -> None:
    """Drop the keys that an earlier load recorded in the same transaction."""
    connection.exec_driver_sql("DROP TABLE IF EXISTS pg_temp.imported_keys")


def record_imported_keys(connection: Connection, kind: DatasetKind) -> None:
    """Add the keys of the staged rows to `imported_keys`, for later files and `retire_missing`."""
    columns = ", ".join((*TARGETS[kind].key, "file_no"))
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS imported_keys ON COMMIT DROP AS SELECT {columns} "
        "FROM incoming WITH NO DATA"
    )
    connection.exec_driver_sql(f"INSERT INTO imported_keys SELECT {columns} FROM incoming")


def retire_missing(connection: Connection, kind: DatasetKind, protected: Collection[str]) -> int:
    """Retire the rows whose keys no file has, except `protected` codes; return how many.

    Raises StillReferenced if rows would be deleted that others refer to.
    """
    target = TARGETS[kind]
    statements = target.retire_statements or (f"DELETE FROM {target.table} AS existing WHERE",)
    missing = f"NOT EXISTS (SELECT FROM imported_keys WHERE {target.join_on('imported_keys')})"
    unprotected = f"existing.{target.key[0]} <> ALL(:protected)"
    connection.exec_driver_sql("ANALYZE imported_keys")
    try:
        return sum(
            connection.execute(
                text(f"{statement} {missing} AND {unprotected}"), {"protected": sorted(protected)}
            ).rowcount
            for statement in statements
        )
    except IntegrityError as error:
        raise StillReferenced(
            f"Some {kind} that are missing from the files cannot be deleted: {_detail(error)}",
            hint="Import the rows that refer to them first, or omit --replace.",
        ) from error


def _detail(error: IntegrityError) -> str:
    """Return the detail of a database error, such as `Key (code)=(x) is still referenced …`."""
    diagnostics = getattr(error.orig, "diag", None)
    return str(diagnostics.message_detail if diagnostics else error.orig)


def _execute(connection: Connection, statement: str) -> int:
    return connection.exec_driver_sql(statement).rowcount
