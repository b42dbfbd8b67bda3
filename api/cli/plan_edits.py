"""`gridward plan apply | undo | publish …`: plans changed, published, given up."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from api.cli import sessions
from api.cli.output import say
from api.cli.reports import Moment
from api.cli.revisions import LeaveEmpty
from data import plan_files
from data.row_errors import UnreadableFile
from geo import city_time
from geo.accounts import audit
from geo.accounts.audit import Actor
from geo.errors import GridwardError
from geo.grids import revert as revert_revision
from geo.models import Plan, SizeLimit
from geo.plans import drafts, limits, publish, rebase
from geo.plans.core.rules import Limits, Range
from geo.plans.replay_cache import Replays
from geo.settings import Settings

LARGEST = 2**31 - 1


def _not_blank(text: str | None) -> str | None:
    if text is not None and not text.strip():
        raise typer.BadParameter("It is empty; say something.")
    return None if text is None else text.strip()


Number = Annotated[int, typer.Argument(min=1, max=LARGEST, help="The number of the plan.")]
Title = Annotated[str, typer.Argument(callback=_not_blank, help="What it is about.")]
NewTitle = Annotated[
    str | None, typer.Option("--title", callback=_not_blank, help="The revision's title.")
]
Bounds = Annotated[str | None, typer.Option(help="Least and most, as 3:5, 3: or :5; : for none.")]


def register(app: typer.Typer) -> None:
    """Add the commands that change plans."""
    for command in (apply, undo, redo, take_again, publish_plan, discard, comment, revert):
        app.command(_NAMES.get(command.__name__, command.__name__))(command)
    app.command("limits")(show_limits)


_NAMES = {"take_again": "rebase", "publish_plan": "publish"}


@contextmanager
def _taken(number: int) -> Iterator[tuple[Session, Plan, Actor]]:
    """Yield a draft to be changed, whoever's it is."""
    with sessions.opened(Settings()) as session:
        yield session, drafts.take(session, number, who=""), sessions.actor()


def _record(session: Session, actor: Actor, what: str, number: int, **more: Any) -> None:
    audit.write(session, actor, f"plan.{what}", f"plan {number}", **more)


def apply(
    number: Number,
    file: Annotated[Path, typer.Argument(help="JSON of steps, - for stdin, or a file of grids.")],
) -> None:
    """Carry out steps, all or none: JSON of one or a list, or grids as shapes."""
    with _taken(number) as (session, plan, actor):
        steps, replays = _steps(session, file), Replays()
        for count, body in enumerate(steps, start=1):
            try:
                drafts.add(session, plan, body, replays, by=actor.login)
            except GridwardError:
                say(f"{file}: step {count} of {len(steps)} ({body.get('kind')}) is refused:")
                raise
            _record(session, actor, "operation", number)
        done = plan.done
    say(f"{len(steps)} steps carried out; plan {number} has {done}.")


