"""Search by code, name or address."""


def test_search_finds_codes_and_names_and_treats_wildcards_as_text(client, district):
    assert client.get("/v1/search?q=b1").json()[0]["kind"] == "building"
    assert client.get("/v1/search", params={"q": "新安"}).json()[0]["code"] == "230403001"
    assert client.get("/v1/search", params={"q": "gongnong"}).json()[0]["code"] == "230403"
    assert client.get("/v1/search", params={"q": "%"}).json() == []
