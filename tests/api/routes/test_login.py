"""Signing in and out on the page: forms, cookies, counts of failures."""

import re
import time

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from api.http import auth
from api.pages import login as pages_login
from geo.accounts import accounts, login_attempts, passwords, sessions
from geo.models import Attempt, Audit, Role, SignIn

PASSWORD = "correct horse battery"


@pytest.fixture
def li(session):
    """Somebody with a password."""
    made = accounts.add(session, "li", Role.COORDINATOR, reach="230403", password=PASSWORD)
    session.commit()
    return made


@pytest.fixture
def person(client):
    """A browser that follows no redirect by itself."""
    return TestClient(client.app, follow_redirects=False)


def try_(person, login="li", password=PASSWORD, *, csrf=None, **more):
    """Open the form and send it."""
    page = person.get("/login", params={"lang": "en"})
    shown = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    form = {"login": login, "password": password, "csrf": csrf or shown} | more
    return person.post("/login?lang=en", data=form)


def test_signing_in_leads_on_and_signing_out_ends_it(person, li, session):
    answer = try_(person, next="/maps/grids?on=2025-01-01")
    assert (answer.status_code, answer.headers["location"]) == (303, "/maps/grids?on=2025-01-01")
    assert person.get("/v1/account").json()["login"] == "li"
    page = person.get("/login?lang=en")
    assert "Signed in as li" in page.text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    secret = person.cookies[auth.COOKIE]
    assert person.post("/logout", data={"csrf": csrf}).headers["location"] == "/login"
    assert auth.COOKIE not in person.cookies
    assert session.scalars(select(SignIn)).all() == []
    person.cookies.set(auth.COOKIE, secret)
    assert person.get("/v1/account").status_code == 401
    done = session.scalars(select(Audit.action).order_by(Audit.id)).all()
    assert done == ["account.sign_in", "account.sign_out"]


def test_signing_in_again_ends_the_sign_in_before(person, li, session):
    first = try_(person).cookies[auth.COOKIE]
    wait = person.cookies.get("gridward_form", path="/login")
    page = TestClient(person.app, follow_redirects=False)
    page.cookies.set(auth.COOKIE, first)
    page.cookies.set("gridward_form", wait)
    form = {"login": "li", "password": PASSWORD, "csrf": sessions.csrf(wait)}
    assert page.post("/login", data=form).status_code == 303
    assert len(session.scalars(select(SignIn)).all()) == 1


def test_signing_out_takes_the_csrf_token_too(person, li):
    try_(person)
    assert person.post("/logout").json()["code"] == "csrf_missing"
    assert person.post("/logout", data={"csrf": "x" * 64}).json()["code"] == "csrf_missing"
    assert person.get("/v1/account").status_code == 200


def test_the_cookies_are_for_our_own_pages_alone(app, li):
    for scheme in ("http", "https"):
        person = TestClient(app, base_url=f"{scheme}://testserver", follow_redirects=False)
        for answer in (person.get("/login"), try_(person)):
            flags = {flag.strip().lower() for flag in answer.headers["set-cookie"].split(";")}
            assert {"httponly", "samesite=lax"} <= flags
            assert ("secure" in flags) == (scheme == "https")
            assert not any(flag.startswith("domain") for flag in flags)
    assert "path=/" in flags
    assert "max-age=43200" in flags


def test_secrets_are_nowhere_in_the_database(person, li, session):
    try_(person)
    secret = person.cookies[auth.COOKIE]
    kept = str(
        session.execute(text("SELECT sign_in::text, account::text FROM sign_in, account")).all()
    )
    assert secret not in kept
    assert secret.encode().hex() not in kept
    assert PASSWORD not in kept
    assert "$argon2id$" in kept


def change(person, old, new):
    page = person.get("/login").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    form = {"old": old, "new": new, "csrf": csrf}
    return person.post("/login/password?lang=en", data=form)


def test_a_person_changes_the_own_password_and_stays_signed_in_here_alone(client, person, li):
    try_(person)
    elsewhere = TestClient(client.app, follow_redirects=False)
    try_(elsewhere)
    answer = change(person, PASSWORD, "another horse")
    assert (answer.status_code, "The password is changed" in answer.text) == (200, True)
    assert person.get("/v1/account").status_code == 200
    assert elsewhere.get("/v1/account").status_code == 401
    assert try_(elsewhere).status_code == 401
    assert try_(elsewhere, password="another horse").status_code == 303
    assert change(person, "another horse", PASSWORD).status_code == 200


def test_a_password_is_changed_by_who_knows_the_old_one_alone(person, li):
    try_(person)
    weak = change(person, PASSWORD, "short")
    assert (weak.status_code, "has 10 to 256 characters" in weak.text) == (422, True)
    for _ in range(login_attempts.MOST):
        assert change(person, "wrong horse battery", "another horse").status_code == 401
    assert change(person, PASSWORD, "another horse").status_code == 429
    form = {"old": PASSWORD, "new": "another horse"}
    assert person.post("/login/password", data=form).json()["code"] == "csrf_missing"
    person.cookies.clear()
    assert person.post("/login/password", data=form).json()["code"] == "not_signed_in"


