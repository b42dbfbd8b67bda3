"""Accounts: those who may change things, what they may do and where."""

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.accounts import passwords, permissions
from geo.errors import Conflict, Invalid, NotFound
from geo.models import Account, Area, MicroGrid, Role, SignIn

_LOGIN = re.compile(r"\w[\w.@-]{0,63}")


class AccountUnknown(NotFound):
    """No account has this login."""

    code = "account_unknown"


class AccountKnown(Conflict):
    """An account has this login already; a disabled one keeps it."""

    code = "account_known"


class BadLogin(Invalid):
    """The login is empty, too long, or has characters that a login does not have."""

    code = "bad_login"


class ReachUnknown(Invalid):
    """The reach is the code of no area and no grid."""

    code = "reach_unknown"


def normal(login: str) -> str:
    """Return a login as it is kept: in lower case, composed. Raises BadLogin."""
    kept = unicodedata.normalize("NFKC", login).strip().lower()
    if not _LOGIN.fullmatch(kept):
        raise BadLogin(
            f"{login!r} cannot be a login.",
            hint="Use up to 64 letters, digits, dots, hyphens, underscores and @.",
        )
    return kept


def add(
    session: Session,
    login: str,
    role: Role,
    *,
    reach: str = "",
    name: str | None = None,
    password: str | None = None,
) -> Account:
    """Make an account; without a password it can only use tokens.

    Raises BadLogin, WeakPassword, ReachUnknown and AccountKnown.
    """
    kept = normal(login)
    if password is not None:
        passwords.require_strong(password, kept)
    _require_known(session, reach)
    hashed = None if password is None else passwords.hashed(password)
    row = {"login": kept, "role": role, "reach": reach, "name": name, "password_hash": hashed}
    made = insert(Account).values(row).on_conflict_do_nothing().returning(Account)
    account = session.scalars(made).one_or_none()
    if account is None:
        raise AccountKnown(f"There is an account {kept!r} already.", hint="Choose another login.")
    return account


def page(
    session: Session, reader: Account | None, *, limit: int, cursor: str | None = None
) -> tuple[Sequence[Account], str | None]:
    """Return at most `limit` accounts past login `cursor`, by login, and the next cursor.

    Those whose reach lies in the reader's; all where the reader is None.
    """
    some = select(Account).order_by(Account.login).limit(limit + 1)
    if reader is not None:
        some = some.where(permissions.within_reach(Account.reach, reader))
    if cursor is not None:
        some = some.where(Account.login > cursor)
    found = session.scalars(some).all()
    return found[:limit], found[limit - 1].login if len(found) > limit else None


def get(session: Session, login: str, reader: Account | None = None) -> Account:
    """Return the account of a login: one's own, or an admin's within reach.

    Any where the reader is None. Raises AccountUnknown.
    """
    one = select(Account).where(Account.login == login.lower())
    if reader is not None:
        one = one.where(visible(reader))
    account = session.scalars(one).one_or_none()
    if account is None:
        raise AccountUnknown(
            f"There is no account {login!r}.", hint="gridward account list lists the accounts."
        )
    return account


def visible(reader: Account) -> ColumnElement[bool]:
    """Return the condition that an account is the reader's own, or an admin's within reach."""
    own = Account.id == reader.id
    is_admin = reader.role.includes(Role.ADMIN)
    return or_(own, permissions.within_reach(Account.reach, reader)) if is_admin else own


def disable(session: Session, account: Account) -> None:
    """Let an account do nothing from now on; what it did keeps its name."""
    if account.disabled_at is None:
        account.disabled_at = session.scalars(select(func.clock_timestamp())).one()
    sign_out_everywhere(session, account)
    session.flush()


def enable(session: Session, account: Account) -> None:
    """Let a disabled account sign in again, and use those tokens that were not revoked."""
    account.disabled_at = None
    session.flush()


def set_password(session: Session, account: Account, password: str) -> None:
    """Give an account another password, and sign it out everywhere. Raises WeakPassword."""
    passwords.require_strong(password, account.login)
    account.password_hash = passwords.hashed(password)
    sign_out_everywhere(session, account)
    session.flush()


def sign_out_everywhere(session: Session, account: Account) -> None:
    """End every sign-in of an account."""
    session.execute(delete(SignIn).where(SignIn.account_id == account.id))


def verify(session: Session, login: str, password: str) -> Account | None:
    """Return the account of a login and its password, None for any that is wrong or disabled.

    An unknown login takes as long as a wrong password.
    """
    account = _enabled(session, login)
    is_right, newer = passwords.matches(
        password, None if account is None else account.password_hash
    )
    if account is None or not is_right:
        return None
    if newer is not None:
        account.password_hash = newer
    return account


def _enabled(session: Session, login: str) -> Account | None:
    try:
        kept = normal(login)
    except BadLogin:
        return None
    one = select(Account).where(Account.login == kept, Account.disabled_at.is_(None))
    return session.scalars(one).one_or_none()


def _require_known(session: Session, reach: str) -> None:
    """Raise ReachUnknown unless a reach is everywhere or names an area or a grid.

    Any prefix would do for the test of a code, but half a code reaches more than it seems to.
    """
    if not reach:
        return
    if "\x00" not in reach:
        is_grid = select(MicroGrid.id).where(MicroGrid.code == reach).limit(1)
        if session.get(Area, reach) is not None or session.scalar(is_grid) is not None:
            return
    raise ReachUnknown(
        f"No area and no grid has the code {reach!r}.",
        hint="GET /v1/areas lists the areas; leave the reach out for everywhere.",
    )
