"""The partition in force, compiled and kept up to date in memory."""

from geo.lookup.snapshots.current import Live
from geo.lookup.snapshots.snapshot import Place, Snapshot

__all__ = ["Live", "Place", "Snapshot"]
