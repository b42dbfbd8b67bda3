"""`gridward export KIND FILE`: write data to a file."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli import sessions
from api.cli.options import AreaOption, TimestampOption, timestamp_or_now
from api.cli.output import print_message
from data.columns import DatasetKind
from data.exporting import export, writer
from geo import areas
from geo.settings import Settings


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("export", no_args_is_help=True)(export_)


Phones = Annotated[
    bool, typer.Option("--phones", help="Include phone numbers of grid members (personal data).")
]


def export_(
    kind: DatasetKind,
    file: Path,
    area: AreaOption = None,
    at: TimestampOption = None,
    phones: Phones = False,
) -> None:
    """Write data of one kind to a file, in the columns that `gridward import` reads."""
    settings = Settings()
    writer.writable_format(file)
    with sessions.open_session(settings) as session:
        areas.require(session, area, or_grid=True)
        timestamp = timestamp_or_now(at, settings)
        frame = export.fetch_dataset(session, kind, area_code=area, at=timestamp, phones=phones)
    writer.write_frame(frame, file)
    print_message(f"{len(frame):,} {kind} written to {file}.")
