"""No public response contains the name or phone of a person."""

import json

import pytest

from tests import staff
from tests.api.access.rules import PUBLIC, RULES
from tests.api.accounts import client_for

PUBLIC_READS = [route for route, rule in RULES.items() if route[0] == "get" and rule == PUBLIC]


@pytest.mark.parametrize(("method", "path"), PUBLIC_READS, ids=lambda part: part)
def test_no_public_response_has_a_name_or_a_phone(client, send, staffed, method, path):
    response = send(client_for(client, None), method, path)
    assert "phone" not in response.text
    assert "password_hash" not in response.text
    for secret in (staff.NAME, staff.PHONE, json.dumps(staff.NAME).strip('"')):
        assert secret.encode() not in response.content
        assert secret not in str(response.headers)


@pytest.mark.parametrize("format", ["geojson", "csv", "gpkg", "parquet", "xlsx"])
@pytest.mark.parametrize("path", ["/v1/grids", "/v1/areas", "/v1/buildings", "/v1/issues"])
def test_no_list_in_any_format_has_a_column_about_people(client, staffed, path, format):
    response = client.get(path, params={"format": format})
    assert response.status_code == 200
    for secret in (staff.NAME, staff.PHONE, "person", "phone"):
        assert secret.encode() not in response.content


def test_the_search_would_find_a_name_in_a_response(client, send, staffed):
    response = send(client_for(client, "viewer-inside"), "get", "/v1/grids/{code}/members")
    assert staff.NAME.encode() in response.content
    assert staff.PHONE.encode() in response.content
