"""Applying the operations of a plan one after the other."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from geo.errors import Invalid
from geo.plans.core import edits, import_shapes, restore
from geo.plans.core.create import create
from geo.plans.core.operations import (
    Create,
    Import,
    Merge,
    MoveBorder,
    Operation,
    PlanContext,
    Rename,
    Renumber,
    Restore,
    Split,
    Transfer,
    touched_communities,
)
from geo.plans.core.partition import Partition
from geo.plans.core.transfer import transfer

Partitions = Mapping[str, Partition]
"""The communities touched so far, by code; the context has all others."""


class SeveralCommunities(Invalid):
    """The grids of one operation lie in several communities."""

    code = "several_communities"


def apply(partitions: Partitions, operation: Operation, context: PlanContext) -> Partitions:
    """Return the partitions after one operation; the input does not change."""
    community = _single_community(operation, context)
    before = partitions.get(community) or context.partition(community)
    return MappingProxyType({**partitions, community: _edit(before, operation, context)})


def replay(operations: Iterable[Operation], context: PlanContext) -> Partitions:
    """Return the partitions after some operations; to undo is to replay fewer of them."""
    partitions: Partitions = MappingProxyType({})
    for operation in operations:
        partitions = apply(partitions, operation, context)
    return partitions


def _edit(before: Partition, operation: Operation, context: PlanContext) -> Partition:
    match operation:
        case Transfer(moved, to):
            return transfer(before, moved, to, context.buildings(before.community))
        case Split(code, line, into):
            return edits.split(before, code, line, into, context.buildings(before.community))
        case Create(_, count):
            return create(before, count, context.buildings(before.community))
        case Restore(code, at) if code == before.community:
            return restore.restore_community(before, context.past(code, at))
        case Restore(code, at):
            return restore.restore_grid(before, code, context.past(before.community, at))
        case _:
            return _edit_partition(before, operation)


def _edit_partition(
    before: Partition, operation: Merge | MoveBorder | Rename | Renumber | Import
) -> Partition:
    """Apply an operation that depends only on the grids."""
    match operation:
        case Merge(codes, into):
            return edits.merge(before, codes, into)
        case MoveBorder(codes, line):
            return edits.move_border(before, codes, line)
        case Rename(code, name):
            return edits.rename(before, code, name)
        case Renumber():
            return edits.renumber(before)
        case Import(_, grids):
            return import_shapes.import_grids(before, grids)


def _single_community(operation: Operation, context: PlanContext) -> str:
    communities = touched_communities(operation, context)
    if len(communities) != 1:
        raise SeveralCommunities(
            f"The grids lie in {len(communities)} communities, not in one.",
            hint="Name grids of one community.",
        )
    return communities[0]
