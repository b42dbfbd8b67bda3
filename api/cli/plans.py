"""`gridward plan …`: create, list and show plans; `plan_edits` has commands that change them."""

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
from api.cli.options import CODE, DEFAULT_LIMIT, NAME, AreaOption, LimitOption
from api.cli.output import print_message
from api.cli.plan_edits import PlanNumber
from data import plan_files
from data.exporting import writer
from geo import areas
from geo.accounts import audit
from geo.models import Plan, PlanStatus
from geo.plans import drafts, impact, publish
from geo.plans.impact import GridCounts, Impact
from geo.plans.replay_cache import ReplayCache, ReplayResult
from geo.settings import Settings

plan_app = typer.Typer(help="Manage plans: drafts of changes to the grids.", no_args_is_help=True)

Output = Annotated[Path | None, typer.Option("-o", help="An output file of any known format.")]


class TableOrJson(StrEnum):
    """The format in which a result is printed."""

    TABLE = "table"
    JSON = "json"


FormatOption = Annotated[TableOrJson, typer.Option("--format", help="The output format.")]


def add_commands(root: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, command in _COMMANDS.items():
        plan_app.command(name)(command)
    plan_edits.add_commands(plan_app)
    root.add_typer(plan_app, name="plan")


def new(
    title: Annotated[str, typer.Argument(callback=NAME, help="The title of the plan.")],
) -> None:
    """Create a plan based on the newest revision, and print its number."""
    with sessions.open_session(Settings()) as session:
        actor = sessions.current_actor()
        plan = drafts.create(session, title, author=actor.login)
        audit.write(session, actor, "plan.begin", f"plan {plan.id}", title=plan.title)
        number = plan.id
    print(number)


def list_plans(
    area: AreaOption = None,
    status: Annotated[PlanStatus | None, typer.Option(help="Only plans with this status.")] = None,
    author: Annotated[
        str | None, typer.Option(callback=CODE, help="Only plans of this login.")
    ] = None,
    limit: LimitOption = DEFAULT_LIMIT,
) -> None:
    """List plans, newest first; with --area those that change grids in that area."""
    with sessions.open_session(Settings()) as session:
        areas.require(session, area)
        plans, _ = drafts.list_plans(
            session, status=status, author=author, area_code=area, limit=limit
        )
        for plan in plans:
            print(f"{plan.id:>6}  {plan.status:<9}  {plan.author:<16}  {plan.title}")


def show(number: PlanNumber, output: Output = None) -> None:
    """Show a plan and its steps, or write the grids of its communities to a file."""
    if output is not None:
        writer.writable_format(output)
    with sessions.open_session(Settings()) as session:
        plan = drafts.get(session, number)
        if output is None:
            _print_plan(session, plan)
            return
        frame = plan_files.plan_grids(_replay(session, number))
    writer.write_frame(frame, output)
    print_message(f"{len(frame):,} grids written to {output}.")


def _print_plan(session: Session, plan: Plan) -> None:
    published = f", published as revision {plan.revision}" if plan.revision is not None else ""
    print(f"Plan {plan.id}: {plan.title}")
    print(f"{plan.status} by {plan.author}, based on revision {plan.base_revision}{published}")
    print(f"communities: {', '.join(drafts.touched_communities(session, plan)) or 'none'}")
    for step in drafts.steps(session, plan):
        undone = "  (undone)" if step.number > plan.done else ""
        communities = ", ".join(step.communities)
        print(f"{step.number:>6}  {step.body['kind']:<12}{communities}  {step.made_by}{undone}")
    for comment in drafts.comments(session, plan):
        made_at = comment.made_at.isoformat(timespec="seconds")
        print(f"{made_at}  {comment.made_by}: {comment.text}")


def findings(number: PlanNumber, format: FormatOption = TableOrJson.TABLE) -> None:
    """Check the communities that the plan changes; exits with 3 if there are errors."""
    with sessions.open_session(Settings()) as session:
        results = publish.check_plan(session, _replay(session, number))
    if format is TableOrJson.JSON:
        fields = ("kind", "is_error", "codes", "size", "unit", "lon", "lat", "meaning")
        print(_json([{name: getattr(finding, name) for name in fields} for finding in results]))
    else:
        for finding in results:
            print(finding)
        print_message(f"{len(results):,} findings." if results else "No findings.")
    if any(finding.is_error for finding in results):
        raise typer.Exit(3)


def show_impact(number: PlanNumber, format: FormatOption = TableOrJson.TABLE) -> None:
    """Show how many buildings, households and open issues move to another grid."""
    with sessions.open_session(Settings()) as session:
        result = impact.compute_impact(session, _replay(session, number))
    if format is TableOrJson.JSON:
        print(_json(dataclasses.asdict(result)))
    else:
        Console(soft_wrap=True).print(_impact_table(result))


def _impact_table(result: Impact) -> Table:
    table = Table(box=None)
    for name in ("from", "to", "buildings", "households", "open issues"):
        table.add_column(name, justify="left" if name in ("from", "to") else "right")
    for move in result.moves:
        table.add_row(move.from_code or "-", move.to_code or "-", *_format_counts(move.counts))
    table.add_row("total", "", *_format_counts(result.total))
    return table


def _format_counts(counts: GridCounts) -> list[str]:
    return [f"{count:,}" for count in (counts.buildings, counts.households, counts.open_issues)]


def diff(number: PlanNumber, output: Output = None) -> None:
    """List the changes of each grid, or write them to a file with their geometries."""
    if output is not None:
        writer.writable_format(output)
    with sessions.open_session(Settings()) as session:
        frame = plan_files.plan_differences(_replay(session, number))
    if output is not None:
        writer.write_frame(frame, output)
        print_message(f"{len(frame):,} changes written to {output}.")
        return
    for code, change, moved in zip(
        frame["code"], frame["change"], frame["changed_area_m2"], strict=True
    ):
        print(f"{code}  {change:<20}  {moved:,.1f} m2")


def _replay(session: Session, number: int) -> ReplayResult:
    return drafts.replay(session, drafts.get(session, number), ReplayCache())


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
