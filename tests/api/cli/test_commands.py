"""The command line as people run it: exit codes, what goes where, and nothing half done."""

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
from tests.command import GRIDWARD, run
from tests.district import place
from tests.waiting import until

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def city(databases, template) -> str:
    """The address of a register that holds the district of tests/district.py."""
    url = databases.make(template)
    engine = db.connect(url)
    with Session(engine) as session:
        districts.build(session)
        staff.assign(session)
    engine.dispose()
    return url


def runner(url: str) -> Run:
    return partial(run, url)


@pytest.fixture
def gridward(city: str) -> Run:
    """Run a command against that register."""
    return runner(city)


def counted(url: str, table: str) -> int:
    engine = db.connect(url)
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    engine.dispose()
    return found


def test_coverage_comes_as_a_table_as_csv_and_as_json(gridward):
    asked = ("coverage", "--by", "community", "--on", "2025-01-01")
    assert "230403001001" in gridward(*asked).stdout
    rows = list(csv.DictReader(io.StringIO(gridward(*asked, "--format", "csv").stdout)))
    assert [(row["code"], row["covered"]) for row in rows] == [
        ("230403001001", "1"),
        ("230403001002", "1"),
    ]
    assert json.loads(gridward(*asked, "--format", "json").stdout)[0]["uncovered"] == 2


def test_the_uncovered_list_goes_to_stdout_or_to_a_file(gridward, tmp_path):
    listed = gridward("uncovered", "--on", "2025-01-01")
    assert listed.stdout.splitlines()[1].startswith("b2,b2号楼,,20,lapsed,2023-01-01")
    file = tmp_path / "uncovered.geojson"
    assert gridward("uncovered", "--on", "2025-01-01", "-o", file).returncode == 0
    assert geopandas.read_file(file).reason.tolist() == ["lapsed", "never_covered"]


def test_an_unknown_suffix_lists_the_known_ones(gridward, tmp_path):
    refused = gridward("uncovered", "-o", tmp_path / "list.doc")
    assert refused.returncode == 3
    assert ".geojson" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_place_is_looked_up_and_its_grid_alone_stands_first(gridward):
    lon, lat = place(5, 5)
    found = gridward("lookup", f"{lon},{lat}")
    assert found.stdout.splitlines()[0] == "230403001001001"
    assert found.stderr.strip() == "inside, revision 1"


def test_a_file_is_looked_up_row_by_row(gridward, tmp_path):
    source = tmp_path / "points.csv"
    source.write_text("lon,lat\n{},{}\nx,y\n".format(*place(5, 5)))
    done = gridward("lookup", source)
    assert (tmp_path / "points.grids.csv").read_text().splitlines()[1].endswith("230403001001001,")
    assert "1 rows have invalid coordinates" in done.stderr


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_file_without_rows_keeps_its_head(gridward, tmp_path, suffix):
    empty = pd.DataFrame({"ref": [], "lon": [], "lat": []}, dtype=str)
    source, target = tmp_path / f"none.{suffix}", tmp_path / f"placed.{suffix}"
    read = pd.read_csv if suffix == "csv" else pd.read_parquet
    empty.to_csv(source, index=False) if suffix == "csv" else empty.to_parquet(source)
    assert gridward("lookup", source, "-o", target).returncode == 0
    assert list(read(target).columns) == ["ref", "lon", "lat", "grid_code", "grid_fault"]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("placed.doc", ".parquet"),
        ("placed.xlsx", "as CSV or Parquet"),
        ("points.csv/placed.csv", "points.csv"),
    ],
)
def test_a_lookup_that_cannot_write_its_answer_says_where_and_leaves_nothing(
    gridward, tmp_path, target, said
):
    source = tmp_path / "points.csv"
    source.write_text("lon,lat\n{},{}\n".format(*place(5, 5)))
    refused = gridward("lookup", source, "-o", tmp_path / target)
    assert refused.returncode in (3, 4)
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_lookup_that_is_stopped_leaves_no_half_file(city, tmp_path, sent, code):
    source = tmp_path / "many.csv"
    source.write_text("lon,lat\n" + "130.005,47.005\n" * 8_000_000)
    environment = os.environ | {"GRIDWARD_DATABASE_URL": city}
    process = subprocess.Popen([GRIDWARD, "lookup", source], env=environment)
    until(lambda: list(tmp_path.glob(".gridward-*/*")))
    process.send_signal(sent)
    assert process.wait(60) == code
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("where", ["200,47", "47.0,130.0", "nowhere", "1,2,3"])
def test_what_is_no_place_is_wrong_usage(gridward, where):
    assert gridward("lookup", where).returncode == 2


