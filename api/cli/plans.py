"""`gridward plan …`: plans begun and looked at; what changes them is in plan_changes.py."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from api.cli import plan_edits, sessions
from api.cli.output import say
from api.cli.plan_edits import Number, Title
from api.cli.reports import AreaCode
from data import plan_files
from data.exporting import writer
from geo.accounts import audit
from geo.models import Plan, PlanStatus
from geo.plans import drafts, impact, publish
from geo.plans.impact import Holding, Impact
from geo.plans.replay_cache import Outcome, Replays
from geo.settings import Settings

_SHOWN = 20
plan_app = typer.Typer(help="Drafts of changes to the grids.", no_args_is_help=True)

Output = Annotated[Path | None, typer.Option("-o", help="A file of any format.")]


class Form(StrEnum):
    """How an answer leaves."""

    TABLE = "table"
    JSON = "json"


AsForm = Annotated[Form, typer.Option("--format", help="How to print it.")]


def register(root: typer.Typer) -> None:
    """Add the family."""
    for name, command in _COMMANDS.items():
        plan_app.command(name)(command)
    plan_edits.register(plan_app)
    root.add_typer(plan_app, name="plan")


def new(title: Title) -> None:
    """Begin a plan on the grids as the newest revision left them, and print its number."""
    with sessions.opened(Settings()) as session:
        actor = sessions.actor()
        plan = drafts.begin(session, title, author=actor.login)
        audit.write(session, actor, "plan.begin", f"plan {plan.id}", title=plan.title)
        number = plan.id
    print(number)


def list_plans(
    area: AreaCode = None,
    status: Annotated[PlanStatus | None, typer.Option(help="Only those that are so.")] = None,
    author: Annotated[str | None, typer.Option(help="Only those of this login.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The most at once.")] = _SHOWN,
) -> None:
    """List plans, newest first; with an area those that touch it."""
    with sessions.opened(Settings()) as session:
        found, _ = drafts.page(session, status=status, author=author, area_code=area, limit=limit)
        for plan in found:
            print(f"{plan.id:>6}  {plan.status:<9}  {plan.author:<16}  {plan.title}")


def show(number: Number, output: Output = None) -> None:
    """Show a plan and its steps, or write the grids of its communities to a file."""
    if output is not None:
        writer.known(output)
    with sessions.opened(Settings()) as session:
        plan = drafts.get(session, number)
        if output is None:
            _print_plan(session, plan)
            return
        frame = plan_files.grids(_outcome(session, number))
    writer.frame(frame, output)
    say(f"{len(frame):,} grids written to {output}.")


def _print_plan(session: Session, plan: Plan) -> None:
    made = f", published as revision {plan.revision}" if plan.revision is not None else ""
    print(f"Plan {plan.id}: {plan.title}")
    print(f"{plan.status} by {plan.author}, on revision {plan.base_revision}{made}")
    print(f"communities: {', '.join(drafts.touched(session, plan)) or 'none'}")
    for step in drafts.steps(session, plan):
        undone = "  (undone)" if step.number > plan.done else ""
        told = f"{step.body['kind']:<12}{', '.join(step.communities)}"
        print(f"{step.number:>6}  {told}  {step.made_by}{undone}")
    for said in drafts.comments(session, plan):
        print(f"{said.made_at.isoformat(timespec='seconds')}  {said.made_by}: {said.text}")


def findings(number: Number, format: AsForm = Form.TABLE) -> None:
    """What is wrong or odd where the plan touches something; exits with 3 at any error."""
    with sessions.opened(Settings()) as session:
        found = publish.findings(session, _outcome(session, number))
    if format is Form.JSON:
        fields = ("kind", "is_error", "codes", "size", "unit", "lon", "lat", "meaning")
        print(_json([{name: getattr(one, name) for name in fields} for one in found]))
    else:
        for one in found:
            print(one)
        say(f"{len(found):,} findings." if found else "Nothing found.")
    if any(one.is_error for one in found):
        raise typer.Exit(3)


def show_impact(number: Number, format: AsForm = Form.TABLE) -> None:
    """The buildings, households and open issues that change grid."""
    with sessions.opened(Settings()) as session:
        told = impact.of(session, _outcome(session, number))
    if format is Form.JSON:
        print(_json(dataclasses.asdict(told)))
    else:
        Console(soft_wrap=True).print(_impact_table(told))


def _impact_table(told: Impact) -> Table:
    table = Table(box=None)
    for name in ("from", "to", "buildings", "households", "open issues"):
        table.add_column(name, justify="left" if name in ("from", "to") else "right")
    for move in told.moves:
        table.add_row(move.from_code or "-", move.to_code or "-", *_counts(move.holding))
    table.add_row("total", "", *_counts(told.total))
    return table


def _counts(held: Holding) -> list[str]:
    return [f"{count:,}" for count in (held.buildings, held.households, held.open_issues)]


def diff(number: Number, output: Output = None) -> None:
    """What the plan does to each grid; with -o as shapes in a file."""
    if output is not None:
        writer.known(output)
    with sessions.opened(Settings()) as session:
        frame = plan_files.differences(_outcome(session, number))
    if output is not None:
        writer.frame(frame, output)
        say(f"{len(frame):,} changes written to {output}.")
        return
    for code, change, moved in zip(frame["code"], frame["change"], frame["moved_m2"], strict=True):
        print(f"{code}  {change:<20}  {moved:,.1f} m2")


def _outcome(session: Session, number: int) -> Outcome:
    return drafts.outcome(session, drafts.get(session, number), Replays())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


_COMMANDS: Mapping[str, Callable[..., None]] = {
    "new": new,
    "list": list_plans,
    "show": show,
    "findings": findings,
    "impact": show_impact,
    "diff": diff,
}
