"""Commands: exit codes, stdout and stderr, and that a failed command changes nothing."""

import csv
import io
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial

import geopandas
import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.footprints import generate_footprints
from geo import db
from tests import district as districts
from tests import staff
from tests.api.exports.reading import read_workbook
from tests.command import GRIDWARD, run
from tests.district import lon_lat
from tests.waiting import until

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def city(databases, template) -> str:
    """The URL of a database with the district of tests/district.py."""
    url = databases.make(template)
    engine = db.connect(url)
    with Session(engine) as session:
        districts.insert_district(session)
        staff.assign(session)
    engine.dispose()
    return url


def runner(url: str) -> Run:
    return partial(run, url)


@pytest.fixture
def gridward(city: str) -> Run:
    """Return a function that runs a command on that database."""
    return runner(city)


def count_rows(url: str, table: str) -> int:
    engine = db.connect(url)
    with engine.connect() as connection:
        count = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    engine.dispose()
    return count


def test_coverage_is_printed_as_table_csv_and_json(gridward):
    command = ("coverage", "--by", "community", "--on", "2025-01-01")
    assert "230403001001" in gridward(*command).stdout
    rows = list(csv.DictReader(io.StringIO(gridward(*command, "--format", "csv").stdout)))
    assert [(row["code"], row["covered"]) for row in rows] == [
        ("230403001001", "1"),
        ("230403001002", "1"),
    ]
    assert json.loads(gridward(*command, "--format", "json").stdout)[0]["uncovered"] == 2


def test_uncovered_buildings_go_to_stdout_or_to_a_file(gridward, tmp_path):
    result = gridward("uncovered", "--on", "2025-01-01")
    assert result.stdout.splitlines()[1].startswith("b2,b2号楼,,20,lapsed,2023-01-01")
    file = tmp_path / "uncovered.geojson"
    assert gridward("uncovered", "--on", "2025-01-01", "-o", file).returncode == 0
    assert geopandas.read_file(file).reason.tolist() == ["lapsed", "never_covered"]


def test_a_workbook_of_uncovered_buildings_is_in_words(gridward, tmp_path):
    file = tmp_path / "uncovered.xlsx"
    result = gridward("uncovered", "--on", "2025-01-01", "-o", file)
    assert (result.returncode, "2 buildings written" in result.stderr) == (0, True)
    table = read_workbook(file.read_bytes())
    assert table.title.startswith("Uncovered buildings · Gongnong · As of 1 January 2025")
    assert table.column("Why uncovered") == ["Coverage lapsed", "Never covered"]
    assert gridward("uncovered", "-o", file, "--language", "zh").returncode == 0
    assert "原管理单位" in read_workbook(file.read_bytes()).headers


def test_an_unknown_suffix_lists_the_known_ones(gridward, tmp_path):
    result = gridward("uncovered", "-o", tmp_path / "list.doc")
    assert result.returncode == 3
    assert ".geojson" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_lookup_prints_the_grid_code_on_the_first_line(gridward):
    lon, lat = lon_lat(5, 5)
    result = gridward("lookup", f"{lon},{lat}")
    assert result.stdout.splitlines()[0] == "230403001001001"
    assert result.stderr.strip() == "inside, revision 1"


