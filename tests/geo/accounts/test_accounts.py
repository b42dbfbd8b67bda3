"""What the database keeps of accounts, and what it refuses."""

import datetime
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from geo import db
from geo.accounts import accounts, audit, login_attempts, passwords, permissions, sessions, tokens
from geo.accounts.audit import Actor
from geo.models import Account, Area, Audit, Issue, Role, SignIn, Token
from tests.geo.test_models import refused

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def li(session: Session) -> Account:
    return accounts.add(session, "li", Role.REPORTER)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"login": ""}, "account_login_not_empty"),
        ({"login": "Li"}, "account_login_lower_case"),
        ({"login": "li"}, "account_login_unique"),
    ],
)
def test_an_account_that_cannot_be_is_refused(session, li, change, rule):
    assert refused(session, Account(**{"role": Role.VIEWER} | change)) == rule


def test_an_unknown_role_is_refused(session, li):
    with pytest.raises(DBAPIError, match="account_role_known"):
        session.execute(text("UPDATE account SET role = 'king'"))


@pytest.mark.parametrize("kind", [Token, SignIn])
def test_what_signs_in_ends_after_it_begins_and_is_kept_as_a_hash(session, kind):
    def row(**change):
        li = accounts.add(session, "li", Role.REPORTER)
        more = {"hash": b"x" * 32, "created_at": NOW, "expires_at": NOW} | change
        return kind(account_id=li.id, **more)

    name = kind.__tablename__
    later = NOW + datetime.timedelta(1)
    assert refused(session, row()) == f"{name}_expires_after_creation"
    assert refused(session, row(hash=b"x", expires_at=later)) == f"{name}_hash_is_sha256"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET login = 'somebody else'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "TRUNCATE account CASCADE",
        "DELETE FROM audit WHERE false",
        "INSERT INTO audit (login, action, subject, address) OVERRIDING SYSTEM VALUE "
        "SELECT login, action, subject, address FROM audit "
        "ON CONFLICT (id) DO UPDATE SET login = 'somebody else'",
    ],
)
def test_the_audit_is_only_ever_added_to(session, li, change):
    audit.write(session, Actor("li", "10.0.0.1", li), "plan.publish", "plan 7", grids=3)
    with pytest.raises(DBAPIError, match="audit is only ever added to"):
        session.execute(text(change))


def test_the_audit_stands_or_falls_with_the_change(session, li):
    session.commit()
    with session.begin_nested() as change:
        audit.write(session, Actor("li", "10.0.0.1", li), "plan.publish", "plan 7")
        change.rollback()
    assert session.scalars(text("SELECT id FROM audit")).all() == []


def test_the_audit_is_read_newest_first_and_by_whom_what_and_since_when(session, district):
    admin = accounts.add(session, "admin", Role.ADMIN)
    local = accounts.add(session, "local", Role.ADMIN, reach="230403001")
    for number, (account, action) in enumerate(
        [(admin, "plan.publish"), (local, "plan.discard"), (local, "planet.add"), (None, "plan")]
    ):
        login = "root" if account is None else account.login
        audit.write(session, Actor(login, "x", account), action, f"thing {number}")

    def seen(reader, **asked):
        return [entry.subject[-1] for entry in audit.page(session, reader, limit=9, **asked)[0]]

    assert seen(admin) == ["3", "2", "1", "0"]
    assert seen(admin, action="plan") == ["3", "1", "0"]
    assert seen(admin, action="plan.publish") == ["0"]
    assert seen(admin, login="local") == ["2", "1"]
    assert seen(admin, since=NOW + datetime.timedelta(365_000)) == []
    assert seen(local) == ["2", "1"]
    first, cursor = audit.page(session, admin, limit=3)
    assert [entry.subject[-1] for entry in first] == ["3", "2", "1"]
    assert seen(admin, cursor=cursor) == ["0"]
    assert all(isinstance(entry, Audit) for entry in first)


CODES = st.text("0123", max_size=6)


