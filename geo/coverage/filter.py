"""Filters on buildings: by their manager's kind, by why they have none, by age and by use."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from geo.coverage.rules import Day, UncoveredReason, has_past_coverage
from geo.errors import NotFound
from geo.models import Building, ManagerKind


class UseUnknown(NotFound):
    """No building has this use."""

    code = "use_unknown"


@dataclass(frozen=True)
class BuildingFilter:
    """The buildings that figures count. An empty field filters nothing.

    With manager kinds or reasons, a building passes if its manager is of one of the kinds, or if it
    has no manager for one of the reasons. A building without a year passes no filter on years. The
    use `""` stands for a building without a use.
    """

    manager_kinds: frozenset[ManagerKind] = frozenset()
    reasons: frozenset[UncoveredReason] = frozenset()
    built_from: int | None = None
    built_to: int | None = None
    uses: frozenset[str] = frozenset()
    not_uses: frozenset[str] = frozenset()

    def conditions(self, coverage: Any, on: Day) -> Iterator[ColumnElement[bool]]:
        """Yield the conditions on a building and on its coverage of the day, outer-joined to it."""
        if self.manager_kinds or self.reasons:
            yield or_(self._is_managed(coverage), self._is_uncovered(coverage, on))
        yield from self.attribute_conditions()

    def attribute_conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yield the conditions on a building itself, which are the same on every day."""
        if self.built_from is not None:
            yield Building.built_year >= self.built_from
        if self.built_to is not None:
            yield Building.built_year <= self.built_to
        use = func.coalesce(Building.use, "")
        if self.uses:
            yield use.in_(self.uses)
        if self.not_uses:
            yield use.not_in(self.not_uses)

    def _is_managed(self, coverage: Any) -> ColumnElement[bool]:
        return coverage.manager_kind.in_(self.manager_kinds) if self.manager_kinds else false()

    def _is_uncovered(self, coverage: Any, on: Day) -> ColumnElement[bool]:
        uncovered: ColumnElement[bool] = coverage.id.is_(None)
        if self.reasons == frozenset(UncoveredReason):
            return uncovered
        lapsed = has_past_coverage(on)
        conditions = {UncoveredReason.LAPSED: lapsed, UncoveredReason.NEVER_COVERED: ~lapsed}
        return and_(uncovered, or_(false(), *(conditions[reason] for reason in self.reasons)))


ALL_BUILDINGS = BuildingFilter()
"""The filter that every building passes."""


def require_known_uses(session: Session, uses: frozenset[str]) -> None:
    """Raise UseUnknown unless each use is that of a building, of any time; `""` is always known."""
    for use in sorted(uses - {""}):
        # The first building ends the search: one query for all uses would read every building.
        if session.scalar(select(Building.code).where(Building.use == use).limit(1)) is None:
            raise UseUnknown(
                f"No building has the use {use!r}.",
                hint="The property `use` in GET /v1/buildings shows the uses.",
            )
