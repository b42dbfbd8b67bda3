"""A cluster that is created once a run and copied into homes: for tests that need a server of
their own, but are not about its creation.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from geo.postgres import embedded
from geo.postgres.embedded import create
from geo.postgres.embedded.os_account import OsAccount
from geo.postgres.embedded.paths import ClusterPaths
from geo.settings import Settings


class ClusterTemplate:
    """The data folder of a stopped cluster with PostGIS and the role of the service."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "cluster"
        self._create_once(folder)

    def copy_into(self, home: Path) -> Settings:
        """Give a new home a copy of the cluster, which `up` starts as it is."""
        paths = ClusterPaths.of(home)
        create.create_home(paths, OsAccount.of(paths))
        _copy(self.data, paths.data)
        return Settings(home=home, database_url=None)

    def _create_once(self, folder: Path) -> None:
        """Create it unless another worker of this run has; a lock makes the second one wait."""
        with (folder / "cluster.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.data.exists():
                return
            home = Path(tempfile.mkdtemp(prefix="gw-"))
            home.chmod(0o755)
            settings = Settings(home=home, database_url=None)
            try:
                embedded.up(settings)
                embedded.down(settings)
                _copy(ClusterPaths.of(home).data, self.data)
            finally:
                embedded.down(settings)
                shutil.rmtree(home)


def _copy(source: Path, target: Path) -> None:
    """Copy a folder with its owners; it has its final name only when complete."""
    unfinished = target.with_name(f"{target.name}-{os.getpid()}")
    subprocess.run(["cp", "-a", source, unfinished], check=True)
    unfinished.rename(target)


@pytest.fixture(scope="session")
def cluster_template(tmp_path_factory: pytest.TempPathFactory) -> ClusterTemplate:
    """The cluster to copy; the workers of a run share it."""
    folder = tmp_path_factory.getbasetemp()
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    return ClusterTemplate(folder.parent if is_worker else folder)
