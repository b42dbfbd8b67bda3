"""Passwords: strength rules, hashing and verification with argon2."""

import secrets
import threading
import unicodedata
from functools import cache

from pwdlib import PasswordHash

from geo.errors import Invalid

MIN_LENGTH, MAX_LENGTH = 10, 256
"""In characters."""
_HASHING_SLOTS = threading.BoundedSemaphore(2)
"""A hash takes 64 MB on purpose: concurrent logins queue here instead of exhausting memory."""


class WeakPassword(Invalid):
    """The password is too easy to guess."""

    code = "weak_password"


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _dummy_hash() -> str:
    """Return a hash that matches no password, so that unknown logins take as long as others."""
    return _hasher().hash(secrets.token_urlsafe())


def require_strong(password: str, login: str) -> None:
    """Raise WeakPassword for a password that is too short, too long, or made of the login."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise WeakPassword(
            f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters; this one has"
            f" {len(password)}.",
            hint="Several unrelated words are easy to remember.",
        )
    if not password.strip() or not password.casefold().replace(login.casefold(), "").strip():
        raise WeakPassword("The password is the login.", hint="Choose another one.")


def hash_password(password: str) -> str:
    """Return the hash of a password, including its salt and cost parameters."""
    with _HASHING_SLOTS:
        return _hasher().hash(_normalize(password))


def verify(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    """Return whether a password matches a hash, and a new hash if cost parameters have risen.

    Never matches a hash of None, but takes the same time.
    """
    stored = _dummy_hash() if password_hash is None else password_hash
    with _HASHING_SLOTS:
        matches, new_hash = _hasher().verify_and_update(_normalize(password[:MAX_LENGTH]), stored)
    return matches and password_hash is not None, new_hash


def _normalize(password: str) -> str:
    """Return a password in NFKC: keyboards compose the same characters differently."""
    return unicodedata.normalize("NFKC", password)
