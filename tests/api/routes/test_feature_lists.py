"""The lists of areas, buildings, grids and issues over HTTP: pages, formats, ETags."""

import geopandas
import pandas as pd
import pytest

LISTS = ["/v1/areas", "/v1/buildings", "/v1/grids", "/v1/issues"]


def codes(answer, key="code"):
    return [feature["properties"][key] for feature in answer.json()["features"]]


def test_uncovered_buildings_come_with_reason_and_day(client, district):
    answer = client.get("/v1/buildings", params={"covered": False, "on": "2025-01-01"})
    assert codes(answer) == ["b2", "b3"]
    assert answer.json()["features"][0]["properties"]["reason"] == "lapsed"
    assert answer.json()["features"][0]["geometry"]["type"] == "MultiPolygon"


def test_pages_follow_their_next_links_to_the_end(client, district):
    seen, url = [], "/v1/buildings?limit=1"
    while url:
        answer = client.get(url)
        seen += codes(answer)
        links = answer.json().get("links", [])
        assert bool(links) == ("link" in answer.headers)
        url = links[0]["href"] if links else None
    assert seen == ["b1", "b2", "b3", "b4"]


def test_no_page_is_longer_than_the_setting_allows(client, district):
    assert len(codes(client.get("/v1/grids?limit=100"))) == 3


@pytest.mark.parametrize("path", LISTS)
def test_a_repeated_question_with_its_etag_is_not_answered_again(client, district, path):
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize(
    ("form", "media"),
    [
        ("csv", "text/csv"),
        ("gpkg", "application/geopackage+sqlite3"),
        ("parquet", "application/vnd.apache.parquet"),
    ],
)
@pytest.mark.parametrize("path", LISTS)
def test_every_list_can_be_had_in_every_format(client, district, tmp_path, path, form, media):
    by_name = client.get(path, params={"format": form})
    by_accept = client.get(path, headers={"Accept": media})
    for answer in (by_name, by_accept):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media)
    read = {
        "csv": pd.read_csv,
        "gpkg": geopandas.read_file,
        "parquet": geopandas.read_parquet,
    }[form]
    expected = len(client.get(path).json()["features"])
    file = tmp_path / f"list.{form}"
    file.write_bytes(by_name.content)
    assert len(read(file)) == expected


def test_a_format_that_nobody_has_is_not_acceptable(client, district):
    answer = client.get("/v1/grids", headers={"Accept": "image/png"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


def test_the_liked_format_wins(client, district):
    answer = client.get("/v1/grids", headers={"Accept": "application/geo+json;q=0.5, text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize("path", ["/v1/areas/x", "/v1/buildings/x", "/v1/grids/x", "/v1/issues/x"])
def test_what_does_not_exist_is_a_404_with_its_kind(client, district, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"].endswith("_unknown")


def test_one_of_each_can_be_had_by_its_code(client, district):
    for path in ("/v1/areas/230403", "/v1/buildings/b1", "/v1/grids/230403001001001"):
        assert client.get(path).json()["type"] == "Feature"
    assert client.get("/v1/issues/I1").json()["grid_code"] == "230403001001001"
    assert len(client.get("/v1/buildings/b4/history").json()) == 2
    shapes = client.get("/v1/grids/230403001001001/history").json()
    assert [(shape["revision"], shape["geometry"]["type"]) for shape in shapes] == [
        (1, "MultiPolygon")
    ]


@pytest.mark.parametrize("bbox", ["1,2,3", "a,b,c,d", "5,5,1,1", "nan,0,1,1", "0,0,999,1"])
def test_a_box_that_is_none_is_refused(client, district, bbox):
    answer = client.get("/v1/buildings", params={"bbox": bbox})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "query.bbox"


def test_a_box_across_a_list_narrows_it(client, district):
    assert codes(client.get("/v1/buildings?bbox=130.0,47.0,130.005,47.01")) == ["b1"]


def test_property_coverage_is_a_table_by_any_rung(client, district):
    rows = client.get("/v1/property-coverage?by=community&on=2025-01-01").json()
    assert [(row["code"], row["covered"], row["rate"]) for row in rows] == [
        ("230403001001", 1, pytest.approx(1 / 3)),
        ("230403001002", 1, 1.0),
    ]
    assert client.get("/v1/property-coverage?by=street").status_code == 422


def test_search_finds_by_code_by_name_and_takes_no_wildcards(client, district):
    assert client.get("/v1/search?q=b1").json()[0]["kind"] == "building"
    assert client.get("/v1/search", params={"q": "新安"}).json()[0]["code"] == "230403001"
    assert client.get("/v1/search", params={"q": "gongnong"}).json()[0]["code"] == "230403"
    assert client.get("/v1/search", params={"q": "%"}).json() == []