def _steps(session: Session, file: Path) -> Sequence[Mapping[str, Any]]:
    """Return the steps of a file. Raises UnreadableFile, and what the reader of grids raises."""
    if str(file) != "-" and file.suffix.lower() != ".json":
        return plan_files.steps(session, file)
    name = "stdin" if str(file) == "-" else str(file)
    try:
        told = json.loads(sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(
            f"{name} is no JSON: {error}.", hint="Give one step, or a list of steps."
        ) from error
    if isinstance(told, dict) and told.get("type") == "FeatureCollection":
        raise UnreadableFile(
            f"{name} holds grids, not steps.", hint="Name the file .geojson to import its grids."
        )
    steps = told if isinstance(told, list) else [told]
    for count, step in enumerate(steps, start=1):
        if not isinstance(step, dict) or not isinstance(step.get("kind"), str):
            raise UnreadableFile(
                f"{name}: step {count} of {len(steps)} is no object with a kind.",
                hint='A step looks like {"kind": "merge", "codes": ["…", "…"]}.',
            )
    if not steps:
        raise UnreadableFile(f"{name} holds no step.", hint="Give one step, or a list of steps.")
    return steps


def undo(number: Number) -> None:
    """Undo the last step in effect."""
    _step(number, "undo", drafts.step_back)


def redo(number: Number) -> None:
    """Do again the step that was undone last."""
    _step(number, "redo", drafts.step_on)


def _step(number: int, what: str, go: Callable[[Session, Plan, Replays], object]) -> None:
    with _taken(number) as (session, plan, actor):
        go(session, plan, Replays())
        _record(session, actor, what, number)
        done = plan.done
    say(f"Plan {number} has {done} steps in effect.")


def take_again(number: Number) -> None:
    """Take the steps again on today's grids, and say which no longer apply, and why."""
    with _taken(number) as (session, plan, actor):
        _, dropped = rebase.rebase(session, plan, Replays())
        _record(session, actor, "rebase", number)
        base, done = plan.base_revision, plan.done
    for one in dropped:
        print(f"Step {one.number} ({one.body['kind']}) was dropped: {one.why}")
    say(f"Plan {number} stands on revision {base}, with {done} steps in effect.")


def publish_plan(number: Number, title: NewTitle = None, at: Moment = None) -> None:
    """Publish the plan as the next revision, in force from now or from a moment."""
    settings = Settings()
    moment = None if at is None else city_time.zoned(at, settings.timezone)
    with sessions.opened(settings) as session:
        actor, author = sessions.actor(), sessions.actor().login
        made = publish.publish(
            session, number, Replays(), who="", author=author, title=title, at=moment
        )
        _record(session, actor, "publish", number, revision=made.number)
        told = f"Published as revision {made.number}."
    print(told)


def discard(number: Number) -> None:
    """Give the plan up; it can still be read."""
    with _taken(number) as (session, plan, actor):
        drafts.discard(session, plan)
        _record(session, actor, "discard", number)
    say(f"Plan {number} is discarded.")


def comment(number: Number, text: Title) -> None:
    """Say something about a plan, whoever's it is."""
    with sessions.opened(Settings()) as session:
        actor = sessions.actor()
        said = drafts.comment(session, drafts.get(session, number), text, by=actor.login)
        _record(session, actor, "comment", number, comment=said.id)
    say(f"Said about plan {number}.")


def revert(number: Number, title: NewTitle = None, leave_empty: LeaveEmpty = False) -> None:
    """Take back what the plan published: its grids are as before, under a new revision."""
    with sessions.opened(Settings()) as session:
        actor = sessions.actor()
        revision = publish.published_as(drafts.get(session, number))
        made = revert_revision.revert(
            session, revision, author=actor.login, title=title, leave_empty=leave_empty
        )
        subject = f"revision {revision}"
        audit.write(session, actor, "revision.revert", subject, made=made.number)
        told = f"Published as revision {made.number}."
    print(told)


def show_limits(
    area: Annotated[str | None, typer.Argument(help="The code of an area.")] = None,
    buildings: Bounds = None,
    households: Bounds = None,
) -> None:
    """Show how large grids should be, or set it for an area."""
    asked = {"buildings": _range(buildings), "households": _range(households)}
    wanted = {what: bounds for what, bounds in asked.items() if bounds is not None}
    if wanted and area is None:
        raise typer.BadParameter("Name the area whose limits these are.")
    with sessions.opened(Settings()) as session:
        if area is not None and wanted:
            _put(session, area, wanted)
        for row in limits.every(session):
            if area is None or row.area_code.startswith(area) or area.startswith(row.area_code):
                print(_line(row))


def _put(session: Session, area: str, wanted: Mapping[str, Range]) -> None:
    """Set some limits of an area; those that are not told stay."""
    known = session.get(SizeLimit, area)
    before = vars(limits.NONE if known is None else _of(known))
    whole = Limits(**{**before, **wanted})
    limits.put(session, area, whole)
    told = {
        f"{end}_{what}": bound
        for what, bounds in vars(whole).items()
        for end, bound in zip(("least", "most"), bounds, strict=True)
    }
    audit.write(session, sessions.actor(), "limits.put", f"area {area}", **told)


def _of(row: SizeLimit) -> Limits:
    return Limits(
        (row.least_buildings, row.most_buildings), (row.least_households, row.most_households)
    )


def _line(row: SizeLimit) -> str:
    told = (
        f"{what} {_bound(least)}:{_bound(most)}" for what, (least, most) in vars(_of(row)).items()
    )
    return f"{row.area_code:<16}  {'  '.join(told)}"


def _bound(value: int | None) -> str:
    return "" if value is None else str(value)


def _range(text: str | None) -> Range | None:
    if text is None:
        return None
    least, colon, most = text.partition(":")
    if not colon or not all(end.isdecimal() or end == "" for end in (least, most)):
        raise typer.BadParameter(f"{text!r} is no range; write 3:5, 3:, :5 or : for none.")
    if any(int(end or 0) > LARGEST for end in (least, most)):
        raise typer.BadParameter(f"{text!r} is beyond {LARGEST}.")
    return (int(least) if least else None, int(most) if most else None)
