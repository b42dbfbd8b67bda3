"""Look into columns of WKB without making geometries of them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CURVED = (8, 9, 10, 11, 12, 13, 14)
"""CircularString, CompoundCurve, CurvePolygon, MultiCurve, MultiSurface, Curve, Surface."""


NAMES = {
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
class Bytes:
    """The bytes of n values end to end: value i is `data[starts[i]:ends[i]]`."""

    data: NDArray[np.uint8]
    starts: Ints
    ends: Ints

    def uint32(self, at: Ints) -> NDArray[np.uint32]:
        """Return the little-endian numbers that begin at these positions."""
        if not len(at):
            return np.empty(0, dtype=np.uint32)
        four = np.lib.stride_tricks.sliding_window_view(self.data, 4)[at]
        return four.view("<u4")[:, 0]

    def corners(self, at: Ints, size: int) -> NDArray[np.float64]:
        """Return the pairs of numbers that begin at k positions, `size` of each: (k, size, 2)."""
        if not len(at):
            return np.empty((0, size, 2))
        found = np.lib.stride_tricks.sliding_window_view(self.data, 16 * size)[at]
        return found.view("<f8").reshape(-1, size, 2).astype(np.float64, copy=False)


def view(array: pa.Array) -> Bytes:
    """Return the bytes of a binary column where they lie; nulls are empty."""
    width = np.dtype(np.int64 if pa.types.is_large_binary(array.type) else np.int32)
    _, offsets, data = array.buffers()
    bounds = np.frombuffer(offsets, width, len(array) + 1, array.offset * width.itemsize)
    bounds = bounds.astype(np.int64)
    flat = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return Bytes(flat, bounds[:-1], bounds[1:])


def types(array: pa.Array) -> Ints:
    """Return the type of each value, 1 Point … 7 GeometryCollection …, without Z, M or SRID.

    -1 stands for a missing value, or one too short to have a type. Shapes (n,) → (n,).
    """
    lying = view(array)
    found = np.full(len(array), -1, dtype=np.int64)
    told = np.flatnonzero(lying.ends - lying.starts >= 5)
    code = lying.uint32(lying.starts[told] + 1)
    code = np.where(lying.data[lying.starts[told]] == 1, code, code.byteswap())
    found[told] = (code & 0x0FFFFFFF) % 1000
    return found


@dataclass(frozen=True)
class Plain:
    """The values of a column that are points, or polygons of one ring, in plain flat WKB.

    `rows` are their positions, `at` is where their coordinates begin, `sizes` counts their corners.
    """

    lying: Bytes
    rows: Ints
    at: Ints
    sizes: Ints


def points(array: pa.Array) -> Plain:
    """Return the values that are plain points."""
    lying = view(array)
    rows = _begin(lying, np.arange(len(array)), 21, 0, 1)
    return Plain(lying, rows, lying.starts[rows] + 5, np.ones(len(rows), dtype=np.int64))


def outlines(array: pa.Array) -> Plain:
    """Return the values that are plain polygons of one ring, or multipolygons of one such."""
    lying = view(array)
    every = np.arange(len(array))
    lone = _ringed(lying, _begin(lying, every, 13, 0, 3), 0)
    multi = _begin(lying, every, 22, 0, 6)
    multi = multi[lying.uint32(lying.starts[multi] + 5) == 1]
    multi = _ringed(lying, _begin(lying, multi, 22, 9, 3), 9)
    rows = np.concatenate([lone, multi])
    at = lying.starts[rows] + np.repeat([13, 22], [len(lone), len(multi)])
    return Plain(lying, rows, at, lying.uint32(at - 4).astype(np.int64))


def _begin(lying: Bytes, rows: Ints, least: int, skip: int, code: int) -> Ints:
    """Return the rows of at least so many bytes that have a little-endian header at `skip`."""
    rows = rows[lying.ends[rows] - lying.starts[rows] >= least]
    at = lying.starts[rows] + skip
    return np.asarray(rows[(lying.data[at] == 1) & (lying.uint32(at + 1) == code)])


def _ringed(lying: Bytes, rows: Ints, skip: int) -> Ints:
    """Return the rows whose polygon at `skip` has one ring that fills the rest of the value."""
    at = lying.starts[rows] + skip
    size = lying.uint32(at + 9).astype(np.int64)
    fills = (lying.ends[rows] - at == 13 + 16 * size) & (size >= 4)
    return np.asarray(rows[(lying.uint32(at + 5) == 1) & fills])


_POINT = np.frombuffer(bytes.fromhex("0101000020E6100000"), np.uint8)
_MULTI = np.frombuffer(bytes.fromhex("0106000020E610000001000000010300000001000000"), np.uint8)


def stamp(corners: NDArray[np.float64]) -> pa.Array:
    """Return EWKB in EPSG:4326 for k values of n corners, (k, n, 2).

    One corner makes a point, more a multipolygon of one ring.
    """
    k, size = corners.shape[:2]
    count = np.frombuffer(np.uint32(size).tobytes(), np.uint8)
    head = _POINT if size == 1 else np.concatenate([_MULTI, count])
    data = np.empty((k, len(head) + 16 * size), dtype=np.uint8)
    data[:, : len(head)] = head
    data[:, len(head) :] = np.ascontiguousarray(corners, "<f8").view(np.uint8).reshape(k, 16 * size)
    offsets = np.arange(k + 1, dtype=np.int32) * data.shape[1]
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.binary(), k, buffers)
