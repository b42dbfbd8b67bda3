"""Issues: filing, access, filters."""

import numpy as np
import pytest
from sqlalchemy import select, text

from geo.geometry.datums import Datum, from_wgs84
from geo.models import Audit
from tests.api.accounts import signed_in
from tests.district import lon_lat

GRID = "230403001001001"


def issue(east=5, north=5, **more):
    lon, lat = lon_lat(east, north)
    return {"category": "heating", "lon": lon, "lat": lat, **more}


def test_an_issue_is_filed_under_the_grid_of_its_location(client, district):
    response = client.post("/v1/issues", json=issue(ref="R1", description="没有暖气"))
    assert response.status_code == 201
    assert response.headers["location"] == "/v1/issues/R1"
    filed = client.get("/v1/issues/R1").json()
    assert (filed["grid_code"], filed["current_grid_code"], filed["status"]) == (GRID, GRID, "open")


def test_an_issue_in_bd09_is_filed_under_the_right_grid(client, district):
    [[lon, lat]] = from_wgs84(np.array([lon_lat(5, 5)]), Datum.BD09)
    body = {"category": "heating", "lon": lon, "lat": lat, "datum": "bd09"}
    assert client.post("/v1/issues", json=body).json()["grid_code"] == GRID


def test_an_issue_without_a_reference_gets_one(client, district):
    response = client.post("/v1/issues", json=issue()).json()
    assert client.get(f"/v1/issues/{response['ref']}").status_code == 200


def test_an_issue_outside_every_grid_has_no_grid(client, district):
    assert client.post("/v1/issues", json=issue(500, 500)).json()["grid_code"] is None


def test_a_repeated_reference_is_a_conflict_and_changes_nothing(client, district):
    client.post("/v1/issues", json=issue(ref="R1", description="first"))
    again = client.post("/v1/issues", json=issue(ref="R1", description="second"))
    assert (again.status_code, again.json()["code"]) == (409, "issue_exists")
    assert client.get("/v1/issues/R1").json()["description"] == "first"


@pytest.fixture
def closed(app, settings):
    """Only reporters may file issues."""
    app.state.settings = settings.model_copy(update={"open_issue_intake": False})


def test_filing_requires_a_reporter_by_default(closed, client, district, accounts):
    response = client.post("/v1/issues", json=issue())
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")
    response = signed_in(client, "viewer").post("/v1/issues", json=issue())
    assert (response.status_code, response.json()["code"]) == (403, "role_missing")


def test_with_open_intake_anybody_files_and_the_audit_log_records_it(client, district, accounts):
    for caller in (client, signed_in(client, "viewer")):
        assert caller.post("/v1/issues", json=issue()).status_code == 201
    logins = district.scalars(select(Audit.login).order_by(Audit.id)).all()
    assert logins == ["anonymous", "viewer"]
    wrong = {"Authorization": "Bearer gridward_wrong"}
    response = client.post("/v1/issues", json=issue(), headers=wrong)
    assert (response.status_code, response.json()["code"]) == (401, "token_refused")


def test_reporters_file_issues_within_their_scope_only(closed, client, district, accounts):
    reporter = signed_in(client, "reporter")
    assert reporter.post("/v1/issues", json=issue(5, 5)).status_code == 201
    for outside in (issue(25, 5), issue(500, 500)):
        response = reporter.post("/v1/issues", json=outside)
        assert (response.status_code, response.json()["code"]) == (403, "out_of_reach")
    everywhere = signed_in(client, "admin").post("/v1/issues", json=issue(500, 500))
    assert everywhere.status_code == 201


def test_for_a_location_in_no_grid_the_scope_must_cover_its_area(
    closed, client, district, accounts
):
    district.execute(
        text("UPDATE area SET geom = ST_Multi(ST_Buffer(geom, 0.01)) WHERE code = '230403001001'")
    )
    response = signed_in(client, "reporter").post("/v1/issues", json=issue(-5, 5))
    assert (response.status_code, response.json()["grid_code"]) == (201, None)


def test_an_issue_without_a_category_or_with_an_unknown_field_is_rejected(client, district):
    for body in ({"lon": 130, "lat": 47}, issue(colour="red"), issue(lon=999)):
        assert client.post("/v1/issues", json=body).status_code == 422


@pytest.fixture
def three_issues(client, district):
    """Add two issues about heating in May and June, and one about noise in July."""
    for ref, category, month in (("T1", "heating", 5), ("T2", "heating", 6), ("T3", "noise", 7)):
        reported = f"2031-0{month}-15T08:00:00+08:00"
        body = issue(ref=ref, reported_at=reported) | {"category": category}
        assert client.post("/v1/issues", json=body).status_code == 201
    return client


@pytest.mark.parametrize(
    ("query", "expected"),
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
def test_issues_are_filtered_by_category_status_and_period(three_issues, query, expected):
    document = three_issues.get(f"/v1/issues?{query}").json()
    assert [row["properties"]["ref"] for row in document["features"]] == expected.split()


def test_issues_of_a_period_are_exported_as_files(three_issues):
    path = "/v1/issues?since=2031-05-16&category=heating&format="
    lines = three_issues.get(path + "csv").text.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("T2,heating")
    assert len(three_issues.get(path + "geojson").json()["features"]) == 1


def test_counts_add_up_to_the_issues_of_a_period(client, district):
    listed = client.get("/v1/issues?format=csv").text.splitlines()
    every = client.get("/v1/issues/counts").json()
    assert sum(row["issues"] for row in every) == len(listed) - 1
    none = client.get("/v1/issues/counts?since=2100-01-01").json()
    assert none == []
    assert client.get("/v1/issues/counts?until=1999-12-31").json() == []
    assert client.get("/v1/issues/counts?since=1999-12-31&until=2100-01-01").json() == every
