"""Importing grids: the partition that files make is checked, repaired if asked, and published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data import partition, prefixes, tiling
from data.columns import Kind
from data.faults import BadData, Fault
from data.load import LoadOptions, Outcome, Progress, ahead, open_sources
from data.read import Source
from geo import revisions
from geo.models import Area, Level
from geo.revisions import Delta, Outline

Geoms = NDArray[np.object_]


@dataclass(frozen=True)
class Publication:
    """What the revision is called, who publishes it, from when it is in force (now if None)."""

    title: str | None = None
    author: str = "gridward import"
    effective_at: datetime | None = None
    lengths: tuple[int, ...] = ()
    """Make missing areas from the prefixes of the grids' codes that have these lengths."""


@dataclass(frozen=True)
class Grids:
    """The grids of some files: one entry each in every list."""

    told: ClassVar = ("code", "name", "community_code")
    codes: list[str]
    names: list[str | None]
    communities: list[str | None]
    geoms: Geoms
    places: list[tuple[int, int]]
    """The number of each grid's file and of its row in it."""

    def only(self, keep: NDArray[np.bool_]) -> "Grids":
        """Return the grids at which `keep` is true."""
        at = np.flatnonzero(keep)
        return Grids(
            [self.codes[i] for i in at],
            [self.names[i] for i in at],
            [self.communities[i] for i in at],
            self.geoms[at],
            [self.places[i] for i in at],
        )

    def outlines(self) -> dict[str, Outline]:
        """Return each grid as the register holds it, by code."""
        whole = [shapely.MultiPolygon(list(shapely.get_parts(geom))) for geom in self.geoms]
        wkb = shapely.to_wkb(np.array(whole, dtype=object))
        return {
            code: Outline(name, community or "", bytes(shape))
            for code, name, community, shape in zip(
                self.codes, self.names, self.communities, wkb, strict=True
            )
        }


def load(
    session: Session,
    paths: Sequence[Path],
    options: LoadOptions,
    publication: Publication = Publication(),
    progress: Progress | None = None,
) -> Outcome:
    """Import grids and publish what they change as one revision, in the caller's transaction.

    In every community that the files touch, their grids and the ones that stay have to tile it.
    Raises BadData with every fault otherwise; bad rows may be left out only where the others tile.
    """
    sources = open_sources(Kind.GRIDS, paths, options.read)
    work = _Import(session, options, publication, sources, Outcome(Kind.GRIDS))
    grids = work.assigned(work.read(progress))
    work.refuse_faults()
    if options.read.repair:
        grids = work.repaired(grids)
    if publication.lengths:
        made = prefixes.make_areas(session, grids.codes, grids.geoms, publication.lengths)
        work.outcome.notes += [f"{len(made):,} areas were made from the codes"] if made else []
    work.publish(grids)
    for source in sources:
        work.outcome.notes += [f"{source.path.name}: {note}" for note in source.notes]
    return work.outcome


