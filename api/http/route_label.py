"""The label of a request's route in the log and the metrics: never a path with values."""

from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

NO_ROUTE: Final = "unknown"


@dataclass(frozen=True)
class Unrouted:
    """Stands for the route of a request that was answered before it was routed."""

    path: str


def set_label(scope: Scope, label: str) -> None:
    """Label a request that no route will handle."""
    scope["route"] = Unrouted(label)


def label_of(scope: Scope) -> str:
    """Return the path template of a request's route, or the label that was set instead."""
    label: str = getattr(scope.get("route"), "path", NO_ROUTE)
    return label
