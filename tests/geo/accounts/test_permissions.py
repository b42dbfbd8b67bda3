"""Permissions: roles include lower roles; a reach is a code prefix, or None for unrestricted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from geo.accounts import permissions
from geo.models import Account, Area, Issue, Role

CODES = st.text("0123", min_size=1, max_size=6)


def account_with(reach: str | None) -> Account:
    return Account(login="li", role=Role.REPORTER, reach=reach)


@given(reach=st.none() | CODES, codes=st.lists(st.none() | CODES, max_size=5))
def test_the_error_names_every_code_outside_the_reach(reach, codes):
    account = account_with(reach)
    outside = [
        code
        for code in codes
        if reach is not None and (code is None or code[: len(reach)] != reach)
    ]
    if not outside:
        permissions.require_reach(account, codes)
        return
    with pytest.raises(permissions.OutOfReach) as error:
        permissions.require_reach(account, codes)
    for code in outside:
        assert ("locations in no area" if code is None else code) in error.value.message


def test_the_database_and_python_agree_on_what_is_within_reach(district):
    codes = district.scalars(text("SELECT code FROM area")).all()
    for reach in (None, *codes, "2304030", "%", "_"):
        account = account_with(reach)
        rows = district.query(Area.code).filter(permissions.within_reach(Area.code, account))
        expected = {code for code in codes if permissions.reaches(account, code)}
        assert {code for (code,) in rows} == expected


@pytest.mark.parametrize(("reach", "count"), [(None, 1), ("230403", 0)])
def test_an_issue_in_no_grid_requires_an_unrestricted_reach(district, reach, count):
    district.execute(text("UPDATE issue SET grid_code = NULL"))
    account = account_with(reach)
    assert permissions.reaches(account, None) == bool(count)
    within_reach = permissions.within_reach(Issue.grid_code, account)
    assert district.query(Issue).filter(within_reach).count() == count


@given(st.sampled_from(Role), st.sampled_from(Role))
def test_a_role_includes_the_lower_roles(one, other):
    assert one.includes(other) or other.includes(one)
    assert (one.includes(other) and other.includes(one)) == (one is other)
    assert Role.ADMIN.includes(one)
    assert one.includes(Role.VIEWER)
