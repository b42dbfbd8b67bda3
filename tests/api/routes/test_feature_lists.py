"""Lists and single features of areas, buildings, grids and issues: pages, links, ETags."""

import pytest

LISTS = ["/v1/areas", "/v1/buildings", "/v1/grids", "/v1/issues"]


def codes(response, key="code"):
    return [feature["properties"][key] for feature in response.json()["features"]]


def test_uncovered_buildings_have_a_reason_and_a_geometry(client, district):
    response = client.get("/v1/buildings", params={"covered": False, "on": "2025-01-01"})
    assert codes(response) == ["b2", "b3"]
    first = response.json()["features"][0]
    assert first["properties"]["reason"] == "lapsed"
    assert first["geometry"]["type"] == "MultiPolygon"


@pytest.mark.parametrize("path", LISTS)
def test_pages_follow_their_next_links_to_the_end(client, district, path):
    key = "ref" if path == "/v1/issues" else "code"
    everything = codes(client.get(path, params={"format": "geojson"}), key)
    collected, url = [], f"{path}?limit=1"
    while url:
        response = client.get(url)
        document = response.json()
        assert document["type"] == "FeatureCollection"
        collected += codes(response, key)
        links = document["links"]
        expected = {"next": {"url": links[0]["href"], "rel": "next"}} if links else {}
        assert response.links == expected
        url = links[0]["href"] if links else None
    assert len(collected) == len(set(collected)) >= len(everything)
    assert collected[: len(everything)] == everything


def test_a_link_keeps_the_query_and_escapes_it(client, district):
    response = client.get("/v1/buildings", params={"limit": 1, "bbox": "130.0,47.0,130.1,47.1"})
    [link] = response.json()["links"]
    assert "bbox=130.0%2C47.0%2C130.1%2C47.1" in link["href"]
    assert codes(client.get(link["href"])) == ["b2"]


def test_no_page_is_longer_than_the_setting_allows(client, district):
    assert len(codes(client.get("/v1/grids"))) == 3
    response = client.get("/v1/grids?limit=4")
    assert response.status_code == 422
    assert "query.limit: should be at most 3" in response.json()["detail"]


@pytest.mark.parametrize("path", LISTS)
def test_a_repeated_request_with_the_etag_gets_304(client, district, path):
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize("path", ["/v1/areas/x", "/v1/buildings/x", "/v1/grids/x", "/v1/issues/x"])
def test_an_unknown_code_is_a_404_that_names_its_kind(client, district, path):
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["code"].endswith("_unknown")


def test_each_kind_has_a_route_by_code(client, district):
    for path in ("/v1/areas/230403", "/v1/buildings/b1", "/v1/grids/230403001001001"):
        assert client.get(path).json()["type"] == "Feature"
    assert client.get("/v1/issues/I1").json()["grid_code"] == "230403001001001"


def test_the_history_of_a_building_and_of_a_grid_has_each_period(client, district):
    assert len(client.get("/v1/buildings/b4/history").json()) == 2
    versions = client.get("/v1/grids/230403001001001/history").json()
    assert [(version["revision"], version["geometry"]["type"]) for version in versions] == [
        (1, "MultiPolygon")
    ]


@pytest.mark.parametrize("bbox", ["1,2,3", "a,b,c,d", "5,5,1,1", "nan,0,1,1", "0,0,999,1"])
def test_an_invalid_bbox_is_rejected(client, district, bbox):
    response = client.get("/v1/buildings", params={"bbox": bbox})
    assert response.status_code == 422
    assert response.json()["errors"][0]["location"] == "query.bbox"


def test_a_bbox_limits_a_list(client, district):
    assert codes(client.get("/v1/buildings?bbox=130.0,47.0,130.005,47.01")) == ["b1"]
