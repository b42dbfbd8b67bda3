"""An account to test with."""

import pytest
from sqlalchemy.orm import Session

from geo.accounts import accounts
from geo.models import Account, Role


@pytest.fixture
def li(session: Session) -> Account:
    """A reporter without a password."""
    return accounts.add(session, "li", Role.REPORTER)
