"""Snapshots of the grids: immutable, and kept up to date in memory.

Freshness:

- A background thread, the revision listener, learns of a new revision by NOTIFY or, if the
  notification is lost, by polling. From then on lookups wait for the new snapshot; they never get
  the older one.
- A scheduled revision is indexed in advance. It takes over at its effective time, measured by the
  clock of the database.
- While the database is disconnected, the newest snapshot in memory continues to answer.

Thread safety: snapshots are immutable. The listener thread publishes its state by replacing one
reference, so readers need no lock and never see a half-made update.
"""

from geo.lookup.snapshots.snapshot import LookupResult, Snapshot
from geo.lookup.snapshots.snapshot_store import SnapshotStore

__all__ = ["LookupResult", "Snapshot", "SnapshotStore"]