def test_a_lookup_of_a_file_adds_the_grid_of_each_row(gridward, tmp_path):
    source = tmp_path / "points.csv"
    source.write_text("lon,lat\n{},{}\nx,y\n".format(*lon_lat(5, 5)))
    result = gridward("lookup", source)
    assert (tmp_path / "points.grids.csv").read_text().splitlines()[1].endswith("230403001001001,")
    assert "1 rows have invalid coordinates" in result.stderr


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_lookup_of_a_file_without_rows_keeps_the_header(gridward, tmp_path, suffix):
    empty = pd.DataFrame({"ref": [], "lon": [], "lat": []}, dtype=str)
    source, target = tmp_path / f"none.{suffix}", tmp_path / f"output.{suffix}"
    read = pd.read_csv if suffix == "csv" else pd.read_parquet
    empty.to_csv(source, index=False) if suffix == "csv" else empty.to_parquet(source)
    assert gridward("lookup", source, "-o", target).returncode == 0
    assert list(read(target).columns) == ["ref", "lon", "lat", "grid_code", "grid_fault"]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("output.doc", ".parquet"),
        ("output.xlsx", "as CSV or Parquet"),
        ("points.csv/output.csv", "points.csv"),
    ],
)
def test_a_lookup_that_cannot_write_its_output_names_the_path_and_leaves_no_file(
    gridward, tmp_path, target, message
):
    source = tmp_path / "points.csv"
    source.write_text("lon,lat\n{},{}\n".format(*lon_lat(5, 5)))
    result = gridward("lookup", source, "-o", tmp_path / target)
    assert result.returncode in (3, 4)
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize(("signal_number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_interrupted_lookup_leaves_no_partial_file(city, tmp_path, signal_number, code):
    source = tmp_path / "many.csv"
    source.write_text("lon,lat\n" + "130.005,47.005\n" * 8_000_000)
    environment = os.environ | {"GRIDWARD_DATABASE_URL": city}
    process = subprocess.Popen([GRIDWARD, "lookup", source], env=environment)
    until(lambda: list(tmp_path.glob(".gridward-*/*")))
    process.send_signal(signal_number)
    assert process.wait(60) == code
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("where", ["200,47", "47.0,130.0", "nowhere", "1,2,3"])
def test_an_invalid_location_is_wrong_usage(gridward, where):
    assert gridward("lookup", where).returncode == 2


def test_not_found_exits_with_4_and_an_unreachable_database_with_5(gridward, tmp_path):
    nothing = gridward("map", "grids", "--area", "99", "-o", tmp_path / "map.html")
    assert (nothing.returncode, nothing.stdout) == (4, "")
    lost = runner("postgresql://nobody@/nothing?host=/nowhere")("coverage")
    assert lost.returncode == 5
    assert "Traceback" not in lost.stderr


@pytest.mark.parametrize(
    "words", [("nonsense",), ("import", "cats", "x.csv"), ("coverage", "--by", "street")]
)
def test_wrong_usage_exits_with_2(gridward, words):
    assert gridward(*words).returncode == 2


def test_check_reports_that_valid_data_is_in_order(gridward):
    result = gridward("check")
    assert result.returncode == 0
    assert "in order" in result.stderr


@pytest.mark.parametrize(
    "kind", ["areas", "buildings", "property-coverage", "grids", "grid-members", "issues"]
)
def test_importing_an_export_changes_nothing(gridward, city, tmp_path, kind):
    suffix = "csv" if kind in ("property-coverage", "grid-members") else "gpkg"
    file = tmp_path / f"{kind}.{suffix}"
    assert gridward("export", kind, file).returncode == 0
    before = count_rows(city, "revision")
    again = gridward("import", kind, file)
    assert again.returncode == 0, again.stderr
    assert "Nothing changed." in again.stdout
    assert count_rows(city, "revision") == before


def test_phones_of_grid_members_are_exported_only_with_an_option(gridward, tmp_path):
    file = tmp_path / "members.csv"
    assert gridward("export", "grid-members", file).returncode == 0
    assert "phone" not in file.read_text()
    assert "000-0000-" not in file.read_text()
    assert gridward("export", "grid-members", file, "--phones").returncode == 0
    assert "000-0000-" in file.read_text()


BAD = 'code,wkt\ngood,"POLYGON((130 47,130.1 47,130.1 47.1,130 47))"\nbad,"POINT(130 47)"\n'


def test_an_invalid_row_stops_the_import_or_is_written_to_the_rejects_file(
    database_url, template, tmp_path
):
    run, file = runner(database_url), tmp_path / "buildings.csv"
    file.write_text(BAD)
    result = run("import", "buildings", file)
    assert result.returncode == 3
    assert "row 2 (bad)" in result.stderr
    assert count_rows(database_url, "building") == 0
    rejects = tmp_path / "rejects.csv"
    result = run("import", "buildings", file, "--on-error", "skip", "--rejects", rejects)
    assert result.returncode == 0
    assert count_rows(database_url, "building") == 1
    [row] = csv.DictReader(io.StringIO(rejects.read_text()))
    assert (row["code"], row["reject_row"]) == ("bad", "2")
    assert "polygon" in row["reject_reason"]


def test_a_dry_run_saves_nothing(database_url, tmp_path):
    run, file = runner(database_url), tmp_path / "buildings.csv"
    file.write_text("\n".join(BAD.splitlines()[:2]))
    result = run("import", "buildings", file, "--dry-run")
    assert "1 added" in result.stdout
    assert count_rows(database_url, "building") == 0


def test_grid_members_support_dry_runs_and_rejects_like_every_other_kind(
    databases, template, tmp_path
):
    url = databases.make(template)
    engine = db.connect(url)
    with Session(engine) as session:
        districts.insert_district(session)
    engine.dispose()
    run, members = runner(url), tmp_path / "members.csv"
    members.write_text(
        "编号,姓名,grid_code,duty,assigned_from\n"
        f"P1,赵一,{staff.GRID},网格长,2024-01-01\nP2,钱二,{staff.GRID},mayor,2024-01-01\n"
    )
    command = ("import", "grid-members", members, "--columns", "person_code=编号,name=姓名")
    result = run(*command)
    assert result.returncode == 3
    assert "row 2 (P2), duty: 'mayor' is not an accepted value. Use one of: head," in (
        result.stderr
    )
    rejects = tmp_path / "rejects.csv"
    skip = (*command, "--on-error", "skip", "--rejects", rejects)
    assert "This was a dry run" in run(*skip, "--dry-run").stdout
    assert count_rows(url, "grid_member") == count_rows(url, "person") == 0
    assert "1 added, 1 rejected" in run(*skip).stdout
    assert count_rows(url, "grid_member") == count_rows(url, "person") == 1
    assert "钱二" in rejects.read_text()
    assert "Nothing changed." in run(*skip).stdout


@pytest.mark.parametrize(("signal_number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_an_interrupted_import_saves_nothing(database_url, tmp_path, signal_number, code):
    file = tmp_path / "many.gpkg"
    frame = geopandas.GeoDataFrame(
        {"code": [f"B{number}" for number in range(200_000)]},
        geometry=generate_footprints(200_000),
        crs=4326,
    )
    frame.to_file(file)
    environment = os.environ | {"GRIDWARD_DATABASE_URL": database_url}
    process = subprocess.Popen(
        [GRIDWARD, "import", "buildings", str(file)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _wait_for_copy(database_url)
    process.send_signal(signal_number)
    assert process.wait(60) == code
    assert count_rows(database_url, "building") == 0
    assert runner(database_url)("import", "buildings", file).returncode == 0
    assert count_rows(database_url, "building") == 200_000


def _wait_for_copy(url: str) -> None:
    """Wait until another session copies rows."""
    engine = db.connect(url)
    copying = text(
        "SELECT count(*) FROM pg_stat_progress_copy WHERE tuples_processed > 0"
        " AND datname = current_database()"
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(2000):
            if connection.execute(copying).scalar_one():
                break
            time.sleep(0.005)
        else:
            pytest.fail("the import never began")
    engine.dispose()
