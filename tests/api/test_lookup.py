"""Which grid a location is in, over HTTP."""

import numpy as np
import pytest

from geo.datums import Datum, from_wgs84
from tests.district import place

GRID = "230403001001001"


def asked(client, east, north, **more):
    lon, lat = place(east, north)
    return client.get("/v1/lookup", params={"lon": lon, "lat": lat, **more})


def test_a_point_inside_names_its_grid_and_the_areas_above(client, district):
    answer = asked(client, 5, 5).json()
    assert answer["grid"] == {"code": GRID, "name": None}
    assert [area["level"] for area in answer["areas"]] == ["district", "subdistrict", "community"]
    assert (answer["method"], answer["revision"]) == ("inside", 1)
    assert "border_m" not in answer


def test_a_point_on_a_border_says_so_and_gets_the_lowest_code(client, district):
    answer = asked(client, 10, 5).json()
    assert (answer["grid"]["code"], answer["method"]) == (GRID, "border")


def test_a_point_outside_every_grid_has_none(client, district):
    answer = asked(client, 100, 100).json()
    assert (answer["grid"], answer["method"], answer["areas"]) == (None, "outside", [])


def test_the_border_is_told_when_asked_for(client, district):
    answer = asked(client, 9, 5, detail="border").json()
    assert answer["neighbor"] == "230403001001002"
    assert answer["border_m"] == pytest.approx(76.0, abs=0.5)  # 0.001° of longitude at 47.005°


def test_the_building_is_told_when_asked_for(client, district):
    assert asked(client, 3, 3, detail="border,building").json()["building"] == "b1"
    assert asked(client, 5, 5, detail="building").json()["building"] is None


@pytest.mark.parametrize("datum", Datum)
def test_every_datum_leads_to_the_same_grid(client, district, datum):
    [[lon, lat]] = from_wgs84(np.array([place(5, 5)]), datum)
    answer = client.get("/v1/lookup", params={"lon": lon, "lat": lat, "datum": datum}).json()
    assert answer["grid"]["code"] == GRID
    assert (answer["lon"], answer["lat"]) == pytest.approx(place(5, 5), abs=1e-8)


def test_the_past_is_answered_from_its_own_grids(client, district):
    answer = asked(client, 5, 5, at="2019-06-01T00:00:00Z").json()
    assert (answer["grid"], answer["revision"]) == (None, None)


def test_many_points_come_back_in_order_with_null_outside(client, district):
    points = [place(5, 5), place(35, 5), place(99, 99), (None, 47.0)]
    answer = client.post("/v1/lookup", json={"points": points}).json()
    assert answer == {"revision": 1, "codes": [GRID, "230403001002002", None, None]}


def test_more_points_than_the_limit_are_refused_with_advice(client, district):
    answer = client.post("/v1/lookup", json={"points": [place(5, 5)] * 6})
    assert answer.status_code == 413
    assert "6 points are more than the 5 allowed" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("params", "where"),
    [
        ({"lon": 130}, "query.lat"),
        ({"lon": "east", "lat": 47}, "query.lon"),
        ({"lon": 130, "lat": 91}, "query.lat"),
        ({"lon": "nan", "lat": 47}, "query.lon"),
        ({"lon": 130, "lat": 47, "at": "2024-01-01T00:00:00"}, "query.at"),
        ({"lon": 130, "lat": 47, "datum": "nad27"}, "query.datum"),
        ({"lon": 130, "lat": 47, "detail": "everything"}, "query.detail"),
        ({"lon": 130, "lat": 47, "longitude": 130}, "query.longitude"),
    ],
)
def test_a_wrong_question_is_told_where_it_is_wrong(client, district, params, where):
    answer = client.get("/v1/lookup", params=params)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert where in [fault["where"] for fault in answer.json()["errors"]]
