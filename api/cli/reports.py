"""`gridward coverage | uncovered | lookup | check`: questions to the register."""

import csv
import datetime
import json
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.cli import sessions
from api.cli.output import say
from data.exporting import export
from data.exporting import writer as exporting_writer
from geo import buildings, city_time
from geo.coverage import figures
from geo.coverage.figures import Grouping, Tally
from geo.quality import checks
from geo.settings import Settings

Day = Annotated[
    datetime.datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="The day asked about; today if left out."),
]
Moment = Annotated[
    datetime.datetime | None,
    typer.Option(
        "--at",
        formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
        help="The moment asked about, in the city's time unless it has a zone; now if left out.",
    ),
]
AreaCode = Annotated[str | None, typer.Option("--area", help="Only inside the area of this code.")]


class TableFormat(StrEnum):
    """How a table leaves."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (coverage, uncovered, check):
        app.command()(command)


def coverage(
    by: Annotated[Grouping, typer.Option(help="What to count by.")] = Grouping.DISTRICT,
    area: AreaCode = None,
    on: Day = None,
    format: Annotated[TableFormat, typer.Option(help="How to print it.")] = TableFormat.TABLE,
) -> None:
    """How many buildings have property management, and how many have none."""
    settings = Settings()
    day = day_of(on, settings)
    with sessions.opened(settings) as session:
        at = city_time.moment_of(day, settings.timezone)
        tallies = figures.by(session, by, on=day, at=at, area_code=area)
    show(tallies, f"Property coverage by {by} on {day}", format)


def show(tallies: list[Tally], title: str, form: TableFormat) -> None:
    """Print tallies as a table with its total, or as CSV or JSON without."""
    rows = [asdict(tally) for tally in tallies]
    if form is TableFormat.JSON:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    elif form is TableFormat.CSV:
        writer = csv.DictWriter(sys.stdout, [*Tally.__dataclass_fields__], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        Console().print(_table(tallies, title))


def _table(tallies: list[Tally], title: str) -> Table:
    table = Table(title=title, title_justify="left", show_footer=True)
    total = _sum(tallies)
    longest = max((len(tally.code) for tally in tallies), default=5)
    table.add_column("code", "total", min_width=longest, no_wrap=True)
    table.add_column("name")
    for field in ("buildings", "covered", "uncovered"):
        table.add_column(field, f"{getattr(total, field):,}", justify="right")
    table.add_column("rate", _percent(total.rate), justify="right")
    table.add_column("households", f"{total.households:,}", justify="right")
    for tally in tallies:
        counts = (f"{n:,}" for n in (tally.buildings, tally.covered, tally.uncovered))
        households = f"{tally.households:,}"
        table.add_row(tally.code, tally.name, *counts, _percent(tally.rate), households)
    return table


def _sum(tallies: list[Tally]) -> Tally:
    buildings, covered, uncovered, households, covered_households = (
        sum(getattr(tally, field) for tally in tallies)
        for field in ("buildings", "covered", "uncovered", "households", "covered_households")
    )
    rate = covered / buildings if buildings else None
    return Tally("", None, buildings, covered, uncovered, rate, households, covered_households)


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.1%}"


def uncovered(
    area: AreaCode = None,
    on: Day = None,
    output: Annotated[
        Path | None, typer.Option("-o", help="A file of any format; a list if left out.")
    ] = None,
) -> None:
    """The buildings without property management, why, and since when."""
    settings = Settings()
    day = day_of(on, settings)
    if output is not None:
        exporting_writer.known(output)
    with sessions.opened(settings) as session:
        at = city_time.moment_of(day, settings.timezone)
        asked = buildings.facts(on=day, at=at, covered=False, area_code=area)
        found = export.frame(session, asked)
    if output is not None:
        exporting_writer.frame(found, output)
        say(f"{len(found):,} buildings written to {output}.")
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    listed = ["code", "name", "address", "households", "reason", "uncovered_since", "grid_code"]
    writer.writerow(listed)
    writer.writerows(found[listed].astype(object).where(found[listed].notna(), "").to_numpy())


def check(area: AreaCode = None) -> None:
    """Every finding about the data in force; exits with 3 when there is any error."""
    settings = Settings()
    with sessions.opened(settings) as session:
        findings = checks.findings(session, area_code=area)
    for finding in findings:
        print(finding)
    say(f"{len(findings):,} findings." if findings else "Nothing found: the data are in order.")
    if any(finding.is_error for finding in findings):
        raise typer.Exit(3)


def day_of(on: datetime.datetime | None, settings: Settings) -> datetime.date:
    """Return the day asked about, today in the city if none."""
    return on.date() if on is not None else city_time.today(settings.timezone)


def moment_asked(at: datetime.datetime | None, settings: Settings) -> datetime.datetime:
    """Return the moment asked about, now if none."""
    return city_time.now() if at is None else city_time.zoned(at, settings.timezone)
