"""Plans carried out, and kept: a step costs itself alone, however long the plan is."""

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from geo.models import Area, Building, MicroGrid
from geo.plans.context import Memory, Register
from geo.plans.core.apply import Partitions, apply
from geo.plans.core.operations import from_json
from geo.plans.core.partition import Partition
from geo.tiles import versions

Bodies = Sequence[Mapping[str, Any]]
"""Operations as plain fields, in order."""
_FRESH: Partitions = MappingProxyType({})


@dataclass(frozen=True)
class Outcome:
    """The touched communities before a plan and after it, and the world it stands in."""

    situation: Register
    after: Partitions

    @property
    def before(self) -> dict[str, Partition]:
        """The touched communities as the plan found them."""
        return {community: self.situation.partition(community) for community in self.after}

    @property
    def communities(self) -> list[str]:
        """The codes of the touched communities."""
        return sorted(self.after)


class Replays:
    """Carries out plans; what came of the beginnings of a plan is kept for its next step.

    Kept under all that it depends on: the state of the register and every step before.
    """

    def __init__(self, most: int = 512) -> None:
        self.most = most
        self._kept: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()

    def replay(self, session: Session, base: int, bodies: Bodies) -> Outcome:
        """Return what steps make of the grids after a base revision, or raise what the first
        that cannot be carried out raises."""
        state = versions.of_tables(session, Area, Building, MicroGrid)
        name = f"{state}/{base}"
        memory = self._find(name) or self._keep(name, Memory())
        situation = Register(session, base, memory)
        names = _chain(name, bodies)
        partitions, done = _FRESH, 0
        for count in range(len(bodies), 0, -1):
            found = self._find(names[count])
            if found is not None:
                partitions, done = found, count
                break
        for count in range(done, len(bodies)):
            partitions = apply(partitions, from_json(bodies[count]), situation)
            self._keep(names[count + 1], partitions)
        return Outcome(situation, partitions)

    def _find(self, name: str) -> Any:
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def _keep(self, name: str, value: Any) -> Any:
        with self._lock:
            kept = self._kept.setdefault(name, value)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
            return kept


def _chain(start: str, bodies: Bodies) -> list[str]:
    """Return a name for each beginning of a plan: none of its steps, the first, the first two …"""
    names = [start]
    for body in bodies:
        told = json.dumps(body, sort_keys=True)
        names.append(blake2b(f"{names[-1]}{told}".encode(), digest_size=16).hexdigest())
    return names
