"""Generated building footprints, and GeoPackage files of buildings."""

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely


def generate_footprints(count: int, seed: int = 1) -> np.ndarray:
    """Return this many L-shaped footprints in rows, each rotated at random."""
    random = np.random.default_rng(seed)
    per_row = int(np.ceil(np.sqrt(count)))
    numbers = np.arange(count)
    centers = np.column_stack((130 + numbers % per_row * 4e-4, 46 + numbers // per_row * 3e-4))
    outline = np.array([(0, 0), (4, 0), (4, 1), (2, 1), (2, 2), (1, 2), (1, 3), (0, 3)], float)
    ring = np.concatenate([outline, outline[:1]]) * 3e-5
    angle = random.uniform(0, np.pi / 2, count)
    rotation = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], 1)
    rotated = np.einsum("cj,nij->nci", ring, rotation.reshape(-1, 2, 2))
    coords = (rotated + centers[:, None, :]).reshape(-1, 2)
    rings = shapely.linearrings(coords, indices=np.repeat(numbers, len(ring)))
    return np.asarray(shapely.polygons(rings), dtype=object)


def write_building_file(path: Path, count: int) -> Path:
    """Write a GeoPackage of this many buildings with five attributes, and return its path.

    Another process writes it. The peak memory of a process that is forked later starts at that of
    its parent, so this process has to stay small.
    """
    command = [sys.executable, "-m", "bench.footprints", str(path), str(count)]
    subprocess.run(command, check=True)
    return path


def _write(path: Path, count: int) -> None:
    numbers = np.arange(count)
    frame = gpd.GeoDataFrame(
        {
            "code": np.char.add("B", np.char.zfill(numbers.astype("U"), 8)),
            "name": np.char.add("楼", (numbers % 97).astype("U")),
            "households": numbers % 120,
            "floors": numbers % 30 + 1,
            "built_year": 1950 + numbers % 70,
        },
        geometry=generate_footprints(count),
        crs=4326,
    )
    pyogrio.write_dataframe(frame, path, layer="buildings")


if __name__ == "__main__":
    _write(Path(sys.argv[1]), int(sys.argv[2]))
