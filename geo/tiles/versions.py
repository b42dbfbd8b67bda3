"""Versions of tile layers: equal versions mean equal tiles."""

import json
from functools import cache, lru_cache
from importlib.metadata import version

from sqlalchemy.orm import Session

from geo import table_versions
from geo.table_versions import VersionSnapshot
from geo.tiles.layers import SOURCE_TABLES, Layer

_RENDERER_VERSION = 13
"""Raise it with every change of how tiles are rendered."""


@lru_cache(maxsize=256)
def layer_version(layer: Layer, snapshot: VersionSnapshot, timezone: str) -> str:
    """Return a layer's version in a snapshot: 16 hexadecimal digits.

    It depends on everything committed to the layer's source tables, on the city's time zone and on
    the installed version of Gridward.
    """
    return _layer_version(layer, json.loads(snapshot.tables), timezone)


def read_layer_versions(session: Session, timezone: str) -> dict[str, str]:
    """Return the current version of every layer, as `layer_version` does."""
    versions = table_versions.read_all(session)
    return {layer.value: _layer_version(layer, versions, timezone) for layer in Layer}


def _layer_version(layer: Layer, versions: dict[str, str], timezone: str) -> str:
    return table_versions.combine(
        versions, SOURCE_TABLES[layer], _package_version(), str(_RENDERER_VERSION), timezone, layer
    )


@cache
def _package_version() -> str:
    return version("gridward")
