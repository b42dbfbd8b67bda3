"""The members of a grid, for accounts whose scope covers it."""

import pytest

from tests.api.accounts import signed_in
from tests.staff import GRID, NAME, PHONE

PATH = f"/v1/grids/{GRID}/members"


@pytest.mark.parametrize("login", ["viewer", "reporter", "chen", "admin"])
def test_accounts_whose_scope_covers_the_grid_see_its_members(client, staffed, accounts, login):
    response = signed_in(client, login).get(PATH, params={"on": "2022-12-31"})
    assert [(member["code"], member["duty"]) for member in response.json()] == [
        ("P1", "head"),
        ("P2", "part_time"),
        ("P3", "volunteer"),
    ]
    assert response.json()[1] == {
        "code": "P2",
        "name": NAME,
        "phone": PHONE,
        "duty": "part_time",
        "since": "2021-01-01",
        "until": "2023-01-01",
    }
    assert response.headers["cache-control"] == "no-store"


def test_without_a_day_the_members_are_those_of_today(client, staffed, accounts):
    response = signed_in(client, "viewer").get(PATH)
    assert [member["code"] for member in response.json()] == ["P1", "P3"]


def test_other_callers_do_not_see_the_members(client, staffed, accounts):
    assert client.get(PATH).json()["code"] == "not_signed_in"
    beyond = signed_in(client, "reporter").get("/v1/grids/230403001002001/members")
    assert (beyond.status_code, beyond.json()["code"]) == (403, "out_of_reach")
    assert NAME not in beyond.text


def test_an_unknown_grid_is_not_found_and_a_grid_may_have_no_members(client, staffed, accounts):
    viewer = signed_in(client, "viewer")
    unknown = viewer.get("/v1/grids/230403001001099/members")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "grid_unknown")
    assert viewer.get("/v1/grids/230403001001002/members").json() == []
