"""No public response contains the name or phone of a person, or the login of an account."""

import json

import pytest
from sqlalchemy import text

from geo.accounts import accounts
from geo.models import Role
from tests import staff
from tests.api.access.rules import PUBLIC, RULES
from tests.api.accounts import client_for

LOGIN, DISPLAY_NAME = "login-of-the-author", "陈晨"
PUBLIC_READS = [route for route, rule in RULES.items() if route[0] == "get" and rule == PUBLIC]


@pytest.fixture
def authored(session, send):
    """Every revision is by an account with a display name."""
    accounts.add(session, LOGIN, Role.COORDINATOR, name=DISPLAY_NAME)
    session.execute(text("UPDATE revision SET author = :login"), {"login": LOGIN})
    session.commit()


@pytest.mark.parametrize(("method", "path"), PUBLIC_READS, ids=lambda part: part)
def test_no_public_response_has_a_name_a_phone_or_a_login(
    client, send, staffed, authored, method, path
):
    response = send(client_for(client, None), method, path)
    assert "phone" not in response.text
    assert "password_hash" not in response.text
    for secret in (staff.NAME, staff.PHONE, json.dumps(staff.NAME).strip('"')):
        assert secret.encode() not in response.content
        assert secret not in str(response.headers)
    assert LOGIN.encode() not in response.content


@pytest.mark.parametrize("format", ["geojson", "csv", "gpkg", "parquet"])
@pytest.mark.parametrize("path", ["/v1/grids", "/v1/areas", "/v1/buildings", "/v1/issues"])
def test_no_list_in_any_format_has_a_column_about_people(client, staffed, path, format):
    response = client.get(path, params={"format": format})
    assert response.status_code == 200
    for secret in (staff.NAME, staff.PHONE, "person", "phone"):
        assert secret.encode() not in response.content


@pytest.mark.parametrize("format", ["geojson", "csv"])
@pytest.mark.parametrize("subject", ["grids", "areas", "buildings", "issues", "property-coverage"])
def test_no_export_has_a_column_about_people(client, staffed, subject, format):
    response = client.get(f"/v1/exports/{subject}", params={"format": format, "lang": "en"})
    assert response.status_code == 200
    for secret in (staff.NAME, staff.PHONE, "person", "phone"):
        assert secret.encode() not in response.content.lower()


def test_revisions_and_histories_show_the_display_name_of_the_author(client, send, authored):
    [newest, *_] = client.get("/v1/revisions").json()["revisions"]
    [grid] = client.get("/v1/grids/230403001001003/history").json()
    one = client.get(f"/v1/revisions/{newest['number']}").json()
    assert {newest["author"], one["author"], grid["author"]} == {DISPLAY_NAME}


def test_a_revision_of_an_account_without_a_display_name_has_no_author(client, send):
    authors = {row["author"] for row in client.get("/v1/revisions").json()["revisions"]}
    assert authors == {None}


def test_the_search_would_find_a_name_in_a_response(client, send, staffed):
    response = send(client_for(client, "viewer-inside"), "get", "/v1/grids/{code}/members")
    assert staff.NAME.encode() in response.content
    assert staff.PHONE.encode() in response.content
