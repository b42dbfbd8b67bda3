"""Inspect columns of WKB without parsing them into geometries."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CURVE_TYPES = (8, 9, 10, 11, 12, 13, 14)
"""CircularString, CompoundCurve, CurvePolygon, MultiCurve, MultiSurface, Curve, Surface."""

TYPE_NAMES = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
    8: "CircularString",
    9: "CompoundCurve",
    10: "CurvePolygon",
    11: "MultiCurve",
    12: "MultiSurface",
    15: "PolyhedralSurface",
    16: "TIN",
    17: "Triangle",
}


@dataclass(frozen=True)
class BinaryValues:
    """The bytes of n values in one array: value i is `data[starts[i]:ends[i]]`."""

    data: NDArray[np.uint8]
    starts: Ints
    ends: Ints

    def uint32(self, offsets: Ints) -> NDArray[np.uint32]:
        """Return the little-endian numbers that begin at these offsets."""
        if not len(offsets):
            return np.empty(0, dtype=np.uint32)
        four_bytes = np.lib.stride_tricks.sliding_window_view(self.data, 4)[offsets]
        return four_bytes.view("<u4")[:, 0]

    def coordinates(self, offsets: Ints, size: int) -> NDArray[np.float64]:
        """Return the `size` pairs of numbers that begin at each of k offsets: (k, size, 2)."""
        if not len(offsets):
            return np.empty((0, size, 2))
        windows = np.lib.stride_tricks.sliding_window_view(self.data, 16 * size)[offsets]
        return windows.view("<f8").reshape(-1, size, 2).astype(np.float64, copy=False)


def view_bytes(array: pa.Array) -> BinaryValues:
    """Return the bytes of a binary column without a copy; nulls are empty."""
    width = np.dtype(np.int64 if pa.types.is_large_binary(array.type) else np.int32)
    _, offsets, data = array.buffers()
    bounds = np.frombuffer(offsets, width, len(array) + 1, array.offset * width.itemsize)
    bounds = bounds.astype(np.int64)
    flat = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return BinaryValues(flat, bounds[:-1], bounds[1:])


def geometry_types(array: pa.Array) -> Ints:
    """Return the type of each value, 1 Point … 7 GeometryCollection …, without Z, M or SRID.

    -1 for a missing value, or one too short to have a type. Shapes (n,) → (n,).
    """
    values = view_bytes(array)
    types = np.full(len(array), -1, dtype=np.int64)
    has_type = np.flatnonzero(values.ends - values.starts >= 5)
    code = values.uint32(values.starts[has_type] + 1)
    is_little_endian = values.data[values.starts[has_type]] == 1
    code = np.where(is_little_endian, code, code.byteswap())
    types[has_type] = (code & 0x0FFFFFFF) % 1000
    return types


@dataclass(frozen=True)
class FlatGeometries:
    """The values of a column that are points or polygons of one ring, two-dimensional.

    `positions` are their positions in the column, `offsets` is where their coordinates begin,
    `sizes` counts their corners.
    """

    values: BinaryValues
    positions: Ints
    offsets: Ints
    sizes: Ints


def find_points(array: pa.Array) -> FlatGeometries:
    """Return the values that are two-dimensional points."""
    values = view_bytes(array)
    positions = _with_header(values, np.arange(len(array)), 21, 0, 1)
    sizes = np.ones(len(positions), dtype=np.int64)
    return FlatGeometries(values, positions, values.starts[positions] + 5, sizes)


def find_simple_polygons(array: pa.Array) -> FlatGeometries:
    """Return the values that are polygons of one ring, or multipolygons of one such polygon."""
    values = view_bytes(array)
    every = np.arange(len(array))
    single = _with_one_ring(values, _with_header(values, every, 13, 0, 3), 0)
    multi = _with_header(values, every, 22, 0, 6)
    multi = multi[values.uint32(values.starts[multi] + 5) == 1]
    multi = _with_one_ring(values, _with_header(values, multi, 22, 9, 3), 9)
    positions = np.concatenate([single, multi])
    offsets = values.starts[positions] + np.repeat([13, 22], [len(single), len(multi)])
    sizes = values.uint32(offsets - 4).astype(np.int64)
    return FlatGeometries(values, positions, offsets, sizes)


def _with_header(
    values: BinaryValues, positions: Ints, min_bytes: int, skip: int, type_code: int
) -> Ints:
    """Return the positions of values with a little-endian header of a type at byte `skip`."""
    positions = positions[values.ends[positions] - values.starts[positions] >= min_bytes]
    header = values.starts[positions] + skip
    matches = (values.data[header] == 1) & (values.uint32(header + 1) == type_code)
    return np.asarray(positions[matches])


def _with_one_ring(values: BinaryValues, positions: Ints, skip: int) -> Ints:
    """Return the positions whose polygon at byte `skip` has one ring that fills the value."""
    header = values.starts[positions] + skip
    size = values.uint32(header + 9).astype(np.int64)
    fills_value = (values.ends[positions] - header == 13 + 16 * size) & (size >= 4)
    return np.asarray(positions[(values.uint32(header + 5) == 1) & fills_value])


_POINT_HEADER = np.frombuffer(bytes.fromhex("0101000020E6100000"), np.uint8)
_MULTIPOLYGON_HEADER = np.frombuffer(
    bytes.fromhex("0106000020E610000001000000010300000001000000"), np.uint8
)


def encode_ewkb(coords: NDArray[np.float64]) -> pa.Array:
    """Return EWKB in EPSG:4326 for k values of n corners, (k, n, 2).

    One corner makes a point, more corners a multipolygon of one ring.
    """
    count, size = coords.shape[:2]
    ring_size = np.frombuffer(np.uint32(size).tobytes(), np.uint8)
    header = _POINT_HEADER if size == 1 else np.concatenate([_MULTIPOLYGON_HEADER, ring_size])
    data = np.empty((count, len(header) + 16 * size), dtype=np.uint8)
    data[:, : len(header)] = header
    body = np.ascontiguousarray(coords, "<f8").view(np.uint8)
    data[:, len(header) :] = body.reshape(count, 16 * size)
    offsets = np.arange(count + 1, dtype=np.int32) * data.shape[1]
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.binary(), count, buffers)
