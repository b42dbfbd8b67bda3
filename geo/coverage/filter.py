"""Which buildings count: by who manages them or why nobody does, by their age and their use."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from geo.models import Building, ManagerKind, PropertyCoverage


class Reason(StrEnum):
    """Why a building has no manager on a day."""

    NEVER_COVERED = "never_covered"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class BuildingFilter:
    """A choice of buildings; what is left empty leaves none out.

    With manager kinds or reasons a building counts if its manager is of one of the kinds, or if it
    has none for one of the reasons. One of unknown year is in no span of years; the use `""` is the
    unknown one.
    """

    manager_kinds: frozenset[ManagerKind] = frozenset()
    reasons: frozenset[Reason] = frozenset()
    built_from: int | None = None
    built_to: int | None = None
    uses: frozenset[str] = frozenset()
    not_uses: frozenset[str] = frozenset()

    def conditions(self, today: Any, on: datetime.date) -> Iterator[ColumnElement[bool]]:
        """Yield the conditions on a building and on its coverage of the day, outer-joined to it."""
        if self.manager_kinds or self.reasons:
            yield or_(self._managed(today), self._unmanaged(today, on))
        if self.built_from is not None:
            yield Building.built_year >= self.built_from
        if self.built_to is not None:
            yield Building.built_year <= self.built_to
        use = func.coalesce(Building.use, "")
        if self.uses:
            yield use.in_(self.uses)
        if self.not_uses:
            yield use.not_in(self.not_uses)

    def _managed(self, coverage: Any) -> ColumnElement[bool]:
        return coverage.manager_kind.in_(self.manager_kinds) if self.manager_kinds else false()

    def _unmanaged(self, today: Any, on: datetime.date) -> ColumnElement[bool]:
        lapsed = (
            select(PropertyCoverage.id)
            .where(PropertyCoverage.building_code == Building.code)
            .where(func.upper(PropertyCoverage.covered) <= on)
            .exists()
        )
        why = {Reason.LAPSED: lapsed, Reason.NEVER_COVERED: ~lapsed}
        if self.reasons == frozenset(Reason):
            return and_(today.id.is_(None), true())
        return and_(today.id.is_(None), or_(false(), *(why[reason] for reason in self.reasons)))


EVERY = BuildingFilter()
"""All buildings."""
