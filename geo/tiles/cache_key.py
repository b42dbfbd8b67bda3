"""Cache keys of tiles.

A key names everything that a tile depends on, so no entry is ever stale.
"""

from geo.table_versions import VersionSnapshot, key_of_day
from geo.tiles.layers import Layer
from geo.tiles.tile_request import TileRequest
from geo.tiles.versions import layer_version

_SAME_EVERY_DAY = frozenset({Layer.AREAS, Layer.BUILDINGS, Layer.BACKDROP})


def tile_key(request: TileRequest, version: str, revisions: int) -> str:
    """Return the key of a tile in a layer version, with so many revisions in force."""
    tile, params = request.tile, request.params
    if depends_on_day(request.layer):
        version = key_of_day(version, revisions, params.on, params.at, request.timezone)
    filters = f"{params.level}/{params.since}/{params.before}"
    return f"{version}/{request.layer}/{tile.z}/{tile.x}/{tile.y}/{filters}"


def depends_on_day(layer: Layer) -> bool:
    """Return whether a layer's tiles differ between days of one table version."""
    return layer not in _SAME_EVERY_DAY


def tile_key_at(request: TileRequest, snapshot: VersionSnapshot) -> str:
    """Return the key of a tile in a snapshot."""
    version = layer_version(request.layer, snapshot, request.timezone)
    return tile_key(request, version, snapshot.revisions)
