"""The steps of a plan as plain values, to JSON and back."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, get_args

import shapely

from geo.errors import Invalid
from geo.plans.ground import Buildings
from geo.plans.partition import Partition


class BadOperation(Invalid):
    """A step of a plan is of no known kind, or lacks a field."""

    code = "bad_operation"


@dataclass(frozen=True)
class Split:
    """Cut a grid in two along a line."""

    code: str
    line: shapely.LineString
    into: tuple[str, str] | None = None


@dataclass(frozen=True)
class Merge:
    """Join grids that touch."""

    codes: tuple[str, ...]
    into: str | None = None


@dataclass(frozen=True)
class MoveBorder:
    """Make a line the border between two grids that touch."""

    codes: tuple[str, str]
    line: shapely.LineString


@dataclass(frozen=True)
class Transfer:
    """Move buildings to a grid beside theirs; the ground nearest to them follows."""

    buildings: tuple[str, ...]
    to: str


@dataclass(frozen=True)
class Create:
    """Lay out grids in a community that has none."""

    community: str
    count: int = 1


@dataclass(frozen=True)
class Renumber:
    """Give all grids of a community fresh codes, west to east and north to south."""

    community: str


@dataclass(frozen=True)
class Rename:
    """Give a grid another name."""

    code: str
    name: str | None


Operation = Split | Merge | MoveBorder | Transfer | Rename | Renumber | Create
KINDS = {
    re.sub("(?<!^)([A-Z])", r"_\1", kind.__name__).lower(): kind for kind in get_args(Operation)
}
"""The operations by their `kind` in JSON."""


class Situation(Protocol):
    """What an operation may ask about the world."""

    def partition(self, community: str) -> Partition:
        """Return the partition of a community that the plan started from."""

    def community_of(self, code: str) -> str:
        """Return the community of a grid."""

    def buildings(self, community: str) -> Buildings:
        """Return the buildings that stand on the ground of a community."""


def communities(operation: Operation, situation: Situation) -> tuple[str, ...]:
    """Return the communities that an operation touches, by code; all but a few touch one."""
    match operation:
        case Renumber(community) | Create(community):
            return (community,)
        case Merge(codes) | MoveBorder(codes):
            return tuple(sorted({situation.community_of(code) for code in codes}))
        case Split(code) | Rename(code) | Transfer(to=code):
            return (situation.community_of(code),)


def to_json(operation: Operation) -> dict[str, Any]:
    """Return an operation as plain fields, `kind` first, lines as GeoJSON."""
    names = {kind: name for name, kind in KINDS.items()}
    fields: dict[str, Any] = {"kind": names[type(operation)]}
    for name, value in vars(operation).items():
        is_shape = isinstance(value, shapely.Geometry)
        plain = list(value) if isinstance(value, tuple) else value
        fields[name] = json.loads(shapely.to_geojson(value)) if is_shape else plain
    return fields


def from_json(fields: Mapping[str, Any]) -> Operation:
    """Return the operation of plain fields. Raises BadOperation."""
    try:
        match fields["kind"]:
            case "split":
                return Split(_text(fields["code"]), _line(fields["line"]), _pair(fields))
            case "merge":
                codes = tuple(_text(code) for code in fields["codes"])
                return Merge(codes, _name(fields.get("into")))
            case "move_border":
                one, two = fields["codes"]
                return MoveBorder((_text(one), _text(two)), _line(fields["line"]))
            case "transfer":
                moved = tuple(_text(code) for code in fields["buildings"])
                return Transfer(moved, _text(fields["to"]))
            case "create":
                return Create(_text(fields["community"]), _count(fields.get("count", 1)))
            case "renumber":
                return Renumber(_text(fields["community"]))
            case "rename":
                return Rename(_text(fields["code"]), _name(fields["name"]))
    except (KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise BadOperation(
            f"A field of the step is missing or wrong: {error}.",
            hint="Compare its fields with those of its kind.",
        ) from error
    raise BadOperation(
        f"There is no step of kind {fields['kind']}.", hint=f"The kinds are {', '.join(KINDS)}."
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _name(value: object) -> str | None:
    return None if value is None else _text(value)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is no whole number")
    return value


def _pair(fields: Mapping[str, Any]) -> tuple[str, str] | None:
    if fields.get("into") is None:
        return None
    first, second = fields["into"]
    return _text(first), _text(second)


def _line(value: object) -> shapely.LineString:
    line = shapely.from_geojson(json.dumps(value))
    if not isinstance(line, shapely.LineString) or line.is_empty:
        raise TypeError("the line is no LineString")
    return line
