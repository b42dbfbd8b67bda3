"""Which grid a location is in, over HTTP."""

import io
import json
import threading

import numpy as np
import pyarrow as pa
import pytest

from api.http.request_body import CLIENT_CLOSED_REQUEST
from api.serializers import batch_lookup
from api.serializers.batch_tables import BatchLimits
from geo.geometry.datums import Datum, from_wgs84
from tests.district import lon_lat

GRID = "230403001001001"


def look_up(client, east, north, **more):
    lon, lat = lon_lat(east, north)
    return client.get("/v1/lookup", params={"lon": lon, "lat": lat, **more})


def test_a_point_inside_names_its_grid_and_the_areas_above(client, district):
    response = look_up(client, 5, 5).json()
    assert response["grid"] == {"code": GRID, "name": None}
    assert [area["level"] for area in response["areas"]] == ["district", "subdistrict", "community"]
    assert (response["method"], response["revision"]) == ("inside", 1)
    assert "border_m" not in response


def test_a_point_on_a_border_says_so_and_gets_the_lowest_code(client, district):
    response = look_up(client, 10, 5).json()
    assert (response["grid"]["code"], response["method"]) == (GRID, "border")


def test_a_point_outside_every_grid_has_none(client, district):
    response = look_up(client, 100, 100).json()
    assert (response["grid"], response["method"], response["areas"]) == (None, "outside", [])


def test_the_border_is_an_optional_detail(client, district):
    response = look_up(client, 9, 5, detail="border").json()
    assert response["neighbor"] == "230403001001002"
    assert response["border_m"] == pytest.approx(76.0, abs=0.5)  # 0.001° of longitude at 47.005°


def test_the_building_is_an_optional_detail(client, district):
    assert look_up(client, 3, 3, detail="border,building").json()["building"] == "b1"
    assert look_up(client, 5, 5, detail="building").json()["building"] is None


def test_the_numbers_of_members_are_an_optional_detail(client, staffed):
    """P1 heads the grid, P2 left at the end of 2022, P3 came in the middle of it."""
    members = look_up(client, 5, 5, detail="members").json()["members"]
    assert members == {
        "count": 2,
        "by_duty": {"head": 1, "full_time": 0, "part_time": 0, "volunteer": 1},
    }
    both = look_up(client, 3, 3, detail="members,building").json()
    assert (both["members"]["count"], both["building"]) == (2, "b1")
    assert look_up(client, 15, 5, detail="members").json()["members"]["count"] == 0
    assert look_up(client, 100, 100, detail="members").json()["members"] is None
    assert "members" not in look_up(client, 5, 5).json()


def test_members_are_those_of_the_day_in_the_city(client, staffed):
    """In the city, 2023 begins at 16:00 UTC of the day before."""
    for at, count in (("2022-12-31T15:59:59Z", 3), ("2022-12-31T16:00:00Z", 2)):
        document = look_up(client, 5, 5, detail="members", at=at).json()
        assert document["members"]["count"] == count


def test_a_lookup_without_database_details_does_not_query_the_database(app, client, staffed):
    app.state.snapshots.current()
    app.state.sessions = None
    assert look_up(client, 5, 5, detail="border").json()["grid"]["code"] == GRID


@pytest.mark.parametrize("datum", Datum)
def test_coordinates_of_every_datum_are_in_the_same_grid(client, district, datum):
    [[lon, lat]] = from_wgs84(np.array([lon_lat(5, 5)]), datum)
    response = client.get("/v1/lookup", params={"lon": lon, "lat": lat, "datum": datum}).json()
    assert response["grid"]["code"] == GRID
    assert (response["lon"], response["lat"]) == pytest.approx(lon_lat(5, 5), abs=1e-8)


def test_a_past_moment_has_the_grids_of_that_moment(client, district):
    response = look_up(client, 5, 5, at="2019-06-01T00:00:00Z").json()
    assert (response["grid"], response["revision"]) == (None, None)


def test_many_points_come_back_in_order_with_null_outside(client, district):
    points = [lon_lat(5, 5), lon_lat(35, 5), lon_lat(99, 99), (None, 47.0)]
    response = client.post("/v1/lookup", json={"points": points}).json()
    assert response == {"revision": 1, "codes": [GRID, "230403001002002", None, None]}


def test_more_points_than_the_limit_are_rejected_with_a_hint(client, district):
    response = client.post("/v1/lookup", json={"points": [lon_lat(5, 5)] * 501})
    assert response.status_code == 413
    assert "more than the 500 rows allowed" in response.json()["detail"]