def test_what_does_not_exist_exits_with_4_and_an_unreachable_database_with_5(gridward, tmp_path):
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


def test_check_finds_what_is_wrong_and_says_where(gridward):
    done = gridward("check")
    assert done.returncode == 0
    assert "in order" in done.stderr


@pytest.mark.parametrize(
    "kind", ["areas", "buildings", "property-coverage", "grids", "grid-members", "issues"]
)
def test_what_was_exported_changes_nothing_when_it_is_imported(gridward, city, tmp_path, kind):
    suffix = "csv" if kind in ("property-coverage", "grid-members") else "gpkg"
    file = tmp_path / f"{kind}.{suffix}"
    assert gridward("export", kind, file).returncode == 0
    before = counted(city, "revision")
    again = gridward("import", kind, file)
    assert again.returncode == 0, again.stderr
    assert "Nothing changed." in again.stdout
    assert counted(city, "revision") == before


def test_phones_of_grid_members_leave_only_when_asked_for(gridward, tmp_path):
    file = tmp_path / "members.csv"
    assert gridward("export", "grid-members", file).returncode == 0
    assert "phone" not in file.read_text()
    assert "000-0000-" not in file.read_text()
    assert gridward("export", "grid-members", file, "--phones").returncode == 0
    assert "000-0000-" in file.read_text()


BAD = 'code,wkt\ngood,"POLYGON((130 47,130.1 47,130.1 47.1,130 47))"\nbad,"POINT(130 47)"\n'


def test_a_bad_row_refuses_the_file_and_is_handed_back_when_skipped(
    database_url, template, tmp_path
):
    run, file = runner(database_url), tmp_path / "buildings.csv"
    file.write_text(BAD)
    refused = run("import", "buildings", file)
    assert refused.returncode == 3
    assert "row 2 (bad)" in refused.stderr
    assert counted(database_url, "building") == 0
    rejects = tmp_path / "rejects.csv"
    done = run("import", "buildings", file, "--on-error", "skip", "--rejects", rejects)
    assert done.returncode == 0
    assert counted(database_url, "building") == 1
    [row] = csv.DictReader(io.StringIO(rejects.read_text()))
    assert (row["code"], row["reject_row"]) == ("bad", "2")
    assert "polygon" in row["reject_reason"]


def test_a_dry_run_keeps_nothing(database_url, tmp_path):
    run, file = runner(database_url), tmp_path / "buildings.csv"
    file.write_text("\n".join(BAD.splitlines()[:2]))
    done = run("import", "buildings", file, "--dry-run")
    assert "1 added" in done.stdout
    assert counted(database_url, "building") == 0


def test_grid_members_are_tried_out_refused_and_handed_back_as_every_other_kind(
    databases, template, tmp_path
):
    url = databases.make(template)
    engine = db.connect(url)
    with Session(engine) as session:
        districts.build(session)
    engine.dispose()
    run, members = runner(url), tmp_path / "members.csv"
    members.write_text(
        "编号,姓名,grid_code,duty,assigned_from\n"
        f"P1,赵一,{staff.GRID},网格长,2024-01-01\nP2,钱二,{staff.GRID},mayor,2024-01-01\n"
    )
    told = ("import", "grid-members", members, "--columns", "person_code=编号,name=姓名")
    refused = run(*told)
    assert refused.returncode == 3
    assert "row 2 (P2), duty: 'mayor' is not an accepted value. Use one of: head," in (
        refused.stderr
    )
    rejects = tmp_path / "rejects.csv"
    skip = (*told, "--on-error", "skip", "--rejects", rejects)
    assert "This was a dry run" in run(*skip, "--dry-run").stdout
    assert counted(url, "grid_member") == counted(url, "person") == 0
    assert "1 added, 1 rejected" in run(*skip).stdout
    assert counted(url, "grid_member") == counted(url, "person") == 1
    assert "钱二" in rejects.read_text()
    assert "Nothing changed." in run(*skip).stdout


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_an_import_that_is_stopped_leaves_nothing(database_url, tmp_path, sent, code):
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
    _wait_until_rows_come(database_url)
    process.send_signal(sent)
    assert process.wait(60) == code
    assert counted(database_url, "building") == 0
    assert runner(database_url)("import", "buildings", file).returncode == 0
    assert counted(database_url, "building") == 200_000


def _wait_until_rows_come(url: str) -> None:
    """Wait until another session copies into the table."""
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
