"""Audit log: one immutable entry for every change, readable by admins."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from geo.accounts import permissions
from geo.errors import NotFound
from geo.models import Account, Audit

ANONYMOUS = "anonymous"
"""The login recorded for callers without an account, where a setting lets them write."""


ACTIONS: Final = MappingProxyType(
    {
        "account": [
            "add",
            "disable",
            "enable",
            "password",
            "sign_in",
            "sign_in_refused",
            "sign_out",
        ],
        "token": ["add", "revoke"],
        "issue": ["file"],
        "plan": ["begin", "operation", "undo", "redo", "rebase", "comment", "discard", "publish"],
        "revision": ["revert"],
        "limits": ["put"],
        "import": [
            "areas",
            "neighborhoods",
            "managers",
            "buildings",
            "property-coverage",
            "grids",
            "grid-members",
            "issues",
            "backdrop",
        ],
        "demo": ["fill", "reset"],
    }
)
"""The actions of each group; an entry has both, as `plan.publish`."""


class ActionUnknown(NotFound):
    """The audit log has no such action."""

    code = "action_unknown"


class LoginUnknown(NotFound):
    """No account has this login, and no entry of the audit log."""

    code = "login_unknown"


@dataclass(frozen=True)
class Actor:
    """Who makes a change, and the client address or `command line`."""

    login: str
    address: str
    account: Account | None = None


def write(session: Session, actor: Actor, action: str, subject: str, **detail: Any) -> None:
    """Record that `actor` did `action` (such as `plan.publish`) to `subject` (such as `plan 7`).

    The entry belongs to the caller's transaction: it is committed or rolled back with the change.
    `detail` is stored as JSON without its None values.
    """
    values = {key: value for key, value in detail.items() if value is not None}
    session.add(
        Audit(
            login=actor.login,
            account_id=None if actor.account is None else actor.account.id,
            action=action,
            subject=subject,
            detail=values or None,
            address=actor.address,
        )
    )
    session.flush()


def list_entries(
    session: Session,
    reader: Account,
    *,
    login: str | None = None,
    action: str | None = None,
    since: datetime.datetime | None = None,
    limit: int,
    cursor: int | None = None,
) -> tuple[Sequence[Audit], int | None]:
    """Return at most `limit` entries with an id below `cursor`, newest first, and the next cursor.

    `action` also matches a whole family: `plan` matches `plan.publish`. A reader with a restricted
    reach sees only entries of accounts within it. Raises ActionUnknown and LoginUnknown.
    """
    if action is not None:
        _require_action(action)
    if login is not None:
        _require_login(session, reader, login)
    statement = _visible_to(reader).order_by(Audit.id.desc()).limit(limit + 1)
    if login is not None:
        statement = statement.where(Audit.login == login)
    if action is not None:
        in_family = Audit.action.startswith(f"{action}.", autoescape=True)
        statement = statement.where((Audit.action == action) | in_family)
    if since is not None:
        statement = statement.where(Audit.made_at >= since)
    if cursor is not None:
        statement = statement.where(Audit.id < cursor)
    rows = session.scalars(statement).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def _visible_to(reader: Account) -> Select[Audit]:
    """Return the entries that a reader may see."""
    if reader.reach is None:
        return select(Audit)
    visible = select(Account.id).where(permissions.within_reach(Account.reach, reader))
    return select(Audit).where(Audit.account_id.in_(visible))


def _require_action(action: str) -> None:
    group, _, name = action.partition(".")
    if group not in ACTIONS:
        raise ActionUnknown(
            f"There is no action {action!r}.", hint=f"The groups are: {', '.join(ACTIONS)}."
        )
    if action != group and name not in ACTIONS[group]:
        listed = ", ".join(f"{group}.{each}" for each in ACTIONS[group])
        raise ActionUnknown(f"There is no action {action!r}.", hint=f"Known are: {listed}.")


def _require_login(session: Session, reader: Account, login: str) -> None:
    """Raise LoginUnknown unless an account or entry that the reader may see has the login.

    Users of the command line, and `anonymous`, have entries without an account.
    """
    account = select(Account.id).where(
        Account.login == login, permissions.within_reach(Account.reach, reader)
    )
    entry = _visible_to(reader).with_only_columns(Audit.id).where(Audit.login == login)
    if session.scalar(account) is None and session.scalar(entry.limit(1)) is None:
        raise LoginUnknown(
            f"No account and no entry has the login {login!r}.",
            hint="GET /v1/accounts lists the accounts; logins are in lower case.",
        )
