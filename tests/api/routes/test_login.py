"""The sign-in page: forms, cookies, rate limit."""

import re
import time

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from api.http import auth
from api.pages import login as login_actions
from geo.accounts import accounts, login_attempts, passwords, sessions
from geo.models import Audit, LoginAttempt, LoginSession, Role
from tests.api.accounts import signed_in

PASSWORD = "correct horse battery"


@pytest.fixture
def li(session):
    """The coordinator li, with a password."""
    account = accounts.add(session, "li", Role.COORDINATOR, reach="230403", password=PASSWORD)
    session.commit()
    return account


@pytest.fixture
def person(client):
    """A browser that follows no redirects."""
    return TestClient(client.app, follow_redirects=False)


def submit_login(person, login="li", password=PASSWORD, *, csrf=None, **more):
    """Open the form and submit it."""
    page = person.get("/login", params={"lang": "en"})
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    form = {"login": login, "password": password, "csrf": csrf or token} | more
    return person.post("/login?lang=en", data=form)


def test_signing_in_redirects_to_next_and_signing_out_ends_the_session(person, li, session):
    response = submit_login(person, next="/maps/grids?on=2025-01-01")
    assert (response.status_code, response.headers["location"]) == (
        303,
        "/maps/grids?on=2025-01-01",
    )
    assert person.get("/v1/account").json()["login"] == "li"
    page = person.get("/login?lang=en")
    assert "Signed in as li" in page.text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    secret = person.cookies[auth.SESSION_COOKIE]
    assert person.post("/logout", data={"csrf": csrf}).headers["location"] == "/login"
    assert auth.SESSION_COOKIE not in person.cookies
    assert session.scalars(select(LoginSession)).all() == []
    person.cookies.set(auth.SESSION_COOKIE, secret)
    assert person.get("/v1/account").status_code == 401
    actions = session.scalars(select(Audit.action).order_by(Audit.id)).all()
    assert actions == ["account.sign_in", "account.sign_out"]


def test_signing_in_again_ends_the_old_session(person, li, session):
    first = submit_login(person).cookies[auth.SESSION_COOKIE]
    form_cookie = person.cookies.get("gridward_form", path="/login")
    page = TestClient(person.app, follow_redirects=False)
    page.cookies.set(auth.SESSION_COOKIE, first)
    page.cookies.set("gridward_form", form_cookie)
    form = {"login": "li", "password": PASSWORD, "csrf": sessions.csrf_token(form_cookie)}
    assert page.post("/login", data=form).status_code == 303
    assert len(session.scalars(select(LoginSession)).all()) == 1


def test_signing_out_requires_the_csrf_token(person, li):
    submit_login(person)
    assert person.post("/logout").json()["code"] == "csrf_missing"
    assert person.post("/logout", data={"csrf": "x" * 64}).json()["code"] == "csrf_missing"
    assert person.get("/v1/account").status_code == 200


def test_cookies_are_sent_to_our_own_pages_only(app, li):
    for scheme in ("http", "https"):
        person = TestClient(app, base_url=f"{scheme}://testserver", follow_redirects=False)
        for response in (person.get("/login"), submit_login(person)):
            flags = {flag.strip().lower() for flag in response.headers["set-cookie"].split(";")}
            assert {"httponly", "samesite=lax"} <= flags
            assert ("secure" in flags) == (scheme == "https")
            assert not any(flag.startswith("domain") for flag in flags)
    assert "path=/" in flags
    assert "max-age=43200" in flags


def test_no_secret_is_stored_in_plain_text(person, li, session):
    submit_login(person)
    secret = person.cookies[auth.SESSION_COOKIE]
    query = text("SELECT login_session::text, account::text FROM login_session, account")
    stored = str(session.execute(query).all())
    assert secret not in stored
    assert secret.encode().hex() not in stored
    assert PASSWORD not in stored
    assert "$argon2id$" in stored


def submit_new_password(person, old, new):
    page = person.get("/login").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    form = {"old": old, "new": new, "csrf": csrf}
    return person.post("/login/password?lang=en", data=form)


def test_a_new_password_ends_all_other_sessions_and_revokes_all_tokens(client, person, li):
    program = signed_in(client, "li")
    submit_login(person)
    elsewhere = TestClient(client.app, follow_redirects=False)
    submit_login(elsewhere)
    response = submit_new_password(person, PASSWORD, "another horse")
    assert (response.status_code, "Password changed" in response.text) == (200, True)
    assert person.get("/v1/account").status_code == 200
    assert elsewhere.get("/v1/account").status_code == 401
    assert program.get("/v1/account").json()["code"] == "token_refused"
    assert submit_login(elsewhere).status_code == 401
    assert submit_login(elsewhere, password="another horse").status_code == 303
    assert submit_new_password(person, "another horse", PASSWORD).status_code == 200


def test_a_new_password_requires_the_old_one(person, li):
    submit_login(person)
    weak = submit_new_password(person, PASSWORD, "short")
    assert (weak.status_code, "10 to 256 characters" in weak.text) == (422, True)
    for _ in range(login_attempts.PAIR_LIMIT.free_failures):
        assert (
            submit_new_password(person, "wrong horse battery", "another horse").status_code == 401
        )
    assert submit_new_password(person, PASSWORD, "another horse").status_code == 429
    form = {"old": PASSWORD, "new": "another horse"}
    assert person.post("/login/password", data=form).json()["code"] == "csrf_missing"
    person.cookies.clear()
    assert person.post("/login/password", data=form).json()["code"] == "not_signed_in"


