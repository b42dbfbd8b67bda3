"""The record of who did what: written with every change, read by admins, changed by nobody."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.accounts import permissions
from geo.models import Account, Audit

ANONYMOUS = "anonymous"
"""The login of callers without an account, where a setting lets them write."""


@dataclass(frozen=True)
class Actor:
    """Who does something, and where from: an address of the network, or `command line`."""

    login: str
    address: str
    account: Account | None = None


def write(session: Session, actor: Actor, action: str, subject: str, **detail: Any) -> None:
    """Record that `actor` did `action`, as `plan.publish`, to `subject`, as `plan 7`.

    It stands or falls with the change: both are in the caller's transaction. `detail` is JSON;
    what is None in it is left out.
    """
    told = {what: value for what, value in detail.items() if value is not None}
    session.add(
        Audit(
            login=actor.login,
            account_id=None if actor.account is None else actor.account.id,
            action=action,
            subject=subject,
            detail=told or None,
            address=actor.address,
        )
    )
    session.flush()


def page(
    session: Session,
    reader: Account,
    *,
    login: str | None = None,
    action: str | None = None,
    since: datetime.datetime | None = None,
    limit: int,
    cursor: int | None = None,
) -> tuple[Sequence[Audit], int | None]:
    """Return at most `limit` entries below `cursor`, newest first, and the next cursor.

    An action also finds those it begins: `plan` finds `plan.publish`. A reader who does not reach
    everywhere sees what was done by accounts within reach.
    """
    newest = select(Audit).order_by(Audit.id.desc()).limit(limit + 1)
    if reader.reach:
        within = select(Account.id).where(permissions.within_reach(Account.reach, reader))
        newest = newest.where(Audit.account_id.in_(within))
    if login is not None:
        newest = newest.where(Audit.login == login)
    if action is not None:
        begun = Audit.action.startswith(f"{action}.", autoescape=True)
        newest = newest.where((Audit.action == action) | begun)
    if since is not None:
        newest = newest.where(Audit.made_at >= since)
    if cursor is not None:
        newest = newest.where(Audit.id < cursor)
    found = session.scalars(newest).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None
