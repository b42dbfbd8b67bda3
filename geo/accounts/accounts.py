"""Accounts: create, read, disable, and verify by login and password."""

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.accounts import passwords, permissions
from geo.errors import Conflict, Invalid, NotFound
from geo.models import Account, Area, LoginSession, MicroGrid, Role, Token

_LOGIN = re.compile(r"\w[\w.@-]{0,63}")


class AccountUnknown(NotFound):
    """No account has this login."""

    code = "account_unknown"


class AccountExists(Conflict):
    """An account with this login exists already; a disabled account keeps its login."""

    code = "account_exists"


class BadLogin(Invalid):
    """The login is empty, too long, or contains a forbidden character."""

    code = "bad_login"


class ReachUnknown(Invalid):
    """The reach is neither the code of an area nor of a grid."""

    code = "reach_unknown"


def normalize_login(login: str) -> str:
    """Return a login in its stored form: NFKC, lower case. Raises BadLogin."""
    normalized = unicodedata.normalize("NFKC", login).strip().lower()
    if not _LOGIN.fullmatch(normalized):
        raise BadLogin(
            f"{login!r} cannot be a login.",
            hint="Use up to 64 letters, digits, dots, hyphens, underscores and @.",
        )
    return normalized


def add(
    session: Session,
    login: str,
    role: Role,
    *,
    reach: str | None = None,
    name: str | None = None,
    password: str | None = None,
) -> Account:
    """Create an account. A `reach` of None is unrestricted; without a password it needs a token.

    Raises BadLogin, WeakPassword, ReachUnknown and AccountExists.
    """
    login = normalize_login(login)
    if password is not None:
        passwords.require_strong(password, login)
    _require_known_reach(session, reach)
    password_hash = None if password is None else passwords.hash_password(password)
    row = {
        "login": login,
        "role": role,
        "reach": reach,
        "name": name,
        "password_hash": password_hash,
    }
    statement = insert(Account).values(row).on_conflict_do_nothing().returning(Account)
    account = session.scalars(statement).one_or_none()
    if account is None:
        raise AccountExists(f"The account {login!r} exists already.", hint="Choose another login.")
    return account


def list_accounts(
    session: Session, reader: Account | None, *, limit: int, cursor: str | None = None
) -> tuple[Sequence[Account], str | None]:
    """Return at most `limit` accounts after login `cursor`, by login, and the next cursor.

    Only accounts whose reach lies within the reader's; all if the reader is None.
    """
    statement = select(Account).order_by(Account.login).limit(limit + 1)
    if reader is not None:
        statement = statement.where(permissions.within_reach(Account.reach, reader))
    if cursor is not None:
        statement = statement.where(Account.login > cursor)
    rows = session.scalars(statement).all()
    return rows[:limit], rows[limit - 1].login if len(rows) > limit else None


def get(session: Session, login: str, reader: Account | None = None) -> Account:
    """Return the account with a login, if the reader may see it; None may see all.

    Raises AccountUnknown.
    """
    statement = select(Account).where(Account.login == login.lower())
    if reader is not None:
        statement = statement.where(visible_to(reader))
    account = session.scalars(statement).one_or_none()
    if account is None:
        raise AccountUnknown(
            f"There is no account {login!r}.", hint="gridward account list lists the accounts."
        )
    return account


def visible_to(reader: Account) -> ColumnElement[bool]:
    """Return the SQL condition that an account is the reader's own, or in an admin's reach."""
    is_own = Account.id == reader.id
    if not reader.role.includes(Role.ADMIN):
        return is_own
    return or_(is_own, permissions.within_reach(Account.reach, reader))


def disable(session: Session, account: Account) -> None:
    """Refuse the account's password and tokens, and end its sessions; the audit log keeps it."""
    if account.disabled_at is None:
        account.disabled_at = session.scalars(select(func.clock_timestamp())).one()
    end_sessions(session, account)
    session.flush()


def enable(session: Session, account: Account) -> None:
    """Enable a disabled account, with its password and the tokens that are not revoked."""
    account.disabled_at = None
    session.flush()


def set_password(session: Session, account: Account, password: str) -> int:
    """Replace an account's password, end all its sessions and revoke all its tokens.

    A thief of the old password may have created tokens. Return how many tokens were revoked.
    Raises WeakPassword.
    """
    passwords.require_strong(password, account.login)
    account.password_hash = passwords.hash_password(password)
    end_sessions(session, account)
    revoked = revoke_tokens(session, account)
    session.flush()
    return revoked


def end_sessions(session: Session, account: Account) -> None:
    """End every login session of an account."""
    session.execute(delete(LoginSession).where(LoginSession.account_id == account.id))


def revoke_tokens(session: Session, account: Account) -> int:
    """Revoke every token of an account that is not revoked yet; return how many."""
    is_valid = (Token.account_id == account.id, Token.revoked_at.is_(None))
    statement = update(Token).where(*is_valid).values(revoked_at=func.clock_timestamp())
    return len(session.scalars(statement.returning(Token.id)).all())


def verify(session: Session, login: str, password: str) -> Account | None:
    """Return the enabled account with this login and password, or None.

    An unknown login takes as long as a wrong password. Rehashes the password if costs have risen.
    """
    account = _find_enabled(session, login)
    is_correct, new_hash = passwords.verify(
        password, None if account is None else account.password_hash
    )
    if account is None or not is_correct:
        return None
    if new_hash is not None:
        account.password_hash = new_hash
    return account


def _find_enabled(session: Session, login: str) -> Account | None:
    try:
        login = normalize_login(login)
    except BadLogin:
        return None
    statement = select(Account).where(Account.login == login, Account.disabled_at.is_(None))
    return session.scalars(statement).one_or_none()


def _require_known_reach(session: Session, reach: str | None) -> None:
    """Raise ReachUnknown unless a reach is None or the code of an area or a grid.

    The prefix test would accept any prefix, but half a code covers more than it seems to.
    """
    if reach is None:
        return
    if "\x00" not in reach:
        is_grid = select(MicroGrid.id).where(MicroGrid.code == reach).limit(1)
        if session.get(Area, reach) is not None or session.scalar(is_grid) is not None:
            return
    raise ReachUnknown(
        f"No area and no grid has the code {reach!r}.",
        hint="GET /v1/areas lists the areas; omit the reach for an unrestricted account.",
    )
