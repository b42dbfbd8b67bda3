"""Importing grids: the partition that files make is checked, repaired if asked, and published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.columns import Kind
from data.importing import areas_from_codes
from data.importing.grid_set import Drawn
from data.importing.load import LoadOptions, Outcome, Progress, ahead, open_sources
from data.partitions import partition, repair
from data.reading.reader import Source
from data.row_errors import BadData, RowError
from geo.grids import revisions
from geo.grids.revisions import Delta, Outline
from geo.models import Area

Shapes = Mapping[str, shapely.Geometry]


@dataclass(frozen=True)
class Publication:
    """What the revision is called, who publishes it, from when it is in force (now if None)."""

    title: str | None = None
    author: str = "gridward import"
    effective_at: datetime | None = None
    lengths: tuple[int, ...] = ()
    """Make missing areas from the prefixes of the grids' codes that have these lengths."""


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
    A repair gives way to the grids that stay: their ground is theirs. Raises NothingToKeep where
    `replace` would retire everything.
    """
    sources = open_sources(Kind.GRIDS, paths, options.read)
    work = _Import(session, options, publication, sources, Outcome(Kind.GRIDS))
    drawn = work.assigned(work.read(progress))
    work.refuse_faults()
    if options.replace:
        work.outcome.require_rows()
    before = work.locked(drawn)
    drawn, staying = work.named(drawn, before), work.staying(drawn, before)
    outlines = work.outlines(drawn)
    if options.read.repair:
        drawn, staying = work.repaired(drawn, staying, outlines)
    drawn, staying = drawn.like(before), staying.like(before)
    work.require_tiling(drawn, staying, outlines)
    work.make_areas(drawn + staying)
    work.publish(before, drawn + staying)
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

    def read(self, progress: Progress | None) -> Drawn:
        """Return the good rows of every file."""
        totals = [source.total for source in self.sources]
        total = None if None in totals else sum(filter(None, totals))
        drawn = Drawn()
        for file_no, source in enumerate(self.sources):
            for batch in ahead(source):
                self.outcome.note_batch(file_no, batch)
                drawn += Drawn.of_batch(file_no, batch)
                if progress is not None:
                    progress(self.outcome.read, total)
        return drawn

    def assigned(self, drawn: Drawn) -> Drawn:
        """Return the grids that have a community and a code of their own; the others are faults."""
        known = areas_from_codes.known(self.session)
        lengths = self.publication.lengths
        communities = [
            stated or areas_from_codes.community(code, known, lengths)
            for code, stated in zip(drawn.codes, drawn.communities, strict=True)
        ]
        drawn = replace(drawn, communities=communities)
        good = np.ones(len(drawn), dtype=np.bool_)
        seen: set[str] = set()
        for at, (code, community) in enumerate(zip(drawn.codes, communities, strict=True)):
            fault = areas_from_codes.fault(code, community, known, lengths)
            if code in seen:
                fault = ("duplicate", "the same code as in an earlier file", "Keep one of them.")
            seen.add(code)
            if fault is not None:
                good[at] = False
                self._note(drawn, at, *fault)
        return drawn.only(good)

    def locked(self, drawn: Drawn) -> dict[str, Outline]:
        """Return what is in force in the communities touched, and let nobody else publish there."""
        touched = set(filter(None, drawn.communities))
        if self.options.replace:
            touched |= set(revisions.communities(self.session))
        revisions.lock(self.session, touched)
        return revisions.in_force_now(self.session, sorted(touched))

    def named(self, drawn: Drawn, before: Mapping[str, Outline]) -> Drawn:
        """Return the grids with the names they have, where their file does not speak of names."""
        silent = {
            file_no
            for file_no, source in enumerate(self.sources)
            if "name" not in source.rules.mapping
        }
        names = [
            before[code].name if place and place[0] in silent and code in before else name
            for code, name, place in zip(drawn.codes, drawn.names, drawn.places, strict=True)
        ]
        return replace(drawn, names=names)

    def staying(self, drawn: Drawn, before: Mapping[str, Outline]) -> Drawn:
        """Return the grids in force that the files leave alone."""
        gone = before.keys() - self.outcome.spared if self.options.replace else set()
        left_alone = before.keys() - gone - set(drawn.codes)
        return Drawn.in_force({code: before[code] for code in sorted(left_alone)})

    def repaired(self, drawn: Drawn, staying: Drawn, outlines: Shapes) -> tuple[Drawn, Drawn]:
        """Return the grids as partitions of the room that those in force leave them.

        The latter keep their ground; they only get the corners of others that meet their borders.
        """
        taken = shapely.union_all(staying.geoms) if len(staying) else None
        tiled = repair.repair(drawn.geoms, drawn.communities, outlines, taken)
        self.outcome.notes.append(str(tiled))
        gone = np.asarray(shapely.is_empty(tiled.geoms), dtype=np.bool_)
        for at in np.flatnonzero(gone):
            what = "no ground is left to it: others have it, or it lies outside its community"
            self._note(drawn, int(at), "no_ground", what, "Take it out, or correct the others.")
        drawn = replace(drawn, geoms=tiled.geoms).only(~gone)
        every = drawn + staying
        geoms = every.geoms.copy()
        for community in set(staying.communities):
            own = every.of(community or "")
            geoms[own] = repair.match_corners(geoms[own])
        every = replace(every, geoms=geoms)
        is_drawn = np.arange(len(every)) < len(drawn)
        return every.only(is_drawn), every.only(~is_drawn)

    def refuse_faults(self) -> None:
        """Raise BadData if there is any fault that is not to be skipped."""
        if self.outcome.faults and not self.options.skip:
            raise BadData(self.outcome.faults)

    def require_tiling(self, drawn: Drawn, staying: Drawn, outlines: Shapes) -> None:
        """Raise BadData unless the grids of the files and those that stay tile."""
        self.refuse_faults()
        if not len(drawn):
            return
        every = drawn + staying
        repaired = self.options.read.repair
        found = partition.check(
            every.codes,
            every.geoms,
            [community or "" for community in every.communities],
            outlines,
            repaired=repaired,
        )
        self.outcome.notes += found.notes
        for flaw in found.flaws:
            what = flaw.what
            at = flaw.position
            if at >= len(drawn):
                what = f"beside it, grid {every.codes[at]}, which no file has: {what}"
                at = int(drawn.of(every.communities[at] or "").argmax())
            self._note(drawn, at, flaw.kind, what, partition.mend(repaired=repaired))
        if found.flaws:
            raise BadData(self.outcome.faults)

    def make_areas(self, grids: Drawn) -> None:
        """Make the areas that are missing, if told to."""
        if self.publication.lengths and len(grids):
            made = areas_from_codes.make_areas(
                self.session, grids.codes, grids.geoms, self.publication.lengths
            )
            self.outcome.notes += [f"{made:,} areas were made from the codes"] if made else []

    def publish(self, before: Mapping[str, Outline], grids: Drawn) -> None:
        """Publish the difference between what was in force and these grids, if there is any."""
        after = grids.outlines()
        deltas = [
            Delta(code, before.get(code), after.get(code))
            for code in sorted(after.keys() | before.keys())
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

    def outlines(self, drawn: Drawn) -> dict[str, shapely.Geometry]:
        """Return the outlines that the grids have to fill: those known that do not follow them."""
        touched = set(filter(None, drawn.communities))
        fixed = Area.code.in_(touched) & Area.geom.is_not(None)
        if self.publication.lengths:
            fixed &= ~areas_from_codes.MADE
        rows = self.session.execute(
            select(Area.code, func.ST_AsBinary(Area.geom)).where(fixed).order_by(Area.code)
        )
        return {code: shapely.from_wkb(bytes(wkb)) for code, wkb in rows}

    def _note(self, drawn: Drawn, at: int, kind: str, what: str, mend: str) -> None:
        file_no, row = drawn.places[at] or (0, 0)
        name = self.sources[file_no].path.name
        fault = RowError(name, row, kind, what, mend, code=drawn.codes[at])
        self.outcome.note_faults(file_no, [fault])
