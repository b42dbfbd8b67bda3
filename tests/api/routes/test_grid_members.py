"""Who looks after a grid, for those who may know."""

import pytest

from tests.api.accounts import signed_in
from tests.staff import GRID, NAME, PHONE

PATH = f"/v1/grids/{GRID}/members"


@pytest.mark.parametrize("login", ["viewer", "reporter", "chen", "admin"])
def test_members_are_told_to_accounts_that_reach_the_grid(client, staffed, accounts, login):
    answer = signed_in(client, login).get(PATH, params={"on": "2022-12-31"})
    assert [(member["code"], member["duty"]) for member in answer.json()] == [
        ("P1", "head"),
        ("P2", "part_time"),
        ("P3", "volunteer"),
    ]
    assert answer.json()[1] == {
        "code": "P2",
        "name": NAME,
        "phone": PHONE,
        "duty": "part_time",
        "since": "2021-01-01",
        "until": "2023-01-01",
    }
    assert answer.headers["cache-control"] == "no-store"


def test_without_a_day_they_are_todays(client, staffed, accounts):
    answer = signed_in(client, "viewer").get(PATH)
    assert [member["code"] for member in answer.json()] == ["P1", "P3"]


def test_they_are_told_to_nobody_else(client, staffed, accounts):
    assert client.get(PATH).json()["code"] == "not_signed_in"
    beyond = signed_in(client, "reporter").get("/v1/grids/230403001002001/members")
    assert (beyond.status_code, beyond.json()["code"]) == (403, "out_of_reach")
    assert NAME not in beyond.text


def test_a_grid_that_never_was_is_not_found_and_one_without_members_has_none(
    client, staffed, accounts
):
    viewer = signed_in(client, "viewer")
    unknown = viewer.get("/v1/grids/230403001001099/members")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "grid_unknown")
    assert viewer.get("/v1/grids/230403001001002/members").json() == []
