"""`gridward import KIND FILE…`: files into the register."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from api.cli import sessions
from api.cli.output import progress, say
from data.columns import Kind
from data.importing import grids, rejects
from data.importing.grids import Publication
from data.importing.load import LoadOptions, Outcome, load
from data.reading.reader import ReadOptions
from geo.accounts import audit
from geo.geometry.datums import Datum
from geo.settings import Settings

_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import", no_args_is_help=True)(import_)


def import_(
    kind: Kind,
    files: Annotated[
        list[Path], typer.Argument(help="GeoPackage, GeoJSON, Shapefile, CSV, XLSX …")
    ],
    layer: Annotated[str | None, typer.Option(help="The layer to read, of several.")] = None,
    crs: Annotated[
        str | None, typer.Option(help="The reference system if the file states none, as EPSG:n.")
    ] = None,
    datum: Annotated[Datum, typer.Option(help="The datum of the coordinates.")] = Datum.WGS84,
    encoding: Annotated[str | None, typer.Option(help="The encoding of the text.")] = None,
    columns: Annotated[
        str | None, typer.Option(help="ours=theirs,…; code=# numbers the rows.")
    ] = None,
    on_error: Annotated[str, typer.Option(help="stop or skip", metavar="stop|skip")] = "stop",
    rejects_to: Annotated[
        Path | None, typer.Option("--rejects", help="Where the skipped rows go, with the reason.")
    ] = None,
    repair: Annotated[bool, typer.Option(help="Mend geometry, gaps and overlaps.")] = False,
    replace: Annotated[bool, typer.Option(help="Retire what the files do not have.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Do everything but keep it.")] = False,
    areas_from_codes: Annotated[
        str | None,
        typer.Option(help="Grids: make missing areas from code prefixes, as 3,6,9."),
    ] = None,
    title: Annotated[str | None, typer.Option(help="Grids: the title of the revision.")] = None,
) -> None:
    """Load files of one kind: all of it, or nothing and a list of what is wrong."""
    _require_sense(kind, on_error, rejects_to, for_grids=areas_from_codes or title)
    settings = Settings()
    options = LoadOptions(
        ReadOptions(
            layer=layer,
            crs=crs,
            datum=datum,
            encoding=encoding,
            columns=_pairs(columns),
            repair=repair,
            timezone=settings.timezone,
        ),
        skip=on_error == "skip",
        replace=replace,
    )
    with sessions.opened(settings) as session:
        with progress(f"Importing {kind}") as tell:
            if kind is Kind.GRIDS:
                publication = Publication(title, lengths=_lengths(areas_from_codes))
                outcome = grids.load(session, files, options, publication, tell)
            else:
                outcome = load(session.connection(), kind, files, options, tell)
        if rejects_to is not None:
            rejects.save(kind, files, options.read, outcome.bad_rows, rejects_to)
        if dry_run:
            session.rollback()
        elif not outcome.changed_nothing:
            _record(session, files, outcome)
    report(outcome, rejects_to, dry_run=dry_run)


def _require_sense(
    kind: Kind, on_error: str, rejects_to: Path | None, *, for_grids: str | None
) -> None:
    """Raise BadParameter where options do not go together."""
    if on_error not in ("stop", "skip"):
        raise typer.BadParameter("is stop or skip", param_hint="--on-error")
    if rejects_to is not None and on_error != "skip":
        raise typer.BadParameter("goes with --on-error skip", param_hint="--rejects")
    if kind is not Kind.GRIDS and for_grids:
        raise typer.BadParameter("is for grids alone", param_hint="--areas-from-codes, --title")


def report(outcome: Outcome, rejects_to: Path | None = None, *, dry_run: bool = False) -> None:
    """Print what became of the rows, and what was assumed or mended on the way."""
    for note in outcome.notes:
        say(f"Note: {note}")
    if outcome.faults:
        say("\n".join(outcome.faults.lines()))
    if rejects_to is not None and outcome.rejected:
        say(f"The rows left out are in {rejects_to}, with the reasons.")
    counts = {
        "added": outcome.added,
        "updated": outcome.updated,
        "unchanged": outcome.unchanged,
        "retired": outcome.retired,
        "left out": outcome.rejected,
    }
    told = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    print(f"{outcome.kind}: {outcome.read:,} rows read" + (f"; {told}" if told else ""))
    if outcome.revision is not None:
        print(f"Published as revision {outcome.revision}.")
    if outcome.changed_nothing:
        print("Nothing changed.")
    elif dry_run:
        print("This was a dry run: nothing was kept.")


def _record(session: Session, files: Sequence[Path], outcome: Outcome) -> None:
    """Write into the audit what was imported, from which files, and what became of the rows."""
    counts = {
        "added": outcome.added,
        "updated": outcome.updated,
        "retired": outcome.retired,
        "left_out": outcome.rejected,
        "revision": outcome.revision,
    }
    told = {what: count for what, count in counts.items() if count}
    names = ", ".join(file.name for file in files)
    audit.write(session, sessions.actor(), f"import.{outcome.kind}", names, **told)


def _pairs(text: str | None) -> dict[str, str]:
    """Read `ours=theirs,ours=theirs`."""
    pairs = {}
    for part in text.split(",") if text else ():
        ours, equals, theirs = part.partition("=")
        if not equals or not ours.strip() or not theirs.strip():
            raise typer.BadParameter(f"{part!r} is not ours=theirs", param_hint="--columns")
        pairs[ours.strip()] = theirs.strip()
    return pairs


def _lengths(text: str | None) -> tuple[int, ...]:
    """Read `3,6,9`: lengths of prefixes, rising."""
    if text is None:
        return ()
    try:
        lengths = tuple(int(part) for part in text.split(","))
    except ValueError:
        lengths = ()
    if not lengths or sorted(set(lengths)) != list(lengths) or lengths[0] < 1 or len(lengths) > 4:
        raise typer.BadParameter(
            "is one to four rising lengths, as 3,6,9", param_hint="--areas-from-codes"
        )
    return lengths
