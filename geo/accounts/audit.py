"""Audit log: one immutable entry for every change, readable by admins."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.accounts import permissions
from geo.models import Account, Audit

ANONYMOUS = "anonymous"
"""The login recorded for callers without an account, where a setting lets them write."""


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
    reach sees only entries of accounts within it.
    """
    statement = select(Audit).order_by(Audit.id.desc()).limit(limit + 1)
    if reader.reach is not None:
        visible = select(Account.id).where(permissions.within_reach(Account.reach, reader))
        statement = statement.where(Audit.account_id.in_(visible))
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