@pytest.mark.parametrize(
    ("params", "location"),
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
def test_an_invalid_parameter_is_named(client, district, params, location):
    response = client.get("/v1/lookup", params=params)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert location in [error["location"] for error in response.json()["errors"]]


TABLE = "id,lon,lat\n1,{},{}\n2,{},{}\n3,nowhere,47\n4,47.005,130.005\n".format(
    *lon_lat(5, 5), *lon_lat(99, 99)
)


def test_a_csv_is_returned_with_the_grid_or_the_error_of_each_row(client, district):
    response = client.post("/v1/lookup", content=TABLE, headers={"Content-Type": "text/csv"})
    assert response.text.splitlines() == [
        "id,lon,lat,grid_code,grid_fault",
        f"1,130.005,47.005,{GRID},",
        "2,130.099,47.099,,",
        "3,nowhere,47,,not_numbers",
        "4,47.005,130.005,,swapped",
    ]
    assert "4 rows: 1 in a grid, 1 in none." in response.headers["gridward-summary"]
    assert response.headers["gridward-revision"] == "1"


def post_rows(client, rows, datum="wgs84") -> str:
    """Post a table of locations; return its summary."""
    body = "lon,lat\n" + "".join(f"{lon},{lat}\n" for lon, lat in rows)
    headers = {"Content-Type": "text/csv"}
    response = client.post(f"/v1/lookup?datum={datum}", content=body, headers=headers)
    return response.headers["gridward-summary"]


def test_the_summary_says_when_most_coordinates_without_a_grid_are_swapped(client, district):
    """One good row does not hide nine swapped ones."""
    lon, lat = lon_lat(5, 5)
    assert "9 of the rows in no grid would be in one after a swap" in post_rows(
        client, [(lon, lat), *[(lat, lon)] * 9]
    )
    assert "after a swap" not in post_rows(client, [(lat, lon), *[(1, 2)] * 2, (lon, lat)])


def test_the_summary_says_when_the_datum_seems_wrong(client, district):
    """At the edge of the city, reading WGS 84 as BD-09 moves a point out of the last grid."""
    rows = [lon_lat(0.5, 5)] * 3
    assert "The datum bd09 looks wrong: 3 of the rows" in post_rows(client, rows, "bd09")
    assert "looks wrong" not in post_rows(client, rows)


def test_points_in_json_have_a_summary(client, district):
    response = client.post("/v1/lookup", json={"points": [lon_lat(5, 5), [None, 47], [1, 2]]})
    assert "3 rows: 1 in a grid, 1 in none." in response.headers["gridward-summary"]
    assert response.json()["codes"] == [GRID, None, None]


def test_parameters_name_the_columns_of_a_csv_and_a_missing_column_is_an_error(client, district):
    body = "east,north\n{},{}\n".format(*lon_lat(5, 5))
    headers = {"Content-Type": "text/csv"}
    named = client.post("/v1/lookup?lon=east&lat=north", content=body, headers=headers)
    assert GRID in named.text
    unnamed = client.post("/v1/lookup", content=body, headers=headers)
    assert (unnamed.status_code, unnamed.json()["code"]) == (422, "no_coordinates")
    assert "east, north" in unnamed.json()["detail"]


def test_the_text_of_a_csv_is_returned_unchanged(client, district):
    body = 'note,lon,lat\n"a ""quoted"", 007\nline",{:.9f},{:.9f}\n'.format(*lon_lat(5, 5))
    response = client.post("/v1/lookup", content=body, headers={"Content-Type": "text/csv"})
    assert response.text.splitlines()[1:] == [
        '"a ""quoted"", 007',
        f'line","130.005000000","47.005000000","{GRID}",',
    ]


def test_an_arrow_stream_is_returned_as_an_arrow_stream(client, district):
    table = pa.table({"lon": [130.005, None], "lat": [47.005, 47.0]})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    response = client.post(
        "/v1/lookup",
        content=sink.getvalue(),
        headers={"Content-Type": "application/vnd.apache.arrow.stream"},
    )
    assert pa.ipc.open_stream(response.content).read_all().column("grid_code").to_pylist() == [
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
def test_an_invalid_body_is_rejected(client, district, content_type, body, status):
    headers = {"Content-Type": content_type}
    response = client.post("/v1/lookup", content=body, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_a_body_beyond_the_limit_is_rejected_before_it_is_read(app, client, settings, district):
    app.state.settings = settings.model_copy(update={"batch_megabytes": 1})
    response = client.post(
        "/v1/lookup", content=b"x" * (1 << 20) + b"x", headers={"Content-Type": "text/csv"}
    )
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_no_points_are_no_codes(client, district):
    response = client.post("/v1/lookup", json={"points": []})
    assert response.status_code == 200, response.text
    assert response.json()["codes"] == []


def test_a_json_batch_stops_when_the_client_disconnects(app, district):
    disconnected = threading.Event()
    body = json.dumps({"points": [lon_lat(5, 5)]}).encode()

    def status() -> int:
        snapshots = app.state.snapshots
        return batch_lookup.look_up_json(
            body, snapshots, BatchLimits(5, 1 << 20), disconnected
        ).status_code

    assert status() == 200
    disconnected.set()
    assert status() == CLIENT_CLOSED_REQUEST
