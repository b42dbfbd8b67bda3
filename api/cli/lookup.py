"""`gridward lookup`: which grid a place is in, or each row of a file."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli import sessions
from api.cli.output import progress, say
from api.cli.reports import Moment, moment_asked
from data import lookup as files
from data.lookup import Asked
from geo.geometry import datums
from geo.geometry.datums import Datum
from geo.lookup.snapshots import queries
from geo.settings import Settings

NEARBY = 1e-6
"""Degrees around a single place within which grids are looked at."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(lookup)


def lookup(
    where: Annotated[str, typer.Argument(metavar="LON,LAT | FILE", help="Longitude comes first.")],
    output: Annotated[
        Path | None, typer.Option("-o", help="Where the rows of FILE go, each with its grid.")
    ] = None,
    datum: Annotated[Datum, typer.Option(help="The datum of the coordinates.")] = Datum.WGS84,
    at: Moment = None,
    lon: Annotated[str | None, typer.Option(help="FILE: the column of longitudes.")] = None,
    lat: Annotated[str | None, typer.Option(help="FILE: the column of latitudes.")] = None,
) -> None:
    """Which grid a place is in, or each row of a file, now or at a past moment."""
    settings = Settings()
    place = _place(where)
    with sessions.opened(settings) as session:
        moment, connection = moment_asked(at, settings), session.connection()
        if place is None:
            source, target = Path(where), output or _beside(Path(where))
            snapshot = queries.snapshot(connection, moment)
            with progress(f"Looking up {source.name}") as tell:
                summary = files.look_up(source, target, Asked(datum, lon, lat), snapshot, tell)
            say("\n".join([*summary.sentences(datum), f"Written to {target}."]))
            return
        x, y = datums.one_to_wgs84(*place, datum)
        box = (x - NEARBY, y - NEARBY, x + NEARBY, y + NEARBY)
        found = queries.snapshot(connection, moment, box).look_up(x, y)
    print(found.code or "outside every grid")
    for area in found.areas:
        print(f"  {area.level:<12} {area.code:<16} {area.name}")
    say(f"{found.method}, revision {found.revision}")


def _beside(source: Path) -> Path:
    return source.with_name(f"{source.stem}.grids{source.suffix}")


def _place(text: str) -> tuple[float, float] | None:
    """Return longitude and latitude if the text is two numbers, None if it is a file."""
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