@pytest.mark.parametrize(
    ("login", "password"),
    [("li", "wrong horse battery"), ("nobody", PASSWORD), ("li", ""), ("\x00", "x"), ("没有", "x")],
)
def test_whatever_is_wrong_the_answer_is_the_same(person, li, login, password):
    answer = try_(person, login, password or " ")
    assert answer.status_code == 401
    assert "The account or the password is wrong." in answer.text
    assert answer.headers["www-authenticate"]
    assert auth.COOKIE not in person.cookies


def test_a_disabled_account_and_one_without_a_password_do_not_get_in(person, li, session):
    accounts.add(session, "robot", Role.VIEWER)
    assert try_(person, "robot", "anything at all").status_code == 401
    accounts.disable(session, li)
    assert try_(person).status_code == 401


def test_an_unknown_login_takes_as_long_as_a_wrong_password(session, li):
    passwords.matches("warm", None)

    def best(login: str) -> float:
        spans = []
        for _ in range(5):
            begun = time.perf_counter()
            assert accounts.verify(session, login, "wrong horse battery") is None
            spans.append(time.perf_counter() - begun)
        return min(spans)

    assert best("nobody") > best("li") / 2


@pytest.mark.parametrize("csrf", ["wrong", "ü", "x" * 64])
def test_a_form_that_is_not_ours_signs_nobody_in(person, li, csrf):
    answer = try_(person, csrf=csrf)
    assert answer.status_code == 403
    assert "This page was too old" in answer.text
    assert auth.COOKIE not in person.cookies


def test_a_form_without_its_cookie_signs_nobody_in(client, person, li):
    page = person.get("/login")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    other = TestClient(client.app, follow_redirects=False)
    form = {"login": "li", "password": PASSWORD, "csrf": csrf}
    assert other.post("/login", data=form).status_code == 403


def test_after_five_failures_the_right_password_waits_too(client, person, li, session):
    for _ in range(login_attempts.MOST):
        assert try_(person, password="wrong horse battery").status_code == 401
    answer = try_(person)
    assert answer.status_code == 429
    assert 890 < int(answer.headers["retry-after"]) <= 900
    assert "Try again in 15 minutes." in answer.text
    session.execute(text("UPDATE attempt SET made_at = made_at - interval '15 minutes'"))
    assert try_(person).status_code == 303
    assert session.scalars(select(Attempt)).all() == []


def test_a_login_waits_wherever_it_is_tried_from_and_an_address_whatever_it_tries(session, li):
    for number in range(login_attempts.MOST):
        login_attempts.begin(session, "Li ", f"10.0.0.{number}")
    with pytest.raises(login_attempts.TooManyAttempts):
        login_attempts.begin(session, "li", "10.0.0.99")
    login_attempts.begin(session, "wang", "10.0.0.99")
    for number in range(login_attempts.MOST):
        login_attempts.begin(session, f"guess {number}", "2001:db8::1")
    with pytest.raises(login_attempts.TooManyAttempts):
        login_attempts.begin(session, "another", "2001:db8::ffff")
    login_attempts.begin(session, "another", "2001:db8:0:1::1")


def test_knowing_the_password_forgets_the_failures_before(person, li):
    for _ in range(3):
        for _ in range(login_attempts.MOST - 1):
            assert try_(person, password="wrong horse battery").status_code == 401
        assert try_(person).status_code == 303
        person.cookies.clear()


def test_the_audit_never_has_what_was_typed_as_an_unknown_login(person, li, session):
    try_(person, PASSWORD, "li")
    try_(person, password="wrong horse battery")
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
def test_the_form_leads_to_our_own_pages_alone(person, li, elsewhere):
    assert pages_login.own_path(elsewhere) == "/"
    assert try_(person, next=elsewhere).headers["location"] == "/"
    page = person.get("/login", params={"next": elsewhere})
    assert 'href="/"' in page.text


def test_what_is_typed_is_escaped(person, li):
    answer = try_(person, '"><script>alert(1)</script>', "wrong")
    assert "<script" not in answer.text


def test_the_page_runs_no_script_and_is_kept_nowhere(person):
    answer = person.get("/login")
    rules = answer.headers["content-security-policy"]
    assert "script-src 'self';" in rules
    assert "<script" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_other_origins_cannot_use_cookies(person, li):
    try_(person)
    foreign = {"Origin": "https://evil.example"}
    answer = person.get("/v1/account", headers=foreign)
    assert "access-control-allow-credentials" not in answer.headers
    asked = foreign | {"Access-Control-Request-Method": "POST"}
    preflight = person.options("/v1/accounts", headers=asked)
    assert "access-control-allow-credentials" not in preflight.headers
    answer = person.post("/v1/accounts/li/tokens", headers=foreign)
    assert answer.json()["code"] == "csrf_missing"


def test_people_who_open_a_page_that_needs_an_account_are_led_to_the_form(client):
    def asked(path: str, accept: str):
        return client.get(path, headers={"Accept": accept}, follow_redirects=False)

    led = asked("/redraw/7?lang=en", "text/html")
    assert (led.status_code, led.headers["location"]) == (303, "/login?next=/redraw/7%3Flang%3Den")
    assert asked("/redraw/7", "*/*").status_code == 401
    assert asked("/v1/account", "text/html").status_code == 401
