"""`gridward plan apply | undo | publish …`: commands that change plans."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from api.cli import sessions
from api.cli.options import NAME, TimestampOption, text_of
from api.cli.output import print_message
from api.cli.plan_limits import show_limits
from api.cli.plan_steps import naming_failed_step, read_operations
from api.cli.revisions import LeaveEmpty
from geo import city_time
from geo.accounts import audit
from geo.accounts.audit import Actor
from geo.grids import revert as revert_revision
from geo.input_types import Paragraphs
from geo.models import Plan
from geo.plans import drafts, publish, rebase
from geo.plans.core.operations import kind_of
from geo.plans.publish import Publication
from geo.plans.replay_cache import ReplayCache
from geo.settings import Settings

MAX_INTEGER = 2**31 - 1
PlanNumber = Annotated[int, typer.Argument(min=1, max=MAX_INTEGER, help="The number of the plan.")]
Comment = Annotated[str, typer.Argument(callback=text_of(Paragraphs), help="The comment.")]
NewTitle = Annotated[
    str | None, typer.Option("--title", callback=NAME, help="The title of the revision.")
]


def add_commands(app: typer.Typer) -> None:
    """Add the commands that change plans."""
    app.command()(apply)
    app.command()(undo)
    app.command()(redo)
    app.command("rebase")(rebase_plan)
    app.command("publish")(publish_plan)
    app.command()(discard)
    app.command()(comment)
    app.command()(revert)
    app.command("limits")(show_limits)


@contextmanager
def _locked_draft(number: int) -> Iterator[tuple[Session, Plan, Actor]]:
    """Yield a plan locked for changes, of any author; commit at the end."""
    with sessions.open_session(Settings()) as session:
        yield session, drafts.lock_draft(session, number, owner=None), sessions.current_actor()


def _write_audit(session: Session, actor: Actor, action: str, number: int, **detail: Any) -> None:
    audit.write(session, actor, f"plan.{action}", f"plan {number}", **detail)


def apply(
    number: PlanNumber,
    file: Annotated[
        Path, typer.Argument(help="JSON of operations, - for stdin, or a file of grids.")
    ],
) -> None:
    """Apply operations, all or none: a JSON object or list, or a file of grids to import."""
    with _locked_draft(number) as (session, plan, actor):
        operations, cache = read_operations(session, file), ReplayCache()
        for count, operation in enumerate(operations, start=1):
            with naming_failed_step(file, count, len(operations), kind_of(operation)):
                drafts.add_step(session, plan, operation, cache, made_by=actor.login)
            _write_audit(session, actor, "operation", number)
        done = plan.done
    print_message(f"{len(operations)} steps applied; plan {number} has {done}.")


def undo(number: PlanNumber) -> None:
    """Undo the last step in effect."""
    _change_steps(number, "undo", drafts.undo)


def redo(number: PlanNumber) -> None:
    """Redo the step that was undone last."""
    _change_steps(number, "redo", drafts.redo)


def _change_steps(
    number: int, action: str, change: Callable[[Session, Plan, ReplayCache], object]
) -> None:
    with _locked_draft(number) as (session, plan, actor):
        change(session, plan, ReplayCache())
        _write_audit(session, actor, action, number)
        done = plan.done
    print_message(f"Plan {number} has {done} steps in effect.")


def rebase_plan(number: PlanNumber) -> None:
    """Apply the steps to the current grids; list those that no longer apply, with the reason."""
    with _locked_draft(number) as (session, plan, actor):
        _, dropped = rebase.rebase(session, plan, ReplayCache())
        _write_audit(session, actor, "rebase", number)
        base, done = plan.base_revision, plan.done
    for step in dropped:
        print(f"Step {step.number} ({kind_of(step.operation)}) was dropped: {step.reason}")
    print_message(f"Plan {number} is based on revision {base} and has {done} steps in effect.")


def publish_plan(number: PlanNumber, title: NewTitle = None, at: TimestampOption = None) -> None:
    """Publish the plan as the next revision, in force now or from a timestamp."""
    settings = Settings()
    effective_at = None if at is None else city_time.with_timezone(at, settings.timezone)
    with sessions.open_session(settings) as session:
        actor = sessions.current_actor()
        publication = Publication(actor.login, title, effective_at)
        revision = publish.publish(session, number, ReplayCache(), publication, owner=None)
        published = revision.number
        _write_audit(session, actor, "publish", number, revision=published)
    print(f"Published as revision {published}.")


def discard(number: PlanNumber) -> None:
    """Discard the plan. It can still be read."""
    with _locked_draft(number) as (session, plan, actor):
        drafts.discard(session, plan)
        _write_audit(session, actor, "discard", number)
    print_message(f"Plan {number} was discarded.")


def comment(number: PlanNumber, text: Comment) -> None:
    """Add a comment to a plan of any author."""
    with sessions.open_session(Settings()) as session:
        actor = sessions.current_actor()
        plan = drafts.get(session, number)
        added = drafts.add_comment(session, plan, text, made_by=actor.login)
        _write_audit(session, actor, "comment", number, comment=added.id)
    print_message(f"Added a comment to plan {number}.")


def revert(number: PlanNumber, title: NewTitle = None, leave_empty: LeaveEmpty = False) -> None:
    """Revert the published plan: restore its grids as they were, as a new revision."""
    with sessions.open_session(Settings()) as session:
        actor = sessions.current_actor()
        revision = publish.published_revision(drafts.get(session, number))
        published = revert_revision.revert(
            session, revision, author=actor.login, title=title, leave_empty=leave_empty
        ).number
        subject = f"revision {revision}"
        audit.write(session, actor, "revision.revert", subject, made=published)
    print(f"Published as revision {published}.")
