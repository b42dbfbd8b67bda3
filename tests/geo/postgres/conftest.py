"""Homes for embedded servers."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from geo.postgres import embedded
from geo.postgres.embedded.paths import ClusterPaths
from geo.settings import Settings
from tests.clusters import ClusterTemplate


@pytest.fixture
def homes() -> Iterator[Callable[..., Settings]]:
    """Creates homes that every account can enter; removes them and their servers afterwards."""
    base = Path(tempfile.mkdtemp(prefix="gw-", dir="/tmp"))
    base.chmod(0o755)
    created: list[Settings] = []

    def create(name: str = "home") -> Settings:
        created.append(Settings(home=base / name))
        return created[-1]

    yield create
    for settings in created:
        embedded.down(settings)
        if ClusterPaths.of(settings.home).sockets.parent == Path("/tmp"):
            shutil.rmtree(ClusterPaths.of(settings.home).sockets, ignore_errors=True)
    shutil.rmtree(base)


@pytest.fixture
def settings(homes: Callable[..., Settings]) -> Settings:
    """The settings of a new home."""
    return homes()


@pytest.fixture
def stopped(settings: Settings, cluster_template: ClusterTemplate) -> Settings:
    """The settings of a home with a cluster that has been created and stopped."""
    return cluster_template.copy_into(settings.home)
