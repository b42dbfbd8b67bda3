"""`gridward map`: write a map page as one HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli import sessions
from api.cli.options import AreaOption, DateOption, recorded_day
from api.cli.output import print_message
from api.pages import map_pages
from api.pages.map_pages import MapSubject, MapView
from data.exporting import writer
from geo import city_time
from geo.settings import Language, Settings


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("map", no_args_is_help=True)(map_)


def map_(
    subject: MapSubject,
    output: Annotated[Path, typer.Option("-o", help="The file to write, FILE.html.")],
    area: AreaOption = None,
    on: DateOption = None,
    language: Annotated[Language | None, typer.Option(help="The language of the page.")] = None,
) -> None:
    """Write a map to one HTML file that works without a network."""
    settings = Settings()
    if output.suffix.lower() not in (".html", ".htm"):
        raise typer.BadParameter(f"{output} does not end in .html", param_hint="-o")
    with sessions.open_session(settings) as session:
        day = recorded_day(session, on, settings)
        view = MapView(day, city_time.timestamp_for(day, settings.timezone), area)
        page = map_pages.render_standalone_page(
            session, subject, view, settings, language or settings.language
        )
    writer.write_text(page.html, output)
    print_message(f"{output}: {len(page.html.encode()) / 1e6:.1f} MB, works without a network.")
