"""`gridward demo`: the made-up sample city."""

from typing import Annotated

import typer

from api.cli import demo_account, sessions
from api.cli.output import progress, say
from api.cli.reports import TableFormat, show
from data import sample
from geo import city_time
from geo.accounts import audit
from geo.coverage import figures
from geo.coverage.figures import Grouping
from geo.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    reset: Annotated[bool, typer.Option("--reset", help="Empty the whole register first.")] = False,
    seed: Annotated[int, typer.Option(help="Another seed makes another city.")] = sample.SEED,
) -> None:
    """Fill an empty register with a made-up city of Hegang's size, and show its coverage.

    It has a coordinator, whose login and password are printed.
    """
    settings = Settings()
    day = city_time.today(settings.timezone)
    with sessions.opened(settings) as session:
        actor = sessions.actor()
        if reset:
            sample.empty(session)
            audit.write(session, actor, "demo.reset", "the register")
        if sample.is_there(session):
            say("The sample city is here already; --reset makes it anew.")
        else:
            with progress("Building the sample city") as tell:
                sample.fill(session, seed, day, tell)
            audit.write(session, actor, "demo.fill", "the sample city", seed=seed)
        way_in = demo_account.prepare(session, settings.home, actor)
        at = city_time.moment_of(day, settings.timezone)
        tallies = figures.by(session, Grouping.DISTRICT, on=day, at=at)
    show(tallies, f"Property coverage by district on {day}", TableFormat.TABLE)
    print(f"Sign in at {settings.address}/login {way_in}.")
