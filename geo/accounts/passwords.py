"""Passwords: what is asked of one, and its hash by argon2."""

import secrets
import threading
import unicodedata
from functools import cache

from pwdlib import PasswordHash

from geo.errors import Invalid

SHORTEST, LONGEST = 10, 256
"""Characters of a password."""
_AT_ONCE = threading.BoundedSemaphore(2)
"""A hash takes 64 MB on purpose: many tries at once wait for each other instead of for memory."""


class WeakPassword(Invalid):
    """The password is too easily guessed."""

    code = "weak_password"


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _decoy() -> str:
    """Return a hash that no password has, to be as slow where there is none."""
    return _hasher().hash(secrets.token_urlsafe())


def require_strong(password: str, login: str) -> None:
    """Raise WeakPassword for one that is too short, too long, or made of the login."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(
            f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(password)}.",
            hint="Several words that do not belong together are easy to keep in mind.",
        )
    if not password.strip() or not password.casefold().replace(login.casefold(), "").strip():
        raise WeakPassword("The password is the login.", hint="Choose another one.")


def hashed(password: str) -> str:
    """Return the hash of a password, with its salt and its costs."""
    with _AT_ONCE:
        return _hasher().hash(_normal(password))


def matches(password: str, known: str | None) -> tuple[bool, str | None]:
    """Tell whether a password has a known hash, and return its new hash where costs have risen.

    It takes as long where no hash is known.
    """
    against = _decoy() if known is None else known
    with _AT_ONCE:
        is_right, newer = _hasher().verify_and_update(_normal(password[:LONGEST]), against)
    return is_right and known is not None, newer


def _normal(password: str) -> str:
    """Return the same characters for a password however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password)
