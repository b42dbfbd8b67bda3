"""`gridward db …`: the private database, and the migrations of any."""

import typer

from api.cli.output import say
from geo import db
from geo.postgres import embedded, migrations
from geo.settings import Settings

app = typer.Typer(help="The private database, and the migrations of any.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the family."""
    root.add_typer(app, name="db")


@app.command()
def up() -> None:
    """Make the private database if there is none, and start it."""
    print(embedded.up(Settings()))


@app.command()
def down() -> None:
    """Stop the private database; nothing is lost."""
    say("Stopped." if embedded.down(Settings()) else "It was not running.")


@app.command()
def status() -> None:
    """Tell whether the private database runs, and where its parts are."""
    found = embedded.status(Settings())
    print(f"state    {found.state}\nhome     {found.home}\ndata     {found.data}")
    print(f"sockets  {found.sockets}\nlog      {found.log}\nurl      {found.url}")


@app.command()
def url() -> None:
    """Print the address of the database in use, starting nothing."""
    settings = Settings()
    print(settings.database_url or embedded.url(settings))


@app.command()
def migrate() -> None:
    """Bring the database in use to the newest migration."""
    engine = db.connect(embedded.database_url(Settings()))
    migrations.upgrade(engine)
    engine.dispose()
    say(f"The database is at migration {migrations.newest()}.")
