"""Notes on what reading a file assumed and changed: one sentence each, with a row count."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class RepairSummary:
    """How many polygons were repaired, and how much that changed them."""

    count: int = 0
    moved_m: float = 0.0
    """The largest distance of a vertex from the polygon before or after the repair."""
    changed_m2: float = 0.0
    """The sum of the differences in area."""

    def add(self, moved_m: float, changed_m2: float) -> None:
        """Count one more repair."""
        self.count += 1
        self.moved_m = max(self.moved_m, moved_m)
        self.changed_m2 += changed_m2

    def __str__(self) -> str:
        return (
            f"{self.count:,} polygon{'s' if self.count != 1 else ''} repaired: vertices moved by "
            f"up to {self.moved_m:,.2f} m, areas changed by {self.changed_m2:,.1f} m² in total"
        )


@dataclass
class Notes:
    """Sentences, each once, with the number of rows that it concerns; 0 means the whole file."""

    counts: dict[str, int] = field(default_factory=dict)
    repairs: RepairSummary = field(default_factory=RepairSummary)

    def add(self, sentence: str, rows: int = 0) -> None:
        """Add a sentence, or more rows to one that is there already."""
        self.counts[sentence] = self.counts.get(sentence, 0) + rows

    def __iter__(self) -> Iterator[str]:
        for sentence, rows in self.counts.items():
            yield f"{sentence} ({rows:,} rows)" if rows else sentence
        if self.repairs.count:
            yield str(self.repairs)

    def __len__(self) -> int:
        return len(list(iter(self)))
