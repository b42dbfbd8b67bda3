"""Draws tiles for their route, with what is remembered from one to the next."""

from dataclasses import dataclass
from typing import Any

from isal import igzip
from psycopg import OperationalError

from geo.coverage.counts import Known
from geo.lru_cache import Remembered
from geo.tiles import renderer, versions
from geo.tiles.connections import Asking
from geo.tiles.place_index import Whereabouts
from geo.tiles.renderer import Knowledge, Sight
from geo.tiles.versions import Seen

TRIES = 3
"""While others commit, a tile is drawn so often before it is answered as one of no state."""
MOST_DAYS = 24
"""States and days whose tallies are remembered at once."""
MOST_PLACES = 6
"""States of the areas or of the grids that are remembered at once."""
MOST_GLANCES = 256


@dataclass(frozen=True)
class Asked:
    """A tile, in a city whose clock is set to a zone."""

    sight: Sight
    timezone: str
    is_named: bool = False
    """Whether the address names the state: then the shelf has been looked through for it."""

    def key(self, state: str, revisions: int) -> str:
        """Return a name of everything that the tile depends on."""
        tile, scene = self.sight.tile, self.sight.scene
        chosen = f"{scene.level}/{scene.since}/{scene.before}"
        square = f"{tile.z}/{tile.x}/{tile.y}"
        return f"{self._ground(state, revisions)}/{self.sight.layer}/{square}/{chosen}"

    def key_of(self, seen: Seen) -> str:
        """Return the same for the register as a statement saw it."""
        return self.key(self._state(seen), seen.revisions)

    def ground_of(self, seen: Seen) -> str:
        """Return a name of everything that the tallies of the layer's places depend on."""
        return self._ground(self._state(seen), seen.revisions)

    def _state(self, seen: Seen) -> str:
        return versions.name(self.sight.layer, seen, self.timezone)

    def _ground(self, state: str, revisions: int) -> str:
        scene = self.sight.scene
        return versions.ground(state, revisions, scene.on, scene.at, self.timezone)


@dataclass
class Glance:
    """How a layer was last seen on a day."""

    seen: Seen | None = None


class Memory:
    """What one worker remembers of the states that tiles were drawn in."""

    def __init__(self) -> None:
        self.tallies = Remembered(Known, MOST_DAYS)
        self._places = Remembered(Whereabouts, MOST_PLACES)
        self._glances = Remembered(Glance, MOST_GLANCES)

    def glance(self, sight: Sight) -> Glance:
        """Return how a tile's layer was last seen on its day."""
        return self._glances.at(f"{sight.layer}/{sight.scene.on}")

    def of(self, asked: Asked, seen: Seen) -> Knowledge:
        """Return what is known of the register as it was seen."""
        places = versions.of_places(asked.sight.layer, seen)
        return Knowledge(self.tallies.at(asked.ground_of(seen)), self._places.at(places))

    def forget(self, asked: Asked, seen: Seen) -> None:
        """Forget what may have been found out when it was no longer as it was seen."""
        self.tallies.forget(asked.ground_of(seen))
        self._places.forget(versions.of_places(asked.sight.layer, seen))


def drawn(state: Any, asked: Asked) -> tuple[str | None, bytes]:
    """Return a tile as it is now, compressed, and its key; no key if all moved meanwhile.

    `state` is that of the application.
    """
    try:
        return _drawn(state, asked)
    except OperationalError:
        return _drawn(state, asked)  # the database was restarted since the last tile


def _drawn(state: Any, asked: Asked) -> tuple[str | None, bytes]:
    with state.reading() as asking:
        if not (asked.is_named or state.shelf.is_none):
            key = asked.key_of(renderer.look(asking, asked.sight))
            kept: bytes | None = state.shelf.take(key)
            if kept is not None:
                return key, kept
        painted, seen = _painted(state, asking, asked)
    body = igzip.compress(painted, 2, mtime=0)
    if seen is None:
        return None, body
    key = asked.key_of(seen)
    state.shelf.put(key, body)
    return key, body


def _painted(state: Any, asking: Asking, asked: Asked) -> tuple[bytes, Seen | None]:
    """Return a tile, and the one state it is of, if it is.

    It is drawn as the register was last seen: most of the time it still is so, and if not, the
    drawing tells how it is now.
    """
    sight, memory, sessions = asked.sight, state.memory, state.sessions
    if sight.layer not in renderer.TALLIED:
        return renderer.paint(asking, sessions, sight)
    glance = memory.glance(sight)
    before = glance.seen or renderer.look(asking, sight)
    for _ in range(TRIES):
        painted, seen = renderer.paint(asking, sessions, sight, memory.of(asked, before))
        glance.seen = seen
        if seen == before:
            return painted, seen
        memory.forget(asked, before)
        before = seen
    return painted, None
