"""Accounts and tokens over HTTP, and what they are refused."""

import pytest
from sqlalchemy import text

from api.http import auth
from geo.accounts import accounts as accounts_accounts
from geo.accounts import sessions
from tests.api.accounts import WHO, signed_in


@pytest.mark.parametrize("by", ["token", "cookie"])
@pytest.mark.parametrize("login", WHO)
def test_everybody_is_told_who_they_are(client, accounts, login, by):
    answer = signed_in(client, login, by).get("/v1/account")
    role, reach = WHO[login]
    assert answer.status_code == 200
    assert (answer.json()["login"], answer.json()["role"], answer.json()["reach"]) == (
        login,
        role,
        reach,
    )


def test_a_caller_without_an_account_is_told_how_to_get_in(client):
    answer = client.get("/v1/account")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["www-authenticate"] == 'Bearer realm="gridward"'


@pytest.mark.parametrize("secret", ["gridward_wrong", "", "ünknown", "x" * 10_000])
def test_an_unknown_token_is_refused(client, secret):
    answer = client.get("/v1/account", headers={"Authorization": f"Bearer {secret}".encode()})
    assert answer.status_code == 401


def test_a_revoked_token_is_refused_at_once(client, accounts):
    chen = signed_in(client, "chen")
    made = chen.post("/v1/accounts/chen/tokens", json={"name": "second", "days": 1}).json()
    second = {"Authorization": f"Bearer {made['token']}"}
    assert client.get("/v1/account", headers=second).json()["login"] == "chen"
    assert chen.post(f"/v1/tokens/{made['id']}/revoke").json()["revoked_at"]
    answer = client.get("/v1/account", headers=second)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_refused")


def test_an_expired_token_is_refused(client, accounts, session):
    chen = signed_in(client, "chen")
    session.execute(
        text("UPDATE token SET created_at = now() - interval '2 day', expires_at = now()")
    )
    assert chen.get("/v1/account").json()["code"] == "token_refused"


@pytest.mark.parametrize("by", ["token", "cookie"])
def test_a_disabled_account_is_refused_at_once(client, accounts, by):
    chen, admin = signed_in(client, "chen", by), signed_in(client, "admin")
    assert chen.get("/v1/account").status_code == 200
    assert admin.post("/v1/accounts/chen/disable").json()["disabled_at"]
    assert chen.get("/v1/account").status_code == 401


def test_a_cookie_without_the_csrf_token_reads_but_does_not_write(client, accounts):
    chen = signed_in(client, "chen", "cookie")
    secret = chen.cookies[auth.SESSION_COOKIE]
    del chen.headers[auth.CSRF_HEADER]
    assert chen.get("/v1/account").status_code == 200
    for offered in ("", "wrong", sessions.csrf_token("another"), secret, "ü"):
        answer = chen.post(
            "/v1/accounts/chen/tokens", headers={auth.CSRF_HEADER: offered.encode("latin-1")}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_missing")
    right = {auth.CSRF_HEADER: sessions.csrf_token(secret)}
    assert chen.post("/v1/accounts/chen/tokens", headers=right).status_code == 201


def test_an_expired_cookie_is_no_sign_in(client, accounts, session):
    chen = signed_in(client, "chen", "cookie")
    session.execute(
        text("UPDATE login_session SET created_at = now() - interval '2 day', expires_at = now()")
    )
    assert chen.get("/v1/account").json()["code"] == "not_signed_in"


def test_people_see_and_revoke_their_own_tokens_alone(client, accounts):
    chen, wang, admin = (signed_in(client, login) for login in ("chen", "wang", "admin"))
    [token] = chen.get("/v1/accounts/chen/tokens").json()["tokens"]
    assert "token" not in token
    assert wang.get("/v1/accounts/chen/tokens").json()["code"] == "account_unknown"
    assert wang.post("/v1/accounts/chen/tokens").json()["code"] == "account_unknown"
    assert wang.post(f"/v1/tokens/{token['id']}/revoke").json()["code"] == "token_unknown"
    assert admin.post(f"/v1/tokens/{token['id']}/revoke").status_code == 200


def test_an_admin_makes_accounts_inside_the_own_reach_alone(client, accounts, session):
    accounts_accounts.add(
        session, "district-admin", accounts_accounts.Role.ADMIN, reach="230403001"
    )
    admin = signed_in(client, "district-admin")
    body = {"login": "Li", "role": "reporter", "reach": "230403001001", "password": "a b c d e f"}
    made = admin.post("/v1/accounts", json=body)
    assert (made.status_code, made.json()["login"]) == (201, "li")
    assert "a b c" not in made.text
    for reach in (None, "230403"):
        wider = admin.post("/v1/accounts", json=body | {"login": "x", "reach": reach})
        assert (wider.status_code, wider.json()["code"]) == (403, "out_of_reach")
    assert admin.post("/v1/accounts/wang/disable").json()["code"] == "account_unknown"
    listed = [each["login"] for each in admin.get("/v1/accounts").json()["accounts"]]
    assert listed == ["chen", "district-admin", "li"]


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
def test_accounts_that_cannot_be_are_refused(client, accounts, change, code):
    body = {"login": "fresh", "role": "viewer", "password": "correct horse"} | change
    answer = signed_in(client, "admin").post("/v1/accounts", json=body)
    assert answer.json().get("code") == code


def test_lists_page(client, accounts):
    admin = signed_in(client, "admin")
    first = admin.get("/v1/accounts").json()
    rest = admin.get(first["links"][0]["href"]).json()
    assert [each["login"] for each in first["accounts"] + rest["accounts"]] == sorted(WHO)
