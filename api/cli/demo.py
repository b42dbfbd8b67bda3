"""`gridward demo`: the made-up sample city."""

from typing import Annotated

import typer

from api.cli import register as registers
from api.cli.output import progress, say
from api.cli.questions import TableFormat, show
from data import sample
from geo import moments, property_coverage
from geo.property_coverage import Grouping
from geo.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    reset: Annotated[bool, typer.Option("--reset", help="Empty the whole register first.")] = False,
    seed: Annotated[int, typer.Option(help="Another seed makes another city.")] = sample.SEED,
) -> None:
    """Fill an empty register with a made-up city of Hegang's size, and show its coverage."""
    settings = Settings()
    day = moments.today(settings.timezone)
    with registers.opened(settings) as session:
        if reset:
            sample.empty(session)
        if sample.is_there(session):
            say("The sample city is here already; --reset makes it anew.")
        else:
            with progress("Building the sample city") as tell:
                sample.fill(session, seed, day, tell)
        at = moments.moment_of(day, settings.timezone)
        tallies = property_coverage.by(session, Grouping.DISTRICT, on=day, at=at)
    show(tallies, f"Property coverage by district on {day}", TableFormat.TABLE)
