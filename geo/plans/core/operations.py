"""The steps of a plan as plain values, to JSON and back."""

import datetime
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, get_args

import shapely

from geo.errors import Invalid, NotFound
from geo.plans.core.import_shapes import Shape
from geo.plans.core.partition import Grid, Partition
from geo.plans.core.voronoi import Buildings


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


@dataclass(frozen=True)
class Import:
    """Put grids given as shapes in place of those of a community."""

    community: str
    grids: tuple[Shape, ...]


@dataclass(frozen=True)
class Restore:
    """Bring a grid, or all grids of a community, back as they were at a past moment."""

    code: str
    at: datetime.datetime


Operation = Split | Merge | MoveBorder | Transfer | Rename | Renumber | Create | Import | Restore
KINDS = {
    re.sub("(?<!^)([A-Z])", r"_\1", kind.__name__).lower(): kind for kind in get_args(Operation)
}
"""The operations by their `kind` in JSON."""


class Situation(Protocol):
    """What an operation may ask about the world."""

    def partition(self, community: str) -> Partition:
        """Return the partition of a community that the plan started from."""

    def community_of(self, code: str) -> str:
        """Return the community of a grid. Raises NotFound, also for the code of a community."""

    def buildings(self, community: str) -> Buildings:
        """Return the buildings that stand on the ground of a community."""

    def past(self, community: str, at: datetime.datetime) -> Mapping[str, Grid]:
        """Return the grids of a community at a moment, by code."""


def communities(operation: Operation, situation: Situation) -> tuple[str, ...]:
    """Return the communities that an operation touches, by code; all but a few touch one."""
    match operation:
        case Renumber(community) | Create(community) | Import(community):
            return (community,)
        case Merge(codes) | MoveBorder(codes):
            return tuple(sorted({situation.community_of(code) for code in codes}))
        case Split(code) | Rename(code) | Transfer(to=code):
            return (situation.community_of(code),)
        case Restore(code):
            return (_home(code, situation),)


def _home(code: str, situation: Situation) -> str:
    """Return the community of a grid, or the one that the code itself names."""
    try:
        return situation.community_of(code)
    except NotFound:
        return situation.partition(code).community


def to_json(operation: Operation) -> dict[str, Any]:
    """Return an operation as plain fields, `kind` first, lines as GeoJSON."""
    names = {kind: name for name, kind in KINDS.items()}
    fields: dict[str, Any] = {"kind": names[type(operation)]}
    return fields | {name: _plain(value) for name, value in vars(operation).items()}


def _plain(value: Any) -> Any:
    match value:
        case shapely.Geometry():
            return json.loads(shapely.to_geojson(value))
        case datetime.datetime():
            return value.isoformat()
        case Shape():
            told = {name: _plain(one) for name, one in vars(value).items()}
            return {name: one for name, one in told.items() if one is not None}
        case tuple():
            return [_plain(one) for one in value]
    return value


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
            case "import":
                grids = tuple(_shape(grid) for grid in fields["grids"])
                return Import(_text(fields["community"]), grids)
            case "restore":
                return Restore(_text(fields["code"]), _moment(fields["at"]))
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


def _shape(fields: Mapping[str, Any]) -> Shape:
    ground = shapely.force_2d(shapely.from_geojson(json.dumps(fields["geometry"])))
    if not isinstance(ground, shapely.Polygon | shapely.MultiPolygon) or ground.is_empty:
        raise TypeError("the geometry of a grid is no Polygon or MultiPolygon")
    if not ground.is_valid:
        raise ValueError(f"the shape of a grid is invalid: {shapely.is_valid_reason(ground)}")
    return Shape(ground, _name(fields.get("code")), _name(fields.get("name")))


def _moment(value: object) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return moment
