"""`gridward demo`: load the sample city."""

from typing import Annotated

import typer

from api.cli import demo_account, sessions
from api.cli.output import print_message, progress
from api.cli.reports import OutputFormat, print_figures
from data import sample
from geo import city_time
from geo.accounts import audit
from geo.coverage import figures
from geo.coverage.figures import Grouping
from geo.settings import Settings


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(demo)


def demo(
    reset: Annotated[bool, typer.Option("--reset", help="Delete all data first.")] = False,
    seed: Annotated[int, typer.Option(help="Each seed generates a different city.")] = sample.SEED,
) -> None:
    """Load a generated city of the size of Hegang into an empty database; show its coverage.

    Prints login and password of a coordinator.
    """
    settings = Settings()
    day = city_time.today(settings.timezone)
    with sessions.open_session(settings) as session:
        actor = sessions.current_actor()
        if reset:
            sample.clear_database(session)
            audit.write(session, actor, "demo.reset", "all data")
        if sample.is_loaded(session):
            print_message("The sample city is already loaded; use --reset to load it again.")
        else:
            with progress("Building the sample city") as update:
                sample.load_sample(session, seed, day, update)
            audit.write(session, actor, "demo.fill", "the sample city", seed=seed)
        sign_in_hint = demo_account.ensure_account(session, settings.home, actor)
        at = city_time.timestamp_for(day, settings.timezone)
        rows = figures.count_by(session, Grouping.DISTRICT, on=day, at=at)
    print_figures(rows, f"Property coverage by district on {day}", OutputFormat.TABLE)
    print(f"Sign in at {settings.base_url}/login {sign_in_hint}.")
