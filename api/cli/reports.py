"""`gridward coverage | uncovered | check`: reports about the data in force."""

import csv
import json
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from api.cli import sessions
from api.cli.options import AreaOption, DateOption, recorded_day
from api.cli.output import print_message
from api.exports import subjects
from api.exports.subjects import Export, ExportLanguage
from api.exports.writer import ExportFormat, ExportWriter
from api.lists import BuildingList
from data.exporting import export
from data.exporting import writer as file_writer
from data.formats import FileEngine
from data.formulas import quote_formula, quote_formulas
from geo import areas, city_time
from geo.coverage import figures
from geo.coverage.figures import CoverageFigures, Grouping
from geo.coverage.filter import ALL_BUILDINGS
from geo.quality import checks
from geo.settings import Language, Settings


class OutputFormat(StrEnum):
    """The format in which a table is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (coverage, uncovered, check):
        app.command()(command)


def coverage(
    by: Annotated[Grouping, typer.Option(help="The groups to count by.")] = Grouping.DISTRICT,
    area: AreaOption = None,
    on: DateOption = None,
    format: Annotated[OutputFormat, typer.Option(help="The output format.")] = OutputFormat.TABLE,
) -> None:
    """Count the buildings with and without property management."""
    settings = Settings()
    with sessions.open_session(settings) as session:
        areas.require(session, area)
        day = recorded_day(session, on, settings)
        at = city_time.timestamp_for(day, settings.timezone)
        rows = figures.count_by(session, by, on=day, at=at, area_code=area)
    print_figures(rows, f"Property coverage by {by} on {day}", format)


def print_figures(rows: list[CoverageFigures], title: str, format: OutputFormat) -> None:
    """Print figures as a table with a total, or as CSV or JSON without one."""
    records = [asdict(row) for row in rows]
    if format is OutputFormat.JSON:
        print(json.dumps(records, ensure_ascii=False, indent=1))
    elif format is OutputFormat.CSV:
        writer = csv.DictWriter(
            sys.stdout, [*CoverageFigures.__dataclass_fields__], lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows({k: quote_formula(v) for k, v in row.items()} for row in records)
    else:
        Console().print(_format_table(rows, title))


def _format_table(rows: list[CoverageFigures], title: str) -> Table:
    table = Table(title=title, title_justify="left", show_footer=True)
    total = _sum(rows)
    code_width = max((len(row.code) for row in rows), default=5)
    table.add_column("code", "total", min_width=code_width, no_wrap=True)
    table.add_column("name")
    for field in ("buildings", "covered", "uncovered"):
        table.add_column(field, f"{getattr(total, field):,}", justify="right")
    table.add_column("rate", _percent(total.rate), justify="right")
    table.add_column("households", f"{total.households:,}", justify="right")
    for row in rows:
        counts = (f"{n:,}" for n in (row.buildings, row.covered, row.uncovered))
        households = f"{row.households:,}"
        table.add_row(row.code, row.name, *counts, _percent(row.rate), households)
    return table


def _sum(rows: list[CoverageFigures]) -> CoverageFigures:
    buildings, covered, uncovered, households, covered_households = (
        sum(getattr(row, field) for row in rows)
        for field in ("buildings", "covered", "uncovered", "households", "covered_households")
    )
    rate = covered / buildings if buildings else None
    return CoverageFigures(
        "", None, buildings, covered, uncovered, rate, households, covered_households
    )


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.1%}"


def uncovered(
    area: AreaOption = None,
    on: DateOption = None,
    output: Annotated[
        Path | None, typer.Option("-o", help="A file of any known format; default: CSV on stdout.")
    ] = None,
    language: Annotated[Language | None, typer.Option(help="The language of a workbook.")] = None,
) -> None:
    """List the buildings without property management, with the reason and the date.

    A workbook (.xlsx) is for people: in words, with names, former managers and locations.
    """
    settings = Settings()
    if output is not None:
        file_writer.writable_format(output)
    with sessions.open_session(settings) as session:
        areas.require(session, area)
        day = recorded_day(session, on, settings)
        at = city_time.timestamp_for(day, settings.timezone)
        listed = BuildingList(day, at, False, area, None, ALL_BUILDINGS)
        if output is not None and file_writer.writable_format(output).engine is FileEngine.XLSX:
            words = ExportLanguage.load(language or settings.language, settings.timezone)
            count = _write_workbook(session, subjects.of_buildings(listed, words), words, output)
            print_message(f"{count:,} buildings written to {output}.")
            return
        rows = export.fetch_features(session, listed.query)
    if output is not None:
        file_writer.write_frame(rows, output)
        print_message(f"{len(rows):,} buildings written to {output}.")
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    columns = ["code", "name", "address", "households", "reason", "uncovered_since", "grid_code"]
    writer.writerow(columns)
    table = quote_formulas(pd.DataFrame(rows[columns]))
    writer.writerows(table.astype(object).where(table.notna(), "").to_numpy())


def _write_workbook(session: Session, listed: Export, language: ExportLanguage, path: Path) -> int:
    """Write an export as a workbook; return its number of rows."""
    with file_writer.atomic_write(path) as temporary, temporary.open("wb") as file:
        return ExportWriter(session, language).write(listed, ExportFormat.XLSX, file)


def check(area: AreaOption = None) -> None:
    """Check the data in force and list every finding; exits with 3 if there are errors."""
    settings = Settings()
    with sessions.open_session(settings) as session:
        areas.require(session, area, or_grid=True)
        findings = checks.run_checks(session, area_code=area)
    for finding in findings:
        print(finding)
    print_message(
        f"{len(findings):,} findings." if findings else "No findings: the data is in order."
    )
    if any(finding.is_error for finding in findings):
        raise typer.Exit(3)
