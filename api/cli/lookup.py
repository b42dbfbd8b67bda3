"""`gridward lookup`: find the grid of a location, or of each row of a file."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli import sessions
from api.cli.options import TimestampOption, timestamp_or_now
from api.cli.output import print_message, progress
from data import lookup as files
from data.lookup import CoordinateOptions
from geo.geometry import datums
from geo.geometry.datums import Datum
from geo.lookup.snapshots import queries
from geo.settings import Settings

NEARBY = 1e-6
"""Half the size, in degrees, of the box around a location from which grids are read."""


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(lookup)


def lookup(
    where: Annotated[
        str,
        typer.Argument(metavar="LON,LAT | FILE", help="A location, longitude first, or a file."),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", help="The output file; default: FILE with .grids in its name."),
    ] = None,
    datum: Annotated[Datum, typer.Option(help="The datum of the coordinates.")] = Datum.WGS84,
    at: TimestampOption = None,
    lon: Annotated[str | None, typer.Option(help="FILE: the column of longitudes.")] = None,
    lat: Annotated[str | None, typer.Option(help="FILE: the column of latitudes.")] = None,
) -> None:
    """Find the grid of a location, or of each row of a file, now or at a past time."""
    settings, where = Settings(), where.strip()
    location = _parse_location(where)
    with sessions.open_session(settings) as session:
        timestamp, connection = timestamp_or_now(at, settings), session.connection()
        if location is None:
            source = Path(where)
            target = output or _default_output(source)
            snapshot = queries.read_snapshot(connection, timestamp)
            with progress(f"Looking up {source.name}") as update:
                summary = files.assign_file(
                    source, target, CoordinateOptions(datum, lon, lat), snapshot, update
                )
            print_message("\n".join([*summary.messages(datum), f"Written to {target}."]))
            return
        x, y = datums.point_to_wgs84(*location, datum)
        box = (x - NEARBY, y - NEARBY, x + NEARBY, y + NEARBY)
        result = queries.read_snapshot(connection, timestamp, box).look_up(x, y)
    print(result.grid_code or "outside every grid")
    for area in result.areas:
        print(f"  {area.level:<12} {area.code:<16} {area.name}")
    print_message(f"{result.method}, revision {result.revision}")


def _default_output(source: Path) -> Path:
    return source.with_name(f"{source.stem}.grids{source.suffix}")


def _parse_location(text: str) -> tuple[float, float] | None:
    """Return longitude and latitude if the text is two numbers, None if it is a path."""
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        if Path(text).suffix:
            return None
        raise typer.BadParameter(
            f"{text!r} is neither LON,LAT nor a file", param_hint="LON,LAT"
        ) from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        swapped = -180 <= lat <= 180 and -90 <= lon <= 90
        hint = "; longitude comes first" if swapped else ""
        raise typer.BadParameter(f"{text!r} is not on Earth{hint}", param_hint="LON,LAT")
    return lon, lat
