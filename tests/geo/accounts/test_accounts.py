"""Accounts: constraints, logins, sessions and tokens."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from geo.accounts import accounts, sessions, tokens
from geo.models import Account, LoginSession, Role, Token
from tests.geo.test_models import violated_constraint

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"login": ""}, "account_login_not_empty"),
        ({"login": "Li"}, "account_login_lower_case"),
        ({"login": "li"}, "account_login_unique"),
        ({"login": "chen", "reach": ""}, "account_reach_not_empty"),
    ],
)
def test_an_invalid_account_is_rejected(session, li, change, constraint):
    account = Account(**{"role": Role.VIEWER} | change)
    assert violated_constraint(session, account) == constraint


def test_an_unknown_role_is_rejected(session, li):
    with pytest.raises(DBAPIError, match="account_role_known"):
        session.execute(text("UPDATE account SET role = 'king'"))


@pytest.mark.parametrize("model", [Token, LoginSession])
def test_credentials_end_after_they_begin_and_are_stored_as_a_hash(session, model):
    def row(**change):
        account = accounts.add(session, "li", Role.REPORTER)
        columns = {"hash": b"x" * 32, "created_at": NOW, "expires_at": NOW} | change
        return model(account_id=account.id, **columns)

    table, later = model.__tablename__, NOW + datetime.timedelta(1)
    assert violated_constraint(session, row()) == f"{table}_expires_after_creation"
    short_hash = row(hash=b"x", expires_at=later)
    assert violated_constraint(session, short_hash) == f"{table}_hash_is_sha256"


@given(st.text(max_size=40))
def test_a_login_has_one_normal_form(text):
    try:
        login = accounts.normalize_login(text)
    except accounts.BadLogin:
        return
    assert accounts.normalize_login(login) == login
    assert login == login.lower()
    assert "/" not in login
    assert not any(character.isspace() for character in login)


def test_a_new_password_and_disabling_end_all_sessions(session, li):
    for change in (
        lambda: accounts.set_password(session, li, "correct horse"),
        lambda: accounts.disable(session, li),
    ):
        secret = sessions.start(session, li, hours=1)
        assert sessions.account_of(session, secret) is li
        change()
        assert sessions.account_of(session, secret) is None
    assert accounts.verify(session, "li", "correct horse") is None
    accounts.enable(session, li)
    assert accounts.verify(session, "LI ", "correct horse") is li


def test_a_new_password_revokes_all_tokens_and_disabling_refuses_them(session, li):
    _, secret = tokens.issue(session, li)
    accounts.disable(session, li)
    with pytest.raises(tokens.TokenRefused):
        tokens.account_of(session, secret)
    accounts.enable(session, li)
    assert tokens.account_of(session, secret) is li
    assert accounts.set_password(session, li, "correct horse") == 1
    with pytest.raises(tokens.TokenRefused):
        tokens.account_of(session, secret)
    assert accounts.set_password(session, li, "another horse") == 0


def test_token_secrets_have_256_bits_and_differ(session, li):
    secrets = {tokens.issue(session, li)[1] for _ in range(20)}
    assert len(secrets) == 20
    assert all(len(secret) == len("gridward_") + 43 for secret in secrets)
