"""`python -m bench [FAMILY…]`: measure, print the tables, and fail where a figure is missed."""

import importlib
import sys
from pathlib import Path

from bench.figures import Figure, show

FAMILIES = ("imports", "coverage", "lookup", "http", "plans", "tiles", "pages")
ALIASES = {"import": "imports"}


def main(asked: list[str]) -> int:
    """Run the families asked for, or all there are; return the exit code."""
    there = [name for name in FAMILIES if (Path(__file__).parent / f"{name}.py").exists()]
    wanted = [ALIASES.get(name, name) for name in asked] or there
    unknown = [name for name in wanted if name not in there]
    if unknown:
        print(f"No such family: {', '.join(unknown)}. There are: {', '.join(there)}.")
        return 2
    missed: list[Figure] = []
    for name in wanted:
        figures = show(name, importlib.import_module(f"bench.{name}").measure())
        missed += [figure for figure in figures if not figure.is_met]
    for figure in missed:
        print(f"MISSED: {figure.what}: {figure.value:.3g} {figure.unit}, bound {figure.bound}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
