"""A vector tile encoder for tests that need no PostGIS."""

import geopandas as gpd
import numpy as np
import shapely

from maps.pages.page_data import COLUMNS

EXTENT = 4096
TILE_COLUMNS = COLUMNS | {
    "buildings": (
        *("code", "name", "address", "community_code", "built_year", "use", "households"),
        "coverage",
    )
}
"""The properties by layer: those of a page's data, but buildings have the periods of coverage."""


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number: int, content: bytes | int) -> bytes:
    """Return one field of a protocol buffer: a number, or bytes with their length."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def encode_value(content: object) -> bytes:
    if isinstance(content, bool | np.bool_):
        return field(7, int(content))
    if isinstance(content, int | np.integer):
        return field(4, int(content))
    if isinstance(content, float):
        return varint(3 << 3 | 1) + np.float64(content).tobytes()
    return field(1, str(content).encode())


def geometry_commands(shape: shapely.Geometry) -> bytes:
    """Return the commands of a geometry in tile units: MoveTo, LineTo, ClosePath."""
    parts = [np.rint(shapely.get_coordinates(ring)).astype(int) for ring in rings_of(shape)]
    numbers, last = [], np.zeros(2, int)
    for part in parts:
        closed = shape.area > 0
        corners = part[:-1] if closed else part
        steps = np.diff(corners, axis=0, prepend=[last])
        zigzag = (steps << 1) ^ (steps >> 63)
        numbers += [9, *zigzag[0]]
        if len(corners) > 1:
            numbers += [(len(corners) - 1) << 3 | 2, *zigzag[1:].ravel()]
        numbers += [15] if closed else []
        last = corners[-1]
    return b"".join(varint(int(number)) for number in numbers)


def rings_of(shape: shapely.Geometry) -> list[shapely.Geometry]:
    parts = shapely.get_parts(shape)
    return [ring for part in parts for ring in shapely.get_rings(part)] if shape.area else parts


def encode_layer(name: str, frame: gpd.GeoDataFrame, columns: tuple[str, ...]) -> bytes:
    keys = [column for column in columns if column in frame]
    features, values = b"", b""
    for position, row in enumerate(frame.itertuples()):
        tags = b""
        for key, column in enumerate(keys):
            content = getattr(row, column)
            if content is None or content != content:
                continue
            tags += varint(key) + varint(len(keys) * position + key)
        shape = row.geometry
        kind = {0: 1, 1: 2, 2: 3}[int(shapely.get_dimensions(shape))]
        features += field(2, field(2, tags) + field(3, kind) + field(4, geometry_commands(shape)))
        values += b"".join(field(4, encode_value(getattr(row, key))) for key in keys)
    named = b"".join(field(3, key.encode()) for key in keys)
    head = field(15, 2) + field(1, name.encode())
    return field(3, head + features + named + values + field(5, EXTENT))


def encode_tile(name: str, frame: gpd.GeoDataFrame, z: int, x: int, y: int) -> bytes:
    """Return a tile as ST_AsMVT encodes it: the features that intersect it, exteriors clockwise."""
    world = frame.to_crs(3857)
    side = 2 * 20037508.342789244
    west, north = x * side / 2**z - side / 2, side / 2 - y * side / 2**z
    step = side / 2**z
    features = world[world.intersects(shapely.box(west, north - step, west + step, north))]
    scale = EXTENT / step
    moved = features.geometry.affine_transform([scale, 0, 0, -scale, -west * scale, north * scale])
    features = features.set_geometry(shapely.orient_polygons(moved.to_numpy()))
    encoded = encode_layer(name, features, TILE_COLUMNS[name])
    if name in ("areas", "grids"):
        label_points = features.set_geometry(features.geometry.representative_point())
        encoded += encode_layer(f"{name}_labels", label_points, TILE_COLUMNS[name])
    return encoded
