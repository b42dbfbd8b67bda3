"""The audit log: append-only, part of the change's transaction, filtered by reach."""

import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from geo.accounts import accounts, audit
from geo.accounts.audit import Actor
from geo.models import Role


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET login = 'somebody else'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "TRUNCATE account CASCADE",
        "DELETE FROM audit WHERE false",
        "INSERT INTO audit (login, action, subject, address) OVERRIDING SYSTEM VALUE "
        "SELECT login, action, subject, address FROM audit "
        "ON CONFLICT (id) DO UPDATE SET login = 'somebody else'",
    ],
)
def test_the_audit_log_is_append_only(session, li, change):
    audit.write(session, Actor("li", "10.0.0.1", li), "plan.publish", "plan 7", grids=3)
    with pytest.raises(DBAPIError, match="audit is only ever added to"):
        session.execute(text(change))


def test_an_entry_is_rolled_back_with_its_change(session, li):
    session.commit()
    with session.begin_nested() as change:
        audit.write(session, Actor("li", "10.0.0.1", li), "plan.publish", "plan 7")
        change.rollback()
    assert session.scalars(text("SELECT id FROM audit")).all() == []


def test_entries_are_filtered_and_paged_newest_first(session, district):
    admin = accounts.add(session, "admin", Role.ADMIN)
    local = accounts.add(session, "local", Role.ADMIN, reach="230403001")
    for number, (account, action) in enumerate(
        [(admin, "plan.publish"), (local, "plan.discard"), (local, "planet.add"), (None, "plan")]
    ):
        login = "root" if account is None else account.login
        audit.write(session, Actor(login, "x", account), action, f"thing {number}")

    def numbers(reader, **filters):
        entries, _ = audit.list_entries(session, reader, limit=9, **filters)
        return [entry.subject[-1] for entry in entries]

    assert numbers(admin) == ["3", "2", "1", "0"]
    assert numbers(admin, action="plan") == ["3", "1", "0"]
    assert numbers(admin, action="plan.publish") == ["0"]
    assert numbers(admin, login="local") == ["2", "1"]
    assert numbers(admin, since=datetime.datetime(3025, 1, 1, tzinfo=datetime.UTC)) == []
    assert numbers(local) == ["2", "1"]
    first_page, cursor = audit.list_entries(session, admin, limit=3)
    assert [entry.subject[-1] for entry in first_page] == ["3", "2", "1"]
    assert numbers(admin, cursor=cursor) == ["0"]
