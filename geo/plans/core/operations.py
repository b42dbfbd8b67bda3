"""The operations of a plan as plain values, and their JSON form."""

import dataclasses
import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import shapely

from geo.errors import Invalid, NotFound
from geo.plans.core.import_shapes import GridShape
from geo.plans.core.partition import Grid, Partition
from geo.plans.core.voronoi import Buildings


class BadOperation(Invalid):
    """An operation is of no known kind, or a field is missing or wrong."""

    code = "bad_operation"


@dataclass(frozen=True)
class Split:
    """Cut a grid in two along a line."""

    code: str
    line: shapely.LineString
    into: tuple[str, str] | None = None


@dataclass(frozen=True)
class Merge:
    """Join adjacent grids."""

    codes: tuple[str, ...]
    into: str | None = None


@dataclass(frozen=True)
class MoveBorder:
    """Make a line the border between two adjacent grids."""

    codes: tuple[str, str]
    line: shapely.LineString


@dataclass(frozen=True)
class Transfer:
    """Move buildings, with the area nearest to them, to an adjacent grid."""

    buildings: tuple[str, ...]
    to: str


@dataclass(frozen=True)
class Create:
    """Divide a community that has no grids into some."""

    community: str
    count: int = 1


@dataclass(frozen=True)
class Renumber:
    """Give all grids of a community new codes, west to east and north to south."""

    community: str


@dataclass(frozen=True)
class Rename:
    """Give a grid another name."""

    code: str
    name: str | None


@dataclass(frozen=True)
class Import:
    """Replace the grids of a community by imported polygons."""

    community: str
    grids: tuple[GridShape, ...]


@dataclass(frozen=True)
class Restore:
    """Restore a grid, or all grids of a community, to a past moment."""

    code: str
    at: datetime.datetime


Operation = Split | Merge | MoveBorder | Transfer | Rename | Renumber | Create | Import | Restore


class PlanContext(Protocol):
    """The data that operations read."""

    def partition(self, community: str) -> Partition:
        """Return the partition of a community that the plan started from."""

    def community_of(self, code: str) -> str:
        """Return the community of a grid. Raises NotFound, also for the code of a community."""

    def buildings(self, community: str) -> Buildings:
        """Return the buildings that stand in a community."""

    def past(self, community: str, at: datetime.datetime) -> Mapping[str, Grid]:
        """Return the grids of a community at a moment, by code."""


def touched_communities(operation: Operation, context: PlanContext) -> tuple[str, ...]:
    """Return the codes of the communities that an operation touches, in order; usually one."""
    match operation:
        case Renumber(community) | Create(community) | Import(community):
            return (community,)
        case Merge(codes) | MoveBorder(codes):
            return tuple(sorted({context.community_of(code) for code in codes}))
        case Split(code) | Rename(code) | Transfer(to=code):
            return (context.community_of(code),)
        case Restore(code):
            return (_restored_community(code, context),)


def _restored_community(code: str, context: PlanContext) -> str:
    """Return the community of a grid, or the community that has this code itself."""
    try:
        return context.community_of(code)
    except NotFound:
        return context.partition(code).community


def kind_of(operation: Operation) -> str:
    """Return the kind of an operation, as in its JSON form."""
    names = {operation_type: name for name, (operation_type, _) in OPERATION_KINDS.items()}
    return names[type(operation)]


def to_json(operation: Operation) -> dict[str, Any]:
    """Return an operation as JSON fields, `kind` first, geometries as GeoJSON."""
    fields: dict[str, Any] = {"kind": kind_of(operation)}
    return fields | {name: _value_to_json(value) for name, value in vars(operation).items()}


def _value_to_json(value: Any) -> Any:
    match value:
        case shapely.Geometry():
            return json.loads(shapely.to_geojson(value))
        case datetime.datetime():
            return value.isoformat()
        case GridShape():
            fields = {name: _value_to_json(field) for name, field in vars(value).items()}
            return {name: field for name, field in fields.items() if field is not None}
        case tuple():
            return [_value_to_json(item) for item in value]
    return value


def from_json(fields: Mapping[str, Any]) -> Operation:
    """Return the operation that JSON fields describe; unknown fields are ignored.

    Raises BadOperation.
    """
    try:
        kind = fields["kind"]
        if kind in OPERATION_KINDS:
            operation, parsers = OPERATION_KINDS[kind]
            return operation(**_parse_fields(operation, parsers, fields))
    except (KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise BadOperation(
            f"A field of the operation is missing or wrong: {error}.",
            hint="Compare its fields with those of its kind.",
        ) from error
    raise BadOperation(
        f"There is no operation of kind {kind}.",
        hint=f"The kinds are {', '.join(OPERATION_KINDS)}.",
    )


Parser = Callable[[Any], Any]


def _parse_fields(
    operation: type[Operation], parsers: Mapping[str, Parser], fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the values of the fields; one with a default may be missing."""
    optional = {
        field.name
        for field in dataclasses.fields(operation)
        if field.default is not dataclasses.MISSING
    }
    return {
        name: parse(fields[name])
        for name, parse in parsers.items()
        if name in fields or name not in optional
    }


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is no whole number")
    return value


def _optional(parse: Parser) -> Parser:
    return lambda value: None if value is None else parse(value)


def _tuple(parse: Parser) -> Parser:
    return lambda values: tuple(parse(value) for value in values)


def _pair(value: Any) -> tuple[str, str]:
    first, second = value
    return _string(first), _string(second)


def _line(value: object) -> shapely.LineString:
    line = shapely.from_geojson(json.dumps(value))
    if not isinstance(line, shapely.LineString) or line.is_empty:
        raise TypeError("the line is no LineString")
    return line


def _grid_shape(fields: Mapping[str, Any]) -> GridShape:
    geometry = shapely.force_2d(shapely.from_geojson(json.dumps(fields["geometry"])))
    if not isinstance(geometry, shapely.Polygon | shapely.MultiPolygon) or geometry.is_empty:
        raise TypeError("the geometry of a grid is no Polygon or MultiPolygon")
    if not geometry.is_valid:
        raise ValueError(f"the geometry of a grid is invalid: {shapely.is_valid_reason(geometry)}")
    text = _optional(_string)
    return GridShape(geometry, text(fields.get("code")), text(fields.get("name")))


def _timestamp(value: object) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(_string(value))
    if moment.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return moment


OPERATION_KINDS: Mapping[str, tuple[type[Operation], Mapping[str, Parser]]] = {
    "split": (Split, {"code": _string, "line": _line, "into": _optional(_pair)}),
    "merge": (Merge, {"codes": _tuple(_string), "into": _optional(_string)}),
    "move_border": (MoveBorder, {"codes": _pair, "line": _line}),
    "transfer": (Transfer, {"buildings": _tuple(_string), "to": _string}),
    "rename": (Rename, {"code": _string, "name": _optional(_string)}),
    "renumber": (Renumber, {"community": _string}),
    "create": (Create, {"community": _string, "count": _integer}),
    "import": (Import, {"community": _string, "grids": _tuple(_grid_shape)}),
    "restore": (Restore, {"code": _string, "at": _timestamp}),
}
"""By `kind`: the class of the operation, and how each of its JSON fields is parsed."""
