"""The format of a list: by `?format=`, else by the `Accept` header as RFC 9110 defines it."""

import geopandas
import pandas as pd
import pytest

GEOJSON = "application/geo+json"
CSV = "text/csv"
GPKG = "application/geopackage+sqlite3"
PARQUET = "application/vnd.apache.parquet"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
READERS = {CSV: pd.read_csv, GPKG: geopandas.read_file, PARQUET: geopandas.read_parquet}
LISTS = ["/v1/areas", "/v1/buildings", "/v1/grids", "/v1/issues"]


def media_type(response) -> str:
    return response.headers["content-type"].partition(";")[0]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", GEOJSON),
        (GEOJSON, GEOJSON),
        ("application/json", GEOJSON),
        ("APPLICATION/GEO+JSON", GEOJSON),
        ("application/*", GEOJSON),
        ("text/*", CSV),
        (CSV, CSV),
        (f"{CSV}; charset=utf-8", CSV),
        (BROWSER, GEOJSON),
    ],
)
def test_media_ranges_select_the_first_format_that_they_match(client, district, accept, expected):
    response = client.get("/v1/grids", headers={"Accept": accept})
    assert (response.status_code, media_type(response)) == (200, expected)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (f"{GEOJSON};q=0.5, {CSV}", CSV),
        (f"{CSV};q=0.5, {GEOJSON};q=0.9", GEOJSON),
        (f"{CSV};q=0.5, */*;q=0.1", CSV),
        (f"{CSV};q=0.1, */*;q=0.5", GEOJSON),
        (f"{CSV}, */*", CSV),
        (f"{GEOJSON};q=0.5, {CSV};q=0.5", GEOJSON),
        (f"application/*;q=0.2, {PARQUET};q=0.8", PARQUET),
    ],
)
def test_the_highest_weight_wins_then_the_more_specific_range(client, district, accept, expected):
    assert media_type(client.get("/v1/grids", headers={"Accept": accept})) == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (f"{GEOJSON};q=0, */*", CSV),
        (f"*/*, {GEOJSON};q=0", CSV),
        (f"{GEOJSON};q=0, {CSV};q=0, */*;q=0.1", GPKG),
        (f"text/*;q=0, {GEOJSON};q=0.1", GEOJSON),
        (f"text/*;q=0, {CSV};q=0.1", CSV),
    ],
)
def test_a_weight_of_zero_excludes_a_format(client, district, accept, expected):
    assert media_type(client.get("/v1/grids", headers={"Accept": accept})) == expected


@pytest.mark.parametrize(
    "accept", ["image/png", "text/html", f"{CSV};q=0", "*/*;q=0", "*/*;q=0, image/*", "nonsense"]
)
def test_a_header_that_allows_no_format_is_not_acceptable(client, district, accept):
    response = client.get("/v1/grids", headers={"Accept": accept})
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")
    assert GEOJSON in response.json()["hint"]


def test_without_the_header_the_format_is_geojson(client, district):
    request = client.build_request("GET", "/v1/grids")
    del request.headers["Accept"]
    assert media_type(client.send(request)) == GEOJSON


def test_several_headers_count_as_one(client, district):
    headers = [("Accept", f"{GEOJSON};q=0.1"), ("Accept", CSV)]
    assert media_type(client.get("/v1/grids", headers=headers)) == CSV


def test_the_query_parameter_overrides_the_header(client, district):
    response = client.get("/v1/grids?format=csv", headers={"Accept": GEOJSON})
    assert media_type(response) == CSV
    assert client.get("/v1/grids?format=csv", headers={"Accept": "image/png"}).status_code == 200
    assert client.get("/v1/grids?format=png").status_code == 422


@pytest.mark.parametrize(
    ("format", "expected"), [("csv", CSV), ("gpkg", GPKG), ("parquet", PARQUET)]
)
@pytest.mark.parametrize("path", LISTS)
def test_every_list_has_every_format(client, district, tmp_path, path, format, expected):
    by_parameter = client.get(path, params={"format": format})
    by_header = client.get(path, headers={"Accept": expected})
    for response in (by_parameter, by_header):
        assert (response.status_code, media_type(response)) == (200, expected)
    file = tmp_path / f"list.{format}"
    file.write_bytes(by_parameter.content)
    assert len(READERS[expected](file)) == len(client.get(path).json()["features"])
