"""A measurement with its bound, and the table of all measurements of a family."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Measurement:
    """One measured number and the bound that it must meet; without a bound, for information."""

    name: str
    value: float
    unit: str = "×"
    at_least: float | None = None
    at_most: float | None = None
    details: str = ""
    """The absolute numbers behind a ratio."""

    @property
    def is_met(self) -> bool:
        """Whether the value meets its bound."""
        meets_minimum = self.at_least is None or self.value >= self.at_least
        return meets_minimum and (self.at_most is None or self.value <= self.at_most)

    @property
    def bound(self) -> str:
        """The bound as text, empty if there is none."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g} {self.unit}"
        return "" if self.at_most is None else f"≤ {self.at_most:g} {self.unit}"


def print_table(family: str, measurements: Iterable[Measurement]) -> list[Measurement]:
    """Print the measurements of a family as a table, and return them."""
    rows = list(measurements)
    table = Table("measurement", "value", "bound", "result", "details", title=family)
    for row in rows:
        result = "" if not row.bound else "met" if row.is_met else "MISSED"
        table.add_row(row.name, f"{row.value:,.3g} {row.unit}", row.bound, result, row.details)
    Console(width=160).print(table)
    return rows


def median_seconds(function: Callable[[], object], rounds: int = 3) -> float:
    """Return the median run time of a function in seconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return median(times)
