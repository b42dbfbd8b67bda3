"""Accounts, tokens and session cookies over HTTP."""

import pytest
from sqlalchemy import text

from api.http import auth
from geo.accounts import accounts as geo_accounts
from geo.accounts import sessions
from geo.models import Role
from tests.api.accounts import ACCOUNTS, signed_in


@pytest.mark.parametrize("by", ["token", "cookie"])
@pytest.mark.parametrize("login", ACCOUNTS)
def test_a_caller_reads_its_own_account(client, accounts, login, by):
    response = signed_in(client, login, by).get("/v1/account")
    role, reach = ACCOUNTS[login]
    assert response.status_code == 200
    assert (response.json()["login"], response.json()["role"], response.json()["reach"]) == (
        login,
        role,
        reach,
    )


def test_an_anonymous_caller_is_401_with_the_bearer_scheme(client):
    response = client.get("/v1/account")
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")
    assert response.headers["www-authenticate"] == 'Bearer realm="gridward"'


@pytest.mark.parametrize("secret", ["gridward_wrong", "", "ünknown", "x" * 10_000])
def test_an_unknown_token_is_rejected(client, secret):
    response = client.get("/v1/account", headers={"Authorization": f"Bearer {secret}".encode()})
    assert response.status_code == 401


def test_a_revoked_token_is_rejected_at_once(client, accounts):
    chen = signed_in(client, "chen")
    created = chen.post("/v1/accounts/chen/tokens", json={"name": "second", "days": 1}).json()
    headers = {"Authorization": f"Bearer {created['token']}"}
    assert client.get("/v1/account", headers=headers).json()["login"] == "chen"
    assert chen.post(f"/v1/tokens/{created['id']}/revoke").json()["revoked_at"]
    response = client.get("/v1/account", headers=headers)
    assert (response.status_code, response.json()["code"]) == (401, "token_refused")


def test_an_expired_token_is_rejected(client, accounts, session):
    chen = signed_in(client, "chen")
    session.execute(
        text("UPDATE token SET created_at = now() - interval '2 day', expires_at = now()")
    )
    assert chen.get("/v1/account").json()["code"] == "token_refused"


@pytest.mark.parametrize("by", ["token", "cookie"])
def test_a_disabled_account_is_rejected_at_once(client, accounts, by):
    chen, admin = signed_in(client, "chen", by), signed_in(client, "admin")
    assert chen.get("/v1/account").status_code == 200
    assert admin.post("/v1/accounts/chen/disable").json()["disabled_at"]
    assert chen.get("/v1/account").status_code == 401


def test_a_cookie_without_the_csrf_token_only_reads(client, accounts):
    chen = signed_in(client, "chen", "cookie")
    secret = chen.cookies[auth.SESSION_COOKIE]
    del chen.headers[auth.CSRF_HEADER]
    assert chen.get("/v1/account").status_code == 200
    for csrf_token in ("", "wrong", sessions.csrf_token("another"), secret, "ü"):
        response = chen.post(
            "/v1/accounts/chen/tokens", headers={auth.CSRF_HEADER: csrf_token.encode("latin-1")}
        )
        assert (response.status_code, response.json()["code"]) == (403, "csrf_missing")
    headers = {auth.CSRF_HEADER: sessions.csrf_token(secret)}
    assert chen.post("/v1/accounts/chen/tokens", headers=headers).status_code == 201


def test_an_expired_cookie_is_anonymous(client, accounts, session):
    chen = signed_in(client, "chen", "cookie")
    session.execute(
        text("UPDATE login_session SET created_at = now() - interval '2 day', expires_at = now()")
    )
    assert chen.get("/v1/account").json()["code"] == "not_signed_in"


def test_callers_list_and_revoke_only_their_own_tokens(client, accounts):
    chen, wang, admin = (signed_in(client, login) for login in ("chen", "wang", "admin"))
    [token] = chen.get("/v1/accounts/chen/tokens").json()["tokens"]
    assert "token" not in token
    assert wang.get("/v1/accounts/chen/tokens").json()["code"] == "account_unknown"
    assert wang.post("/v1/accounts/chen/tokens").json()["code"] == "account_unknown"
    assert wang.post(f"/v1/tokens/{token['id']}/revoke").json()["code"] == "token_unknown"
    assert admin.post(f"/v1/tokens/{token['id']}/revoke").status_code == 200


def test_an_admin_creates_and_lists_accounts_only_within_its_reach(client, accounts, session):
    geo_accounts.add(session, "district-admin", Role.ADMIN, reach="230403001")
    admin = signed_in(client, "district-admin")
    body = {"login": "Li", "role": "reporter", "reach": "230403001001", "password": "a b c d e f"}
    created = admin.post("/v1/accounts", json=body)
    assert (created.status_code, created.json()["login"]) == (201, "li")
    assert "a b c" not in created.text
    for reach in (None, "230403"):
        wider = admin.post("/v1/accounts", json=body | {"login": "x", "reach": reach})
        assert (wider.status_code, wider.json()["code"]) == (403, "out_of_reach")
    assert admin.post("/v1/accounts/wang/disable").json()["code"] == "account_unknown"
    logins = [each["login"] for each in admin.get("/v1/accounts").json()["accounts"]]
    assert logins == ["chen", "district-admin", "li"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"login": "chen"}, "account_exists"),
        ({"login": "CHEN"}, "account_exists"),
        ({"login": "a/b"}, "bad_login"),
        ({"login": "a b"}, "invalid"),
        ({"reach": "23040"}, "reach_unknown"),
        ({"password": "short"}, "weak_password"),
        ({"password": "wangwangwang", "login": "wang2"}, None),
        ({"password": "longlogin1longlogin1", "login": "longlogin1"}, "weak_password"),
        ({"role": "king"}, "invalid"),
    ],
)
def test_an_invalid_account_is_rejected(client, accounts, change, code):
    body = {"login": "fresh", "role": "viewer", "password": "correct horse"} | change
    response = signed_in(client, "admin").post("/v1/accounts", json=body)
    assert response.json().get("code") == code


def test_the_list_of_accounts_is_paged(client, accounts):
    admin = signed_in(client, "admin")
    first = admin.get("/v1/accounts").json()
    rest = admin.get(first["links"][0]["href"]).json()
    assert [each["login"] for each in first["accounts"] + rest["accounts"]] == sorted(ACCOUNTS)