@pytest.mark.parametrize(
    ("login", "password"),
    [("li", "wrong horse battery"), ("nobody", PASSWORD), ("li", ""), ("\x00", "x"), ("没有", "x")],
)
def test_every_failed_login_gets_the_same_response(person, li, login, password):
    response = submit_login(person, login, password or " ")
    assert response.status_code == 401
    assert "Incorrect account or password." in response.text
    assert response.headers["www-authenticate"]
    assert auth.SESSION_COOKIE not in person.cookies


def test_disabled_accounts_and_accounts_without_a_password_cannot_sign_in(person, li, session):
    accounts.add(session, "robot", Role.VIEWER)
    assert submit_login(person, "robot", "anything at all").status_code == 401
    accounts.disable(session, li)
    assert submit_login(person).status_code == 401


def test_an_unknown_login_takes_as_long_as_a_wrong_password(session, li):
    passwords.verify("warm", None)

    def best(login: str) -> float:
        durations = []
        for _ in range(5):
            start = time.perf_counter()
            assert accounts.verify(session, login, "wrong horse battery") is None
            durations.append(time.perf_counter() - start)
        return min(durations)

    assert best("nobody") > best("li") / 2


@pytest.mark.parametrize("csrf", ["wrong", "ü", "x" * 64])
def test_a_form_with_a_wrong_csrf_token_is_rejected(person, li, csrf):
    response = submit_login(person, csrf=csrf)
    assert response.status_code == 403
    assert "This page has expired" in response.text
    assert auth.SESSION_COOKIE not in person.cookies


def test_a_form_without_its_cookie_is_rejected(client, person, li):
    page = person.get("/login")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    other = TestClient(client.app, follow_redirects=False)
    form = {"login": "li", "password": PASSWORD, "csrf": csrf}
    assert other.post("/login", data=form).status_code == 403


def fail(person, times=login_attempts.PAIR_LIMIT.free_failures, login="li"):
    for _ in range(times):
        assert submit_login(person, login, "wrong horse battery").status_code == 401


def test_after_five_failures_the_right_password_has_to_wait_too(client, person, li, session):
    fail(person)
    response = submit_login(person)
    assert response.status_code == 429
    assert 50 < int(response.headers["retry-after"]) <= 60
    assert "Try again in 1 min." in response.text
    session.execute(text("UPDATE login_attempt SET made_at = made_at - interval '1 minute'"))
    assert submit_login(person).status_code == 303
    assert session.scalars(select(LoginAttempt)).all() == []


def test_failures_elsewhere_do_not_lock_an_account(app, person, li):
    """Somebody guesses from one address; the owner signs in from another."""
    attacker = TestClient(app, follow_redirects=False, client=("203.0.113.7", 50000))
    fail(attacker)
    assert submit_login(attacker).status_code == 429
    assert submit_login(person).status_code == 303


def test_a_successful_login_clears_earlier_failures(person, li):
    for _ in range(3):
        fail(person, login_attempts.PAIR_LIMIT.free_failures - 1)
        assert submit_login(person).status_code == 303
        person.cookies.clear()


def test_the_audit_log_omits_unknown_logins(person, li, session):
    submit_login(person, PASSWORD, "li")
    submit_login(person, password="wrong horse battery")
    rows = session.execute(select(Audit.login, Audit.action, Audit.subject).order_by(Audit.id))
    assert [tuple(row) for row in rows] == [
        ("anonymous", "account.sign_in_refused", "an unknown account"),
        ("anonymous", "account.sign_in_refused", "account li"),
    ]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil",
        "/a\r\nSet-Cookie: x=y",
        "",
    ],
)
def test_next_redirects_to_our_own_pages_only(person, li, elsewhere):
    assert login_actions.local_path(elsewhere) == "/"
    assert submit_login(person, next=elsewhere).headers["location"] == "/"
    page = person.get("/login", params={"next": elsewhere})
    assert 'href="/"' in page.text if elsewhere.isprintable() else page.status_code == 422


def test_the_login_in_the_form_is_escaped(person, li):
    response = submit_login(person, '"><script>alert(1)</script>', "wrong")
    assert "<script" not in response.text


def test_the_page_runs_no_script_and_is_not_cached(person):
    response = person.get("/login")
    rules = response.headers["content-security-policy"]
    assert "script-src 'self';" in rules
    assert "<script" not in response.text
    assert response.headers["cache-control"] == "no-store"


def test_other_origins_cannot_use_cookies(person, li):
    submit_login(person)
    foreign = {"Origin": "https://evil.example"}
    response = person.get("/v1/account", headers=foreign)
    assert "access-control-allow-credentials" not in response.headers
    headers = foreign | {"Access-Control-Request-Method": "POST"}
    preflight = person.options("/v1/accounts", headers=headers)
    assert "access-control-allow-credentials" not in preflight.headers
    response = person.post("/v1/accounts/li/tokens", headers=foreign)
    assert response.json()["code"] == "csrf_missing"


def test_a_page_that_requires_an_account_redirects_browsers_to_the_form(client):
    def get(path: str, accept: str):
        return client.get(path, headers={"Accept": accept}, follow_redirects=False)

    response = get("/redraw/7?lang=en", "text/html")
    assert (response.status_code, response.headers["location"]) == (
        303,
        "/login?next=/redraw/7%3Flang%3Den&lang=en",
    )
    assert get("/redraw/7", "*/*").status_code == 401
    assert get("/v1/account", "text/html").status_code == 401
