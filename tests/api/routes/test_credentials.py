"""Credentials that a token creates are valid no longer than the token."""

import datetime

import pytest
from fastapi.testclient import TestClient

from geo.accounts import accounts as geo_accounts
from geo.accounts import tokens
from tests.api.accounts import signed_in


@pytest.fixture
def admin_for_two_days(client, session, accounts) -> TestClient:
    """An admin with a token that expires in two days."""
    account = geo_accounts.get(session, "admin")
    _, secret = tokens.issue(session, account, days=2)
    session.commit()
    return TestClient(client.app, headers={"Authorization": f"Bearer {secret}"})


def expiry(response) -> datetime.datetime | None:
    assert response.status_code == 201
    text = response.json()["expires_at"]
    return text and datetime.datetime.fromisoformat(text)


@pytest.mark.parametrize("login", ["admin", "viewer"])
def test_a_token_creates_no_token_that_outlives_it(client, admin_for_two_days, login):
    path = f"/v1/accounts/{login}/tokens"
    own = client.get("/v1/accounts/admin/tokens", headers=admin_for_two_days.headers)
    until = datetime.datetime.fromisoformat(own.json()["tokens"][0]["expires_at"])
    assert expiry(admin_for_two_days.post(path, json={"days": 1})) < until
    for body in ({}, None):
        assert expiry(admin_for_two_days.post(path, json=body)) == until
    for days in (2, 3, 3650):
        refused = admin_for_two_days.post(path, json={"days": days})
        assert (refused.status_code, refused.json()["code"]) == (403, "credential_outlives_token")


def test_tokens_of_tokens_expire_no_later_either(client, admin_for_two_days):
    path = "/v1/accounts/admin/tokens"
    first = admin_for_two_days.post(path, json={"days": 1}).json()
    child = TestClient(client.app, headers={"Authorization": f"Bearer {first['token']}"})
    assert child.post(path).json()["expires_at"] == first["expires_at"]


def test_a_token_that_expires_sets_no_password(admin_for_two_days):
    account = {"login": "new", "role": "viewer"}
    refused = admin_for_two_days.post("/v1/accounts", json=account | {"password": "correct horse"})
    assert (refused.status_code, refused.json()["code"]) == (403, "credential_outlives_token")
    assert admin_for_two_days.post("/v1/accounts", json=account).status_code == 201


@pytest.mark.parametrize("by", ["token", "cookie"])
def test_a_token_without_expiry_and_a_session_create_tokens_without_expiry(client, accounts, by):
    admin = signed_in(client, "admin", by)
    assert expiry(admin.post("/v1/accounts/admin/tokens")) is None
    account = {"login": "new", "role": "viewer", "password": "correct horse"}
    assert admin.post("/v1/accounts", json=account).status_code == 201
