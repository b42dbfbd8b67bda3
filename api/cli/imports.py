"""`gridward import KIND FILE…`: import files into the database."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from api.cli import import_options as options
from api.cli import sessions
from api.cli.output import print_message, progress
from data.columns import DatasetKind
from data.importing import grids, rejects
from data.importing.grids import RevisionOptions
from data.importing.load import LoadOptions, load
from data.importing.result import ImportResult
from data.reading.reader import ReadOptions
from geo.accounts import audit
from geo.geometry.datums import Datum
from geo.settings import Settings


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("import", no_args_is_help=True)(import_)


def import_(
    kind: DatasetKind,
    files: options.Files,
    layer: options.Layer = None,
    crs: options.Crs = None,
    datum: Annotated[Datum, typer.Option(help="The datum of the coordinates.")] = Datum.WGS84,
    encoding: options.Encoding = None,
    columns: options.Columns = None,
    on_error: options.OnError = "stop",
    rejects_file: options.RejectsFile = None,
    repair: options.Repair = False,
    replace: options.Replace = False,
    dry_run: options.DryRun = False,
    areas_from_codes: options.AreasFromCodes = None,
    title: options.RevisionTitle = None,
) -> None:
    """Import files of one kind: all rows, or none and a list of errors."""
    grid_options = bool(areas_from_codes or title)
    options.require_valid_combination(kind, on_error, rejects_file, grid_options=grid_options)
    settings, mapping = Settings(), options.parse_columns(columns)
    read = ReadOptions(layer, crs, datum, encoding, mapping, repair, settings.timezone)
    load_options = LoadOptions(read, skip_bad_rows=on_error == "skip", replace=replace)
    lengths = options.parse_prefix_lengths(areas_from_codes)
    revision = RevisionOptions(title, prefix_lengths=lengths)
    with sessions.open_session(settings) as session:
        result = _load(session, kind, files, load_options, revision)
        if rejects_file is not None:
            rejects.write(kind, files, read, result.rejected_rows, rejects_file)
        if dry_run:
            session.rollback()
        elif not result.is_noop:
            _write_audit(session, files, result)
    _print_result(result, rejects_file, dry_run=dry_run)


def _load(
    session: Session,
    kind: DatasetKind,
    files: Sequence[Path],
    load_options: LoadOptions,
    revision: RevisionOptions,
) -> ImportResult:
    with progress(f"Importing {kind}") as update:
        if kind is DatasetKind.GRIDS:
            return grids.load(session, files, load_options, revision, update)
        return load(session.connection(), kind, files, load_options, update)


def _print_result(result: ImportResult, rejects_file: Path | None, *, dry_run: bool) -> None:
    """Print the counts on stdout; notes and errors on stderr."""
    for note in result.notes:
        print_message(f"Note: {note}")
    if result.errors:
        print_message("\n".join(result.errors.lines()))
    if rejects_file is not None and result.rejected_count:
        print_message(f"The rejected rows are in {rejects_file}, with the reasons.")
    counts = {
        "added": result.added,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "retired": result.retired,
        "rejected": result.rejected_count,
    }
    summary = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    print(f"{result.kind}: {result.read:,} rows read" + (f"; {summary}" if summary else ""))
    if result.revision is not None:
        print(f"Published as revision {result.revision}.")
    if result.is_noop:
        print("Nothing changed.")
    elif dry_run:
        print("This was a dry run: nothing was saved.")


def _write_audit(session: Session, files: Sequence[Path], result: ImportResult) -> None:
    """Write an audit entry with the files and the counts."""
    counts = {
        "added": result.added,
        "updated": result.updated,
        "retired": result.retired,
        "rejected": result.rejected_count,
        "revision": result.revision,
    }
    detail = {name: count for name, count in counts.items() if count}
    names = ", ".join(file.name for file in files)
    audit.write(session, sessions.current_actor(), f"import.{result.kind}", names, **detail)
