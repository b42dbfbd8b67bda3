"""Filing issues over HTTP."""

import io

import numpy as np
import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text

from geo.geometry.datums import Datum, from_wgs84
from geo.models import Audit
from tests.api.accounts import signed_in
from tests.district import place

GRID = "230403001001001"


def issue(east=5, north=5, **more):
    lon, lat = place(east, north)
    return {"category": "heating", "lon": lon, "lat": lat, **more}


def test_an_issue_gets_the_grid_of_its_place(client, district):
    answer = client.post("/v1/issues", json=issue(ref="R1", description="没有暖气"))
    assert answer.status_code == 201
    assert answer.headers["location"] == "/v1/issues/R1"
    filed = client.get("/v1/issues/R1").json()
    assert (filed["grid_code"], filed["current_grid_code"], filed["status"]) == (GRID, GRID, "open")


def test_an_issue_from_a_phone_in_china_lands_in_the_right_grid(client, district):
    [[lon, lat]] = from_wgs84(np.array([place(5, 5)]), Datum.BD09)
    body = {"category": "heating", "lon": lon, "lat": lat, "datum": "bd09"}
    assert client.post("/v1/issues", json=body).json()["grid_code"] == GRID


def test_an_issue_without_a_reference_gets_one(client, district):
    answer = client.post("/v1/issues", json=issue()).json()
    assert client.get(f"/v1/issues/{answer['ref']}").status_code == 200


def test_an_issue_outside_every_grid_is_kept_without_one(client, district):
    assert client.post("/v1/issues", json=issue(500, 500)).json()["grid_code"] is None


def test_the_same_reference_twice_is_a_conflict_and_the_first_stays(client, district):
    client.post("/v1/issues", json=issue(ref="R1", description="first"))
    again = client.post("/v1/issues", json=issue(ref="R1", description="second"))
    assert (again.status_code, again.json()["code"]) == (409, "issue_known")
    assert client.get("/v1/issues/R1").json()["description"] == "first"


@pytest.fixture
def closed(app, settings):
    """Issues are filed by reporters alone."""
    app.state.settings = settings.model_copy(update={"open_issue_intake": False})


def test_filing_needs_an_account_unless_a_setting_opens_it(closed, client, district, accounts):
    answer = client.post("/v1/issues", json=issue())
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    answer = signed_in(client, "viewer").post("/v1/issues", json=issue())
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


def test_where_a_setting_opens_it_anybody_files_and_the_audit_says_so(client, district, accounts):
    for caller in (client, signed_in(client, "viewer")):
        assert caller.post("/v1/issues", json=issue()).status_code == 201
    logins = district.scalars(select(Audit.login).order_by(Audit.id)).all()
    assert logins == ["anonymous", "viewer"]
    wrong = {"Authorization": "Bearer gridward_wrong"}
    answer = client.post("/v1/issues", json=issue(), headers=wrong)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_refused")


def test_reporters_file_what_lies_within_their_reach(closed, client, district, accounts):
    reporter = signed_in(client, "reporter")
    assert reporter.post("/v1/issues", json=issue(5, 5)).status_code == 201
    for outside in (issue(25, 5), issue(500, 500)):
        answer = reporter.post("/v1/issues", json=outside)
        assert (answer.status_code, answer.json()["code"]) == (403, "out_of_reach")
    everywhere = signed_in(client, "admin").post("/v1/issues", json=issue(500, 500))
    assert everywhere.status_code == 201


def test_a_place_in_no_grid_counts_as_in_the_area_around_it(closed, client, district, accounts):
    district.execute(
        text("UPDATE area SET geom = ST_Multi(ST_Buffer(geom, 0.01)) WHERE code = '230403001001'")
    )
    answer = signed_in(client, "reporter").post("/v1/issues", json=issue(-5, 5))
    assert (answer.status_code, answer.json()["grid_code"]) == (201, None)


def test_an_issue_without_a_category_or_with_an_unknown_field_is_refused(client, district):
    for body in ({"lon": 130, "lat": 47}, issue(colour="red"), issue(lon=999)):
        assert client.post("/v1/issues", json=body).status_code == 422


@pytest.fixture
def three_issues(client, district):
    """Two of heating in May and June, one of noise in July, beside those of the district."""
    for ref, category, month in (("T1", "heating", 5), ("T2", "heating", 6), ("T3", "noise", 7)):
        reported = f"2031-0{month}-15T08:00:00+08:00"
        body = issue(ref=ref, reported_at=reported) | {"category": category}
        assert client.post("/v1/issues", json=body).status_code == 201
    return client


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("since=2031-01-01", "T1 T2 T3"),
        ("since=2031-06-15", "T2 T3"),
        ("since=2031-05-16&until=2031-06-15", "T2"),
        ("since=2031-01-01&category=noise", "T3"),
        ("since=2031-01-01&category=noise&category=heating", "T1 T2 T3"),
        ("since=2031-01-01&status=closed&status=resolved", ""),
        ("since=2031-01-01&status=closed&status=open", "T1 T2 T3"),
    ],
)
def test_issues_are_listed_by_category_status_and_period(three_issues, asked, expected):
    found = three_issues.get(f"/v1/issues?{asked}").json()
    assert [row["properties"]["ref"] for row in found["features"]] == expected.split()


def test_issues_of_a_period_come_as_files(three_issues):
    asked = "/v1/issues?since=2031-05-16&category=heating&format="
    written = three_issues.get(asked + "csv").text.splitlines()
    assert len(written) == 2
    assert written[1].startswith("T2,heating")
    sheet = load_workbook(io.BytesIO(three_issues.get(asked + "xlsx").content)).active
    assert [next(cell.value for cell in row) for row in sheet.rows] == ["ref", "T2"]
    assert len(three_issues.get(asked + "geojson").json()["features"]) == 1
