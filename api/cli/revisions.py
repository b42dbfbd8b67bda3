"""`gridward revisions | revert`: list published revisions, and revert one."""

from typing import Annotated

import typer

from api.cli import sessions
from api.cli.options import DEFAULT_LIMIT, NAME, AreaOption, LimitOption
from geo import areas
from geo.accounts import audit
from geo.grids import revert as revert_revision
from geo.grids import revisions
from geo.settings import Settings

LeaveEmpty = Annotated[
    bool, typer.Option("--leave-empty", help="Allow communities without any grid.")
]


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("revisions")(list_revisions)
    app.command("revert", no_args_is_help=True)(revert)


def list_revisions(
    area: AreaOption = None,
    limit: LimitOption = DEFAULT_LIMIT,
) -> None:
    """List the published revisions, newest first."""
    with sessions.open_session(Settings()) as session:
        areas.require(session, area, or_grid=True)
        for revision in revisions.list_revisions(session, area_code=area, limit=limit)[0]:
            since = revision.effective_at.isoformat(timespec="seconds")
            print(f"{revision.number:>6}  {since}  {revision.author:<16}  {revision.title}")


def revert(
    number: Annotated[int, typer.Argument(min=1, help="The revision to revert.")],
    title: Annotated[
        str | None, typer.Option(callback=NAME, help="The title of the new revision.")
    ] = None,
    leave_empty: LeaveEmpty = False,
) -> None:
    """Revert a revision: restore its grids as they were before, as a new revision."""
    with sessions.open_session(Settings()) as session:
        actor = sessions.current_actor()
        published = revert_revision.revert(
            session, number, author=actor.login, title=title, leave_empty=leave_empty
        ).number
        audit.write(session, actor, "revision.revert", f"revision {number}", made=published)
    print(f"Published as revision {published}.")
