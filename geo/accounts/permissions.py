"""Permissions: an account's role says what it may do, its reach says where."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from geo import areas, codes
from geo.errors import Forbidden
from geo.models import Account, Role

_MAX_CODES_LISTED = 5


class NotSignedIn(Forbidden):
    """This needs an account, and the caller is not signed in."""

    code = "not_signed_in"


class RoleMissing(Forbidden):
    """The account's role does not include this."""

    code = "role_missing"


class OutOfReach(Forbidden):
    """The change affects an area outside the account's reach."""

    code = "out_of_reach"


def within_reach(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], account: Account
) -> ColumnElement[bool]:
    """Return the SQL condition that a code lies in an account's reach.

    Rows without a code match only accounts with unrestricted reach.
    """
    return true() if account.reach is None else areas.within(column, account.reach)


def reaches(account: Account, code: str | None) -> bool:
    """Return whether a code lies in an account's reach.

    None, a location in no area, is only within unrestricted reach.
    """
    if account.reach is None:
        return True
    return code is not None and codes.is_within(code, account.reach)


def require_reach(account: Account, affected: Iterable[str | None]) -> None:
    """Raise OutOfReach unless every code lies in the account's reach; None is as in `reaches`."""
    outside = {code for code in affected if not reaches(account, code)}
    if not outside:
        return
    names = sorted("locations in no area" if code is None else code for code in outside)
    listed = ", ".join(names[:_MAX_CODES_LISTED])
    more = f" and {len(names) - _MAX_CODES_LISTED} more" if len(names) > _MAX_CODES_LISTED else ""
    raise OutOfReach(
        f"{account.login} may change {account.reach}, not {listed}{more}.",
        hint="Ask somebody with that reach, or ask an administrator to extend yours.",
    )


def require_role(account: Account, role: Role) -> None:
    """Raise RoleMissing unless the account's role includes `role`."""
    if not account.role.includes(role):
        raise RoleMissing(
            f"{account.login} has the role {account.role}; this needs {role}.",
            hint="Ask an administrator for another role.",
        )
