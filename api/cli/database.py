"""`gridward db …`: the embedded database, and the migrations of any database."""

import typer

from api.cli.output import print_message
from geo import db
from geo.postgres import embedded, migrations
from geo.settings import Settings

app = typer.Typer(
    help="Manage the embedded database, and migrate any database.", no_args_is_help=True
)


def add_commands(root: typer.Typer) -> None:
    """Add the commands of this module."""
    root.add_typer(app, name="db")


@app.command()
def up() -> None:
    """Create the embedded database if it does not exist, and start it."""
    print(embedded.up(Settings()))


@app.command()
def down() -> None:
    """Stop the embedded database. Its data is kept."""
    print_message("Stopped." if embedded.down(Settings()) else "It was not running.")


@app.command()
def status() -> None:
    """Show whether the embedded database is running, and the paths of its files."""
    cluster = embedded.status(Settings())
    print(f"state    {cluster.state}\nhome     {cluster.home}\ndata     {cluster.data}")
    print(f"sockets  {cluster.sockets}\nlog      {cluster.log}\nurl      {cluster.url}")


@app.command()
def url() -> None:
    """Print the URL of the database in use, without starting it."""
    settings = Settings()
    print(settings.database_url or embedded.url(settings))


@app.command()
def migrate() -> None:
    """Migrate the database in use to the newest version."""
    engine = db.connect(embedded.database_url(Settings()))
    migrations.upgrade(engine)
    engine.dispose()
    print_message(f"The database is at migration {migrations.head_revision()}.")
