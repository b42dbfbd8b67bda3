"""The options of `gridward import`, and how their values are read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import NAME
from data.columns import DatasetKind

Files = Annotated[
    list[Path], typer.Argument(help="GeoPackage, GeoJSON, Shapefile, CSV, XLSX and others.")
]
Layer = Annotated[str | None, typer.Option(help="The layer to read if a file has several.")]
Crs = Annotated[
    str | None, typer.Option(help="The coordinate reference system if the file has none: EPSG:n.")
]
Encoding = Annotated[str | None, typer.Option(help="The encoding of text.")]
Columns = Annotated[
    str | None, typer.Option(help="Column names: ours=theirs,…; code=# numbers the rows.")
]
OnError = Annotated[str, typer.Option(help="Stop, or skip invalid rows.", metavar="stop|skip")]
RejectsFile = Annotated[
    Path | None, typer.Option("--rejects", help="Write skipped rows to this file, with reasons.")
]
Repair = Annotated[bool, typer.Option(help="Repair invalid geometry, gaps and overlaps.")]
Replace = Annotated[bool, typer.Option(help="Retire what is not in the files.")]
DryRun = Annotated[bool, typer.Option(help="Do everything, but save nothing.")]
AreasFromCodes = Annotated[
    str | None,
    typer.Option(help="Grids: create missing areas from code prefixes of these lengths: 3,6,9."),
]
RevisionTitle = Annotated[
    str | None, typer.Option(callback=NAME, help="Grids: the title of the revision.")
]


def require_valid_combination(
    kind: DatasetKind, on_error: str, rejects_file: Path | None, *, grid_options: bool
) -> None:
    """Raise BadParameter if options cannot be combined."""
    if on_error not in ("stop", "skip"):
        raise typer.BadParameter("must be stop or skip", param_hint="--on-error")
    if rejects_file is not None and on_error != "skip":
        raise typer.BadParameter("requires --on-error skip", param_hint="--rejects")
    if kind is not DatasetKind.GRIDS and grid_options:
        raise typer.BadParameter("is only for grids", param_hint="--areas-from-codes, --title")


def parse_columns(text: str | None) -> Mapping[str, str]:
    """Parse `ours=theirs,ours=theirs`."""
    columns = {}
    for pair in text.split(",") if text else ():
        ours, equals, theirs = pair.partition("=")
        if not equals or not ours.strip() or not theirs.strip():
            raise typer.BadParameter(f"{pair!r} is not ours=theirs", param_hint="--columns")
        columns[ours.strip()] = theirs.strip()
    return columns


def parse_prefix_lengths(text: str | None) -> tuple[int, ...]:
    """Parse `3,6,9`: one to four rising prefix lengths."""
    if text is None:
        return ()
    try:
        lengths = tuple(int(part) for part in text.split(","))
    except ValueError:
        lengths = ()
    if not lengths or sorted(set(lengths)) != list(lengths) or lengths[0] < 1 or len(lengths) > 4:
        raise typer.BadParameter(
            "must be one to four rising lengths, such as 3,6,9", param_hint="--areas-from-codes"
        )
    return lengths
