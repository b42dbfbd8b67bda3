"""`gridward revisions | revert`: what was published, and going back."""

from typing import Annotated

import typer

from api.cli import sessions
from api.cli.reports import AreaCode
from geo.accounts import audit
from geo.grids import revert as revert_revision
from geo.grids import revisions
from geo.settings import Settings

_SHOWN = 20

LeaveEmpty = Annotated[
    bool, typer.Option("--leave-empty", help="Also where communities are left without any grid.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("revisions")(list_revisions)
    app.command("revert", no_args_is_help=True)(revert)


def list_revisions(
    area: AreaCode = None,
    limit: Annotated[int, typer.Option(min=1, help="The most at once.")] = _SHOWN,
) -> None:
    """List what was published, newest first."""
    with sessions.opened(Settings()) as session:
        for revision in revisions.page(session, area_code=area, limit=limit)[0]:
            since = revision.effective_at.isoformat(timespec="seconds")
            print(f"{revision.number:>6}  {since}  {revision.author:<16}  {revision.title}")


def revert(
    number: Annotated[int, typer.Argument(min=1, help="The revision to take back.")],
    title: Annotated[str | None, typer.Option(help="The title of the new revision.")] = None,
    leave_empty: LeaveEmpty = False,
) -> None:
    """Take a revision back: its grids are as they were before, under a new revision."""
    with sessions.opened(Settings()) as session:
        actor = sessions.actor()
        made = revert_revision.revert(
            session, number, author=actor.login, title=title, leave_empty=leave_empty
        )
        audit.write(session, actor, "revision.revert", f"revision {number}", made=made.number)
        told = f"Published as revision {made.number}."
    print(told)
