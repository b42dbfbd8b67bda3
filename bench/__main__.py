"""`python -m bench [FAMILY…]`: measure, print tables, and fail if a bound is missed."""

import importlib
import sys

from bench.measurements import Measurement, print_table

FAMILIES = ("imports", "coverage", "lookup", "http", "plans", "tiles", "pages", "load")
ALIASES = {"import": "imports"}


def main(args: list[str]) -> int:
    """Run these families of benchmarks, by default all of them; return the exit code."""
    names = [ALIASES.get(name, name) for name in args] or list(FAMILIES)
    unknown = [name for name in names if name not in FAMILIES]
    if unknown:
        print(f"Unknown family: {', '.join(unknown)}. Known are: {', '.join(FAMILIES)}.")
        return 2
    missed: list[Measurement] = []
    for name in names:
        measurements = print_table(name, importlib.import_module(f"bench.{name}").measure())
        missed += [measurement for measurement in measurements if not measurement.is_met]
    for measurement in missed:
        value = f"{measurement.value:.3g} {measurement.unit}"
        print(f"MISSED: {measurement.name}: {value}, bound {measurement.bound}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
