"""What a benchmark measures: a figure, its bound, and the table that all of them make."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One measured number, and what it must reach; without a bound it is told for information."""

    what: str
    value: float
    unit: str = "×"
    at_least: float | None = None
    at_most: float | None = None
    told: str = ""
    """The times behind a ratio."""

    @property
    def is_met(self) -> bool:
        """Whether the figure is within its bound."""
        low = self.at_least is None or self.value >= self.at_least
        return low and (self.at_most is None or self.value <= self.at_most)

    @property
    def bound(self) -> str:
        """The bound as a table says it."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g} {self.unit}"
        return "" if self.at_most is None else f"≤ {self.at_most:g} {self.unit}"


def show(family: str, figures: Iterable[Figure]) -> list[Figure]:
    """Print figures as a table, and return them."""
    rows = list(figures)
    table = Table("figure", "measured", "bound", "", "behind it", title=f"{family}")
    for row in rows:
        mark = "" if not row.bound else "met" if row.is_met else "MISSED"
        table.add_row(row.what, f"{row.value:,.3g} {row.unit}", row.bound, mark, row.told)
    Console(width=160).print(table)
    return rows


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """Return the median time of a piece of work, in seconds."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return median(taken)
