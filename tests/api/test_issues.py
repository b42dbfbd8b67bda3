"""Filing issues over HTTP."""

import numpy as np

from geo.datums import Datum, from_wgs84
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


def test_filing_is_closed_unless_a_setting_opens_it(app, client, settings, district):
    app.state.settings = settings.model_copy(update={"open_issue_intake": False})
    answer = client.post("/v1/issues", json=issue())
    assert (answer.status_code, answer.json()["code"]) == (403, "intake_closed")


def test_an_issue_without_a_category_or_with_an_unknown_field_is_refused(client, district):
    for body in ({"lon": 130, "lat": 47}, issue(colour="red"), issue(lon=999)):
        assert client.post("/v1/issues", json=body).status_code == 422
