"""The steps of a plan as plain values, to JSON and back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import shapely

from geo.errors import Invalid
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
class Rename:
    """Give a grid another name."""

    code: str
    name: str | None


Operation = Split | Merge | Rename


class Situation(Protocol):
    """What an operation may ask about the world."""

    def partition(self, community: str) -> Partition:
        """Return the partition of a community that the plan started from."""

    def community_of(self, code: str) -> str:
        """Return the community of a grid."""


def communities(operation: Operation, situation: Situation) -> tuple[str, ...]:
    """Return the communities that an operation touches, by code; all but a few touch one."""
    codes = operation.codes if isinstance(operation, Merge) else (operation.code,)
    return tuple(sorted({situation.community_of(code) for code in codes}))


def to_json(operation: Operation) -> dict[str, Any]:
    """Return an operation as plain fields, `kind` first, lines as GeoJSON."""
    fields: dict[str, Any] = {"kind": type(operation).__name__.lower()}
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
            case "rename":
                return Rename(_text(fields["code"]), _name(fields["name"]))
    except (KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise BadOperation(
            f"A field of the step is missing or wrong: {error}.",
            hint="Compare its fields with those of its kind.",
        ) from error
    raise BadOperation(
        f"There is no step of kind {fields['kind']}.", hint="Use split, merge or rename."
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _name(value: object) -> str | None:
    return None if value is None else _text(value)


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
