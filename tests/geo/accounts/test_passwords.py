"""Passwords: strength, and hashes of all characters in one normal form."""

import pytest

from geo.accounts import passwords


@pytest.mark.parametrize("weak", ["", "short", "x" * 257, " " * 12, "li-li-li-li-", "LILILILILILI"])
def test_a_weak_password_is_rejected(weak):
    login = "li-" if "-" in weak else "li"
    with pytest.raises(passwords.WeakPassword):
        passwords.require_strong(weak, login)


def test_composed_and_decomposed_characters_are_the_same_password():
    password_hash = passwords.hash_password("caf\u00e9 au lait")
    assert passwords.verify("cafe\u0301 au lait", password_hash)[0]
    assert not passwords.verify("cafe au lait", password_hash)[0]


def test_no_character_of_a_password_is_ignored():
    long = "x" * 200
    assert not passwords.verify(long + "y", passwords.hash_password(long + "z"))[0]


def test_no_password_matches_where_no_hash_is_stored():
    assert passwords.verify("correct horse", None) == (False, None)
