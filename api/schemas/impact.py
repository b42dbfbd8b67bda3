"""The impact of a plan."""

from api.schemas.base import FromAttributes

Range = tuple[int, float, int]
"""Minimum, median, maximum."""


class GridCountsOut(FromAttributes):
    """Numbers of buildings, of their households, and of open issues."""

    buildings: int
    households: int
    open_issues: int


class GridMoveOut(FromAttributes):
    """What moves from one grid to another; null stands for the area outside every grid."""

    from_code: str | None
    to_code: str | None
    counts: GridCountsOut


class GridImpactOut(FromAttributes):
    """The contents of a grid before and after the plan; null where the grid does not exist."""

    code: str
    before: GridCountsOut | None
    after: GridCountsOut | None


class SizeDistributionOut(FromAttributes):
    """The number of grids, and the minimum, median and maximum of what a grid contains."""

    grids: int
    buildings: Range
    households: Range


class ImpactOut(FromAttributes):
    """Everything that changes grid: in total, from grid to grid, and for each grid."""

    communities: list[str]
    total: GridCountsOut
    moves: list[GridMoveOut]
    grids: list[GridImpactOut]
    distribution_before: SizeDistributionOut | None
    distribution_after: SizeDistributionOut | None
