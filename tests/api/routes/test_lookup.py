"""Which grid a location is in, over HTTP."""

import io
import json
import threading

import numpy as np
import pyarrow as pa
import pytest

from api.serializers import batch_lookup
from api.serializers.batch_lookup import Asked
from geo.geometry.datums import Datum, from_wgs84
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


def test_members_are_told_in_numbers_when_asked_for(client, staffed):
    """P1 heads the grid, P2 left at the end of 2022, P3 came in the middle of it."""
    told = asked(client, 5, 5, detail="members").json()["members"]
    assert told == {
        "count": 2,
        "by_duty": {"head": 1, "full_time": 0, "part_time": 0, "volunteer": 1},
    }
    both = asked(client, 3, 3, detail="members,building").json()
    assert (both["members"]["count"], both["building"]) == (2, "b1")
    assert asked(client, 15, 5, detail="members").json()["members"]["count"] == 0
    assert asked(client, 100, 100, detail="members").json()["members"] is None
    assert "members" not in asked(client, 5, 5).json()


def test_members_are_those_of_the_citys_day(client, staffed):
    """2023 begins in the city when it is four in the afternoon of the day before in Greenwich."""
    for at, count in (("2022-12-31T15:59:59Z", 3), ("2022-12-31T16:00:00Z", 2)):
        told = asked(client, 5, 5, detail="members", at=at).json()
        assert told["members"]["count"] == count


def test_a_lookup_that_asks_for_no_members_asks_the_database_for_nothing(app, client, staffed):
    app.state.live.now()
    app.state.sessions = None
    assert asked(client, 5, 5, detail="border").json()["grid"]["code"] == GRID


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


TABLE = "id,lon,lat\n1,{},{}\n2,{},{}\n3,nowhere,47\n4,47.005,130.005\n".format(
    *place(5, 5), *place(99, 99)
)


def test_a_csv_comes_back_with_the_grid_of_each_row_and_what_is_wrong(client, district):
    answer = client.post("/v1/lookup", content=TABLE, headers={"Content-Type": "text/csv"})
    assert answer.text.splitlines() == [
        "id,lon,lat,grid_code,grid_fault",
        f"1,130.005,47.005,{GRID},",
        "2,130.099,47.099,,",
        "3,nowhere,47,,not_numbers",
        "4,47.005,130.005,,swapped",
    ]
    assert "4 rows: 1 in a grid, 1 in none." in answer.headers["gridward-summary"]
    assert answer.headers["gridward-revision"] == "1"


def posted(client, rows, datum="wgs84") -> str:
    """The summary of a table of places."""
    body = "lon,lat\n" + "".join(f"{lon},{lat}\n" for lon, lat in rows)
    headers = {"Content-Type": "text/csv"}
    answer = client.post(f"/v1/lookup?datum={datum}", content=body, headers=headers)
    return answer.headers["gridward-summary"]


def test_a_summary_says_when_most_of_what_is_lost_is_turned_round(client, district):
    """One good row does not hide nine that are turned round."""
    lon, lat = place(5, 5)
    assert "9 of those in none would be in a grid turned round" in posted(
        client, [(lon, lat), *[(lat, lon)] * 9]
    )
    assert "turned round" not in posted(client, [(lat, lon), *[(1, 2)] * 2, (lon, lat)])


def test_a_summary_says_when_the_datum_throws_most_out_of_the_city(client, district):
    """At the eastern border BD-09 moves a place in the last grid out of it."""
    rows = [place(0.5, 5)] * 3
    assert "The datum bd09 looks wrong: 3 of those" in posted(client, rows, "bd09")
    assert "looks wrong" not in posted(client, rows)


def test_points_in_json_have_a_summary_too(client, district):
    answer = client.post("/v1/lookup", json={"points": [place(5, 5), [None, 47], [1, 2]]})
    assert "3 rows: 1 in a grid, 1 in none." in answer.headers["gridward-summary"]
    assert answer.json()["codes"] == [GRID, None, None]


def test_the_columns_of_a_csv_can_be_named_and_a_missing_one_is_told(client, district):
    body = "east,north\n{},{}\n".format(*place(5, 5))
    headers = {"Content-Type": "text/csv"}
    named = client.post("/v1/lookup?lon=east&lat=north", content=body, headers=headers)
    assert GRID in named.text
    unnamed = client.post("/v1/lookup", content=body, headers=headers)
    assert (unnamed.status_code, unnamed.json()["code"]) == (422, "no_coordinates")
    assert "east, north" in unnamed.json()["detail"]


def test_text_in_a_csv_comes_back_to_the_letter(client, district):
    body = 'note,lon,lat\n"a ""quoted"", 007\nline",{:.9f},{:.9f}\n'.format(*place(5, 5))
    answer = client.post("/v1/lookup", content=body, headers={"Content-Type": "text/csv"})
    assert answer.text.splitlines()[1:] == [
        '"a ""quoted"", 007',
        f'line","130.005000000","47.005000000","{GRID}",',
    ]


def test_an_arrow_stream_comes_back_as_one(client, district):
    table = pa.table({"lon": [130.005, None], "lat": [47.005, 47.0]})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    answer = client.post(
        "/v1/lookup",
        content=sink.getvalue(),
        headers={"Content-Type": "application/vnd.apache.arrow.stream"},
    )
    assert pa.ipc.open_stream(answer.content).read_all().column("grid_code").to_pylist() == [
        GRID,
        None,
    ]


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/csv", "lon,lat\n1,2,3\n", 422),
        ("text/csv", "", 422),
        ("application/vnd.apache.arrow.stream", "no arrow", 422),
        ("application/xml", "<x/>", 415),
        ("application/json", "{", 422),
        ("application/json", '{"points": [[1, 2], [1]]}', 422),
        ("application/json", '{"points": [["a", 2]]}', 422),
        ("application/json", '{"points": [[1, 2]], "colour": 1}', 422),
        ("application/json", '{"datum": "wgs84"}', 422),
        ("application/json", "[]", 422),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(client, district, content_type, body, status):
    headers = {"Content-Type": content_type}
    answer = client.post("/v1/lookup", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(app, client, settings, district):
    app.state.settings = settings.model_copy(update={"batch_megabytes": 1})
    answer = client.post(
        "/v1/lookup", content=b"x" * (1 << 20) + b"x", headers={"Content-Type": "text/csv"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_no_points_are_no_codes(client, district):
    answer = client.post("/v1/lookup", json={"points": []})
    assert answer.status_code == 200, answer.text
    assert answer.json()["codes"] == []


def test_a_batch_of_json_whose_caller_has_left_is_not_finished(app, district):
    gone, about = threading.Event(), Asked(Datum.WGS84, None, None, None)
    body = json.dumps({"points": [place(5, 5)]}).encode()

    def status() -> int:
        return batch_lookup._json(body, app.state.live, app.state.settings, about, gone).status_code

    assert status() == 200
    gone.set()
    assert status() == batch_lookup.CLIENT_GONE
