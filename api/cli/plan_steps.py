"""Read the steps of `gridward plan apply` from JSON or from a file of grids."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.cli.output import print_message
from data import plan_files
from data.errors import UnreadableFile
from geo.errors import GridwardError
from geo.plans.core.operations import Operation, from_json, to_json


@contextmanager
def naming_failed_step(file: Path, count: int, total: int, kind: str) -> Iterator[None]:
    """Print which step of a file failed if an error is raised inside."""
    try:
        yield
    except GridwardError:
        print_message(f"{file}: step {count} of {total} ({kind}) is refused:")
        raise


def read_operations(session: Session, file: Path) -> Sequence[Operation]:
    """Return the operations of a file.

    Raises UnreadableFile, BadOperation, and what `plan_files.read_imports` raises.
    """
    if str(file) != "-" and file.suffix.lower() != ".json":
        imports = plan_files.read_imports(session, file)
        return [from_json(to_json(step)) for step in imports]  # the same rules as for JSON
    steps = _read_steps(file)
    operations = []
    for count, step in enumerate(steps, start=1):
        with naming_failed_step(file, count, len(steps), step["kind"]):
            operations.append(from_json(step))
    return operations


def _read_steps(file: Path) -> Sequence[Mapping[str, Any]]:
    """Return the JSON objects of a file or stdin; each has a `kind`. Raises UnreadableFile."""
    name = "stdin" if str(file) == "-" else str(file)
    try:
        content = json.loads(sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(
            f"{name} is not valid JSON: {error}.", hint="Provide one step, or a list of steps."
        ) from error
    if isinstance(content, dict) and content.get("type") == "FeatureCollection":
        raise UnreadableFile(
            f"{name} has grids, not steps.", hint="Rename the file to .geojson to import its grids."
        )
    steps = content if isinstance(content, list) else [content]
    for count, step in enumerate(steps, start=1):
        if not isinstance(step, dict) or not isinstance(step.get("kind"), str):
            raise UnreadableFile(
                f"{name}: step {count} of {len(steps)} is not an object with a kind.",
                hint='A step looks like {"kind": "merge", "codes": ["…", "…"]}.',
            )
    if not steps:
        raise UnreadableFile(f"{name} has no step.", hint="Provide one step, or a list of steps.")
    return steps
