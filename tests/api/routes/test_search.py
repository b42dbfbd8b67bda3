"""Search by code, name, address or manager."""


def test_search_finds_codes_and_names_and_treats_wildcards_as_text(client, district):
    assert client.get("/v1/search?q=b1").json()[0]["kind"] == "building"
    assert client.get("/v1/search", params={"q": "新安"}).json()[0]["code"] == "230403001"
    assert client.get("/v1/search", params={"q": "gongnong"}).json()[0]["code"] == "230403"
    assert client.get("/v1/search", params={"q": "%"}).json() == []


def test_search_counts_and_bounds_the_buildings_of_a_manager_on_the_day(client, district):
    manager, *buildings = client.get("/v1/search", params={"q": "一号物业"}).json()
    assert (manager["kind"], manager["code"], manager["buildings"]) == ("manager", "M1", 1)
    assert [row["code"] for row in buildings] == ["b1"]
    assert buildings[0]["area_code"] == "230403001001"
    west, south, east, north = manager["bbox"]
    assert west <= buildings[0]["lon"] <= east
    assert south <= buildings[0]["lat"] <= north
    past = client.get("/v1/search", params={"q": "一号物业", "on": "2021-06-01"}).json()
    assert past[0]["buildings"] == 3
