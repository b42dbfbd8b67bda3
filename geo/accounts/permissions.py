"""What an account may do, and where: its role, and the code that it reaches."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from geo import areas, codes
from geo.errors import Forbidden
from geo.models import Account, Role

_NAMED = 5


class NotSignedIn(Forbidden):
    """This needs an account, and the caller has not signed in."""

    code = "not_signed_in"


class RoleMissing(Forbidden):
    """The account's role does not include this."""

    code = "role_missing"


class OutOfReach(Forbidden):
    """The account does not reach a place that this would change."""

    code = "out_of_reach"


def within_reach(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], account: Account
) -> ColumnElement[bool]:
    """Return the condition that a code lies in an account's reach.

    A row without a code is in reach of those who reach everywhere, and of nobody else.
    """
    return areas.within(column, account.reach) if account.reach else true()


def reaches(account: Account, code: str) -> bool:
    """Tell whether a code lies in an account's reach."""
    return codes.is_within(code, account.reach)


def require_reach(account: Account, affected: Iterable[str]) -> None:
    """Raise OutOfReach unless every code lies in the account's reach.

    A place that lies in no area has the code ''.
    """
    beyond = sorted({code for code in affected if not reaches(account, code)})
    if not beyond:
        return
    named = ", ".join(code or "a place in no area" for code in beyond[:_NAMED])
    more = f" and {len(beyond) - _NAMED} more" if len(beyond) > _NAMED else ""
    raise OutOfReach(
        f"{account.login} reaches {account.reach}, not {named}{more}.",
        hint="Ask somebody who reaches it, or those who run the service for a wider reach.",
    )


def require_role(account: Account, role: Role) -> None:
    """Raise RoleMissing unless the account's role includes `role`."""
    if not account.role.includes(role):
        raise RoleMissing(
            f"{account.login} has the role {account.role}; this needs {role}.",
            hint="Ask those who run the service for another role.",
        )
