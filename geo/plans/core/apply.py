"""Carrying out the steps of a plan, one after the other."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from geo.errors import Invalid
from geo.plans.core import edits, import_shapes, restore
from geo.plans.core.operations import (
    Create,
    Import,
    Merge,
    MoveBorder,
    Operation,
    Rename,
    Renumber,
    Restore,
    Situation,
    Split,
    Transfer,
    communities,
)
from geo.plans.core.partition import Partition
from geo.plans.core.transfer import create, transfer

Partitions = Mapping[str, Partition]
"""The communities touched so far; others are asked of the situation."""


class CommunitiesApart(Invalid):
    """Grids to be merged lie in several communities."""

    code = "communities_apart"


def apply(partitions: Partitions, operation: Operation, situation: Situation) -> Partitions:
    """Return the partitions after one step. Whatever it raises, nothing has changed."""
    community = _community(operation, situation)
    before = partitions.get(community) or situation.partition(community)
    return MappingProxyType({**partitions, community: _edit(before, operation, situation)})


def replay(operations: Iterable[Operation], situation: Situation) -> Partitions:
    """Return the partitions after some steps; to undo is to replay fewer."""
    partitions: Partitions = MappingProxyType({})
    for operation in operations:
        partitions = apply(partitions, operation, situation)
    return partitions


def _edit(before: Partition, operation: Operation, situation: Situation) -> Partition:
    match operation:
        case Split(code, line, into):
            return edits.split(before, code, line, into)
        case Merge(codes, into):
            return edits.merge(before, codes, into)
        case MoveBorder(codes, line):
            return edits.move_border(before, codes, line)
        case Transfer(moved, to):
            return transfer(before, moved, to, situation.buildings(before.community))
        case Create(_, count):
            return create(before, count, situation.buildings(before.community))
        case Renumber():
            return edits.renumber(before)
        case Import(_, grids):
            return import_shapes.bring(before, grids)
        case Restore(code, at) if code == before.community:
            return restore.restore_all(before, situation.past(code, at))
        case Restore(code, at):
            return restore.restore(before, code, situation.past(before.community, at))
        case Rename(code, name):
            return edits.rename(before, code, name)


def _community(operation: Operation, situation: Situation) -> str:
    found = communities(operation, situation)
    if len(found) != 1:
        raise CommunitiesApart(
            f"The grids lie in {len(found)} communities, not in one.",
            hint="Name grids of one community.",
        )
    return found[0]
