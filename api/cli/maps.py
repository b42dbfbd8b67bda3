"""`gridward map`: a map page as one file."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli import sessions
from api.cli.output import say
from api.cli.reports import AreaCode, Day, day_of
from api.pages import map_pages
from api.pages.map_pages import Subject, View
from data.exporting import writer
from geo import city_time
from geo.settings import Language, Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("map", no_args_is_help=True)(map_)


def map_(
    subject: Subject,
    output: Annotated[Path, typer.Option("-o", help="The file, FILE.html.")],
    area: AreaCode = None,
    on: Day = None,
    language: Annotated[Language | None, typer.Option(help="The language of the page.")] = None,
) -> None:
    """Write a map as one file that opens without a network."""
    settings = Settings()
    if output.suffix.lower() not in (".html", ".htm"):
        raise typer.BadParameter(f"{output} does not end in .html", param_hint="-o")
    day = day_of(on, settings)
    with sessions.opened(settings) as session:
        view = View(day, city_time.moment_of(day, settings.timezone), area)
        page = map_pages.standalone(session, subject, view, settings, language or settings.language)
    writer.text(page.html, output)
    say(f"{output}: {len(page.html.encode()) / 1e6:.1f} MB, opens without a network.")
