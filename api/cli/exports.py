"""`gridward export KIND FILE`: the register into files."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli import sessions
from api.cli.output import say
from api.cli.reports import AreaCode, Moment, moment_asked
from data.columns import Kind
from data.exporting import export, writer
from geo.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export", no_args_is_help=True)(export_)


Phones = Annotated[
    bool, typer.Option("--phones", help="With the phones of grid members, for those allowed them.")
]


def export_(
    kind: Kind, file: Path, area: AreaCode = None, at: Moment = None, phones: Phones = False
) -> None:
    """Write what the register holds to a file, in the columns that import reads."""
    settings = Settings()
    writer.known(file)
    with sessions.opened(settings) as session:
        moment = moment_asked(at, settings)
        frame = export.kind(session, kind, area_code=area, at=moment, phones=phones)
    writer.frame(frame, file)
    say(f"{len(frame):,} {kind} written to {file}.")
