"""The ground that benchmarks stand on: a PostGIS of their own, and made-up cities of any size."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from geo import db
from geo.postgres import embedded, migrations
from geo.settings import Settings


@contextmanager
def register() -> Iterator[Settings]:
    """Yield settings of an empty, migrated register in a home of its own, gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="gw-bench-"))
    home.chmod(0o755)
    settings = Settings(home=home, database_url=None)
    try:
        engine = db.connect(embedded.up(settings))
        migrations.upgrade(engine)
        engine.dispose()
        yield settings
    finally:
        embedded.down(settings)
        shutil.rmtree(home)


def footprints(count: int, seed: int = 1) -> np.ndarray:
    """Return so many L-shaped outlines of 7 to 12 corners in rows, each turned a little."""
    random = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(count)))
    at = np.arange(count)
    centres = np.column_stack((130 + at % side * 4e-4, 46 + at // side * 3e-4))
    outline = np.array([(0, 0), (4, 0), (4, 1), (2, 1), (2, 2), (1, 2), (1, 3), (0, 3)], float)
    corners = np.concatenate([outline, outline[:1]]) * 3e-5
    turn = random.uniform(0, np.pi / 2, count)
    spin = np.stack([np.cos(turn), -np.sin(turn), np.sin(turn), np.cos(turn)], 1).reshape(-1, 2, 2)
    placed = np.einsum("cj,nij->nci", corners, spin) + centres[:, None, :]
    rings = shapely.linearrings(placed.reshape(-1, 2), indices=np.repeat(at, len(corners)))
    return np.asarray(shapely.polygons(rings), dtype=object)


def building_file(path: Path, count: int) -> Path:
    """Return a GeoPackage of so many buildings with five attributes, written by another process.

    The kernel counts a parent's memory at the fork as its child's: it has to stay small here.
    """
    subprocess.run([sys.executable, "-m", "bench.ground", str(path), str(count)], check=True)
    return path


def _write(path: Path, count: int) -> None:
    at = np.arange(count)
    frame = gpd.GeoDataFrame(
        {
            "code": np.char.add("B", np.char.zfill(at.astype("U"), 8)),
            "name": np.char.add("楼", (at % 97).astype("U")),
            "households": at % 120,
            "floors": at % 30 + 1,
            "built_year": 1950 + at % 70,
        },
        geometry=footprints(count),
        crs=4326,
    )
    pyogrio.write_dataframe(frame, path, layer="buildings")


if __name__ == "__main__":
    _write(Path(sys.argv[1]), int(sys.argv[2]))