@given(reach=CODES, codes=st.lists(CODES, max_size=5))
def test_what_is_beyond_reach_is_named(reach, codes):
    account = Account(login="li", role=Role.REPORTER, reach=reach)
    beyond = [code for code in codes if code[: len(reach)] != reach]
    if not beyond:
        permissions.require_reach(account, codes)
        return
    with pytest.raises(permissions.OutOfReach) as caught:
        permissions.require_reach(account, codes)
    assert all((code or "a place in no area") in caught.value.message for code in beyond)


def test_the_database_and_memory_agree_on_what_is_within_reach(district):
    codes = district.scalars(text("SELECT code FROM area")).all()
    for reach in ("", *codes, "2304030", "%", "_"):
        account = Account(login="li", role=Role.REPORTER, reach=reach)
        found = district.query(Area.code).filter(permissions.within_reach(Area.code, account))
        assert {code for (code,) in found} == {c for c in codes if permissions.reaches(account, c)}


def test_what_lies_in_no_grid_is_within_the_reach_of_those_who_reach_everywhere(district):
    district.execute(text("UPDATE issue SET grid_code = NULL"))
    for reach, count in (("", 1), ("230403", 0)):
        account = Account(login="li", role=Role.REPORTER, reach=reach)
        found = district.query(Issue).filter(permissions.within_reach(Issue.grid_code, account))
        assert found.count() == count


@given(st.sampled_from(Role), st.sampled_from(Role))
def test_a_role_includes_those_before_it(one, other):
    assert one.includes(other) or other.includes(one)
    assert (one.includes(other) and other.includes(one)) == (one is other)
    assert Role.ADMIN.includes(one)
    assert one.includes(Role.VIEWER)


@given(st.text(max_size=40))
def test_a_login_is_kept_in_one_form(text):
    try:
        kept = accounts.normal(text)
    except accounts.BadLogin:
        return
    assert accounts.normal(kept) == kept
    assert kept == kept.lower()
    assert "/" not in kept
    assert not any(character.isspace() for character in kept)


@pytest.mark.parametrize("weak", ["", "short", "x" * 257, " " * 12, "li-li-li-li-", "LILILILILILI"])
def test_a_weak_password_is_refused(weak):
    login = "li-" if "-" in weak else "li"
    with pytest.raises(passwords.WeakPassword):
        passwords.require_strong(weak, login)


def test_a_password_is_the_same_however_a_keyboard_composes_it():
    assert passwords.matches("cafe\u0301 au lait", passwords.hashed("caf\u00e9 au lait"))[0]
    assert not passwords.matches("cafe au lait", passwords.hashed("caf\u00e9 au lait"))[0]


def test_a_password_keeps_all_of_its_characters():
    long = "x" * 200
    assert not passwords.matches(long + "y", passwords.hashed(long + "z"))[0]


def test_another_password_signs_out_everywhere_and_a_disabled_account_too(session, li):
    for change in (
        lambda: accounts.set_password(session, li, "correct horse"),
        lambda: accounts.disable(session, li),
    ):
        secret = sessions.begin(session, li, hours=1)
        assert sessions.account_of(session, secret) is li
        change()
        assert sessions.account_of(session, secret) is None
    accounts.enable(session, li)
    assert accounts.verify(session, "LI ", "correct horse") is li


def test_secrets_are_of_256_bits_and_never_alike(session, li):
    secrets = {tokens.issue(session, li)[1] for _ in range(20)}
    assert len(secrets) == 20
    assert all(len(secret) == len("gridward_") + 43 for secret in secrets)


def test_tries_side_by_side_are_all_counted(database_url):
    """Thirty at once, as of thirty workers: five may look at the password, no more."""
    engine = db.connect(database_url)
    ready = threading.Barrier(30)
    admitted: list[bool] = []

    def attempt() -> None:
        with Session(engine) as session:
            ready.wait()
            try:
                login_attempts.begin(session, "li", "10.0.0.1")
                session.commit()
                admitted.append(True)
            except login_attempts.TooManyAttempts:
                admitted.append(False)

    threads = [threading.Thread(target=attempt) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert (len(admitted), sum(admitted)) == (30, login_attempts.MOST)