@dataclass(frozen=True)
class _Import:
    """One import on its way: what it works with, and the outcome that it fills."""

    session: Session
    options: LoadOptions
    publication: Publication
    sources: Sequence[Source]
    outcome: Outcome

    def read(self, progress: Progress | None) -> Grids:
        """Return the good rows of every file."""
        rows: list[tuple[str, str | None, str | None, tuple[int, int]]] = []
        shapes: list[Geoms] = [np.empty(0, dtype=object)]
        for file_no, source in enumerate(self.sources):
            for batch in ahead(source):
                self.outcome.read += len(batch.raw)
                self.outcome.note_faults(file_no, batch.faults)
                told = (batch.columns[name].to_pylist() for name in Grids.told)
                at = [(file_no, int(row)) for row in batch.rows]
                rows += zip(*told, at, strict=True)
                shapes.append(batch.geometry if batch.geometry is not None else shapes[0])
                if progress is not None:
                    progress(self.outcome.read, source.total)
        return Grids(
            [row[0] for row in rows],
            [row[1] for row in rows],
            [row[2] for row in rows],
            np.concatenate(shapes),
            [row[3] for row in rows],
        )

    def assigned(self, grids: Grids) -> Grids:
        """Return the grids that have a community, each with its code; the others are faults."""
        known = set(self.session.scalars(select(Area.code).where(Area.level == Level.COMMUNITY)))
        length = self.publication.lengths[-1] if self.publication.lengths else None
        communities = [
            stated or prefixes.community(code, known, length)
            for code, stated in zip(grids.codes, grids.communities, strict=True)
        ]
        grids = replace(grids, communities=communities)
        good = np.ones(len(communities), dtype=np.bool_)
        for at, (code, community) in enumerate(zip(grids.codes, communities, strict=True)):
            fault = prefixes.fault(code, community, known, length)
            if fault is not None:
                good[at] = False
                self._note(grids, at, *fault)
        return grids.only(good)

    def repaired(self, grids: Grids) -> Grids:
        """Return the grids as a partition, fitted to the communities whose outline is known."""
        if not grids.codes:
            return grids
        tiled = tiling.repair(grids.geoms)
        self.outcome.notes.append(str(tiled))
        geoms = tiled.geoms.copy()
        for community, outline in self._outlines(grids).items():
            own = np.array([stated == community for stated in grids.communities])
            geoms[own] = tiling.fit(geoms[own], outline)
        gone = np.asarray(shapely.is_empty(geoms), dtype=np.bool_)
        for at in np.flatnonzero(gone):
            what = "no ground is left to it: others cover it whole"
            self._note(grids, int(at), "swallowed", what, "Take it out, or correct the others.")
        return replace(grids, geoms=geoms).only(~gone)

    def refuse_faults(self) -> None:
        """Raise BadData if there is any fault that is not to be skipped."""
        if self.outcome.faults and not self.options.skip:
            raise BadData(self.outcome.faults)

    def publish(self, grids: Grids) -> None:
        """Publish the difference to what is in force, if the result tiles. Raises BadData."""
        self.refuse_faults()
        touched = sorted(set(filter(None, grids.communities)))
        if self.options.replace:
            touched = sorted({*touched, *revisions.communities(self.session)})
        revisions.lock(self.session, touched)
        before, after = revisions.in_force_now(self.session, touched), grids.outlines()
        stay = {} if self.options.replace else _without(before, after)
        self._require_tiling(grids, stay)
        deltas = [
            Delta(code, before.get(code), after.get(code))
            for code in sorted(after.keys() | before.keys() - stay.keys())
            if before.get(code) != after.get(code)
        ]
        self.outcome.added = sum(delta.old is None for delta in deltas)
        self.outcome.retired = sum(delta.new is None for delta in deltas)
        self.outcome.updated = len(deltas) - self.outcome.added - self.outcome.retired
        if deltas:
            title = self.publication.title or ", ".join(s.path.name for s in self.sources)
            self.outcome.revision = revisions.publish(
                self.session,
                deltas,
                title=title,
                author=self.publication.author,
                effective_at=self.publication.effective_at,
            ).number

    def _require_tiling(self, grids: Grids, stay: Mapping[str, Outline]) -> None:
        """Raise BadData unless the grids of the files and those that stay tile."""
        kept = shapely.from_wkb([outline.wkb for outline in stay.values()])
        found = partition.check(
            [*grids.codes, *stay],
            np.concatenate([grids.geoms, kept]),
            [community or "" for community in grids.communities]
            + [outline.community_code for outline in stay.values()],
            self._outlines(grids),
            repaired=self.options.read.repair,
        )
        self.outcome.notes += found.notes
        for flaw in found.flaws:
            at = min(flaw.position, len(grids.codes) - 1)
            self._note(grids, at, flaw.kind, flaw.what, partition.REPAIR)
        if found.flaws:
            raise BadData(self.outcome.faults)

    def _outlines(self, grids: Grids) -> dict[str, shapely.Geometry]:
        """Return the known outlines of the communities touched; none if they follow the grids."""
        if self.publication.lengths:
            return {}
        touched = set(filter(None, grids.communities))
        rows = self.session.execute(
            select(Area.code, func.ST_AsBinary(Area.geom))
            .where(Area.code.in_(touched), Area.geom.is_not(None))
            .order_by(Area.code)
        )
        return {code: shapely.from_wkb(bytes(wkb)) for code, wkb in rows}

    def _note(self, grids: Grids, at: int, kind: str, what: str, mend: str) -> None:
        file_no, row = grids.places[at]
        name = self.sources[file_no].path.name
        fault = Fault(name, row, kind, what, mend, code=grids.codes[at])
        self.outcome.note_faults(file_no, [fault])


def _without(before: Mapping[str, Outline], after: Mapping[str, Outline]) -> dict[str, Outline]:
    return {code: outline for code, outline in before.items() if code not in after}
