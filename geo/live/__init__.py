"""The partition in force, compiled and kept up to date in memory."""

from geo.live.live import Live
from geo.live.snapshot import Place, Snapshot

__all__ = ["Live", "Place", "Snapshot"]
