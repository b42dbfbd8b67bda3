"""The operations of a plan as plain values, and their JSON form."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import shapely
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from geo.errors import Invalid, NotFound
from geo.plans.core.import_shapes import GridShape
from geo.plans.core.partition import Grid, Partition
from geo.plans.core.step_types import STORED, Code, Count, Line, Name, Timestamp
from geo.plans.core.voronoi import Buildings


class BadOperation(Invalid):
    """An operation is of no known kind, or a field is missing or wrong."""

    code = "bad_operation"


class _Step:
    """Base of operations: a field that an operation does not have is an error."""

    __pydantic_config__ = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Split(_Step):
    """Cut a grid in two along a line."""

    code: Code
    line: Line
    into: tuple[Code, Code] | None = None


@dataclass(frozen=True)
class Merge(_Step):
    """Join adjacent grids."""

    codes: tuple[Code, ...]
    into: Code | None = None


@dataclass(frozen=True)
class MoveBorder(_Step):
    """Make a line the border between two adjacent grids."""

    codes: tuple[Code, Code]
    line: Line


@dataclass(frozen=True)
class Transfer(_Step):
    """Move buildings, with the area nearest to them, to an adjacent grid."""

    buildings: tuple[Code, ...]
    to: Code


@dataclass(frozen=True)
class Create(_Step):
    """Divide a community that has no grids into some."""

    community: Code
    count: Count = 1


@dataclass(frozen=True)
class Renumber(_Step):
    """Give all grids of a community new codes, west to east and north to south."""

    community: Code


@dataclass(frozen=True)
class Rename(_Step):
    """Give a grid another name."""

    code: Code
    name: Name | None


@dataclass(frozen=True)
class Import(_Step):
    """Replace the grids of a community by imported polygons."""

    community: Code
    grids: tuple[GridShape, ...]


@dataclass(frozen=True)
class Restore(_Step):
    """Restore a grid, or all grids of a community, to a past moment."""

    code: Code
    at: Timestamp


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
    names = {operation_type: name for name, operation_type in OPERATION_KINDS.items()}
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
    """Return the operation that JSON fields from outside describe.

    Raises BadOperation, which names each field that is missing, unknown or wrong.
    """
    return _parse(fields, context=None)


def from_stored(body: Mapping[str, Any]) -> Operation:
    """Return the operation of a step in the database, with its values as they are.

    It may be of an earlier version, which accepted other names, codes, numbers and coordinates.
    """
    return _parse(body, context=STORED)


def _parse(fields: Mapping[str, Any], *, context: str | None) -> Operation:
    kind = fields.get("kind")
    if not isinstance(kind, str) or kind not in OPERATION_KINDS:
        raise BadOperation(
            f"There is no operation of kind {kind!r:.40}.",
            hint=f"The kinds are {', '.join(OPERATION_KINDS)}.",
        )
    try:
        return _adapter(kind).validate_python(
            {name: value for name, value in fields.items() if name != "kind"}, context=context
        )
    except ValidationError as error:
        described = "; ".join(map(_describe, error.errors(include_url=False)[:3]))
        raise BadOperation(
            f"A field of the operation is missing or wrong: {described}.",
            hint="Compare its fields with those of its kind.",
        ) from None


def _describe(error: ErrorDetails) -> str:
    location = ".".join(map(str, error["loc"]))
    if error["type"] == "unexpected_keyword_argument":
        return f"{location} is not one of its fields"
    if error["type"] == "tuple_type":
        return f"{location} should be a list"
    return f"{location}: {error['msg'].removeprefix('Value error, ')}"


@cache
def _adapter(kind: str) -> TypeAdapter[Operation]:
    return TypeAdapter(OPERATION_KINDS[kind])


OPERATION_KINDS: Mapping[str, type[Operation]] = {
    "split": Split,
    "merge": Merge,
    "move_border": MoveBorder,
    "transfer": Transfer,
    "rename": Rename,
    "renumber": Renumber,
    "create": Create,
    "import": Import,
    "restore": Restore,
}
"""The class of the operations of each `kind`."""
