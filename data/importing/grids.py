"""Import grids: read files, validate or repair the tiling, and publish a revision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.columns import DatasetKind
from data.importing import areas_from_codes, shared_corners, surroundings
from data.importing.grid_set import GridSet
from data.importing.load import LoadOptions, ProgressCallback, open_sources, total_rows
from data.importing.prefetch import prefetch
from data.importing.result import ImportResult
from data.importing.surroundings import Surroundings
from data.partitions import border_shift, partition, repair
from data.reading.reader import Source
from data.row_errors import BadData, RowError
from geo.grids import revisions
from geo.grids.revisions import Delta, GridVersion
from geo.models import Area

Outlines = Mapping[str, shapely.Geometry]


@dataclass(frozen=True)
class RevisionOptions:
    """Title and author of the revision, and from when it is in force (None: from now)."""

    title: str | None = None
    author: str = "gridward import"
    effective_at: datetime | None = None
    prefix_lengths: tuple[int, ...] = ()
    """Create missing areas from the prefixes of these lengths of the grids' codes."""


def load(
    session: Session,
    paths: Sequence[Path],
    options: LoadOptions,
    revision_options: RevisionOptions = RevisionOptions(),
    progress: ProgressCallback | None = None,
) -> ImportResult:
    """Import grids and publish the changes as one revision, in the caller's transaction.

    In every community with imported grids, these and the remaining grids must tile the community;
    a repair changes only imported grids. Raises BadData with every error, also with
    `skip_bad_rows` if the valid grids do not tile, and NoValidRows if `replace` would retire
    everything.
    """
    sources = open_sources(DatasetKind.GRIDS, paths, options.read)
    job = _GridImport(session, options, revision_options, sources)
    imported = job.assign_communities(job.read(progress))
    job.raise_errors()
    if options.replace:
        job.result.require_valid_rows()
    current, around = job.lock_current(imported)
    imported = job.keep_names(imported, current)
    remaining = job.select_remaining(imported, current)
    outlines = job.community_outlines(imported)
    imported, outlines, bent = job.share_corners(imported, current, outlines, around)
    if options.read.repair:
        imported, remaining = job.repair(imported, remaining, outlines)
    imported = imported.with_stored_geometries(current)
    remaining = remaining.with_stored_geometries(current)
    job.require_tiling(imported, remaining, outlines)
    job.create_areas(imported + remaining)
    job.publish(
        current,
        imported + remaining,
        [Delta(code, around.grids[code], bent[code]) for code in bent],
    )
    for source in sources:
        job.result.notes += [f"{source.path.name}: {note}" for note in source.notes]
    return job.result


@dataclass(frozen=True)
class _GridImport:
    """The steps of one import; they share its options and add to its result."""

    session: Session
    options: LoadOptions
    revision_options: RevisionOptions
    sources: Sequence[Source]
    result: ImportResult = field(default_factory=lambda: ImportResult(DatasetKind.GRIDS))

    def read(self, progress: ProgressCallback | None) -> GridSet:
        """Return the valid rows of every file."""
        total = total_rows(self.sources)
        imported = GridSet()
        for file_no, source in enumerate(self.sources):
            for batch in prefetch(source):
                self.result.add_batch(file_no, batch)
                imported += GridSet.from_batch(file_no, batch)
                if progress is not None:
                    progress(self.result.read, total)
        return imported

    def assign_communities(self, imported: GridSet) -> GridSet:
        """Return the grids with their communities; those without a valid one become errors."""
        levels = areas_from_codes.area_levels(self.session)
        lengths = self.revision_options.prefix_lengths
        communities = [
            community or areas_from_codes.find_community(code, levels, lengths)
            for code, community in zip(imported.codes, imported.communities, strict=True)
        ]
        imported = replace(imported, communities=communities)
        is_valid = np.ones(len(imported), dtype=np.bool_)
        codes: set[str] = set()
        for at, (code, community) in enumerate(zip(imported.codes, communities, strict=True)):
            error = areas_from_codes.community_error(code, community, levels, lengths)
            if code in codes:
                error = "duplicate", "an earlier file has the same code", "Delete one of them."
            codes.add(code)
            if error is not None:
                is_valid[at] = False
                self._add_error(imported, at, *error)
        return imported.filter(is_valid)

    def lock_current(self, imported: GridSet) -> tuple[dict[str, GridVersion], Surroundings]:
        """Return the current grids of the affected communities, and what lies beside them.

        They, and the communities beside them, are locked until the commit.
        """
        communities = set(filter(None, imported.communities))
        if self.options.replace:
            communities |= set(revisions.communities_with_grids(self.session))
        nearby = surroundings.find_communities(self.session, imported.geoms) - communities
        revisions.lock_communities(self.session, communities | nearby)
        current = revisions.current_grids(self.session, sorted(communities))
        return current, surroundings.load(self.session, imported, nearby, communities)

    def keep_names(self, imported: GridSet, current: Mapping[str, GridVersion]) -> GridSet:
        """Return the grids with their current names where the file has no column of names."""
        without_names = {
            file_no
            for file_no, source in enumerate(self.sources)
            if "name" not in source.rules.mapping
        }
        rows = zip(imported.codes, imported.names, imported.positions, strict=True)
        names = [
            current[code].name
            if position and position[0] in without_names and code in current
            else name
            for code, name, position in rows
        ]
        return replace(imported, names=names)

    def select_remaining(self, imported: GridSet, current: Mapping[str, GridVersion]) -> GridSet:
        """Return the current grids that the import neither changes nor retires."""
        protected = self.result.protected_codes
        retired = current.keys() - protected if self.options.replace else set()
        remaining = current.keys() - retired - set(imported.codes)
        return GridSet.from_versions({code: current[code] for code in sorted(remaining)})

    def community_outlines(self, imported: GridSet) -> Outlines:
        """Return the outlines that the grids must fill: those that do not follow their grids."""
        communities = set(filter(None, imported.communities))
        is_fixed = Area.code.in_(communities) & Area.geom.is_not(None)
        if self.revision_options.prefix_lengths:
            is_fixed &= ~areas_from_codes.WAS_CREATED_FROM_CODES
        rows = self.session.execute(
            select(Area.code, func.ST_AsBinary(Area.geom)).where(is_fixed).order_by(Area.code)
        )
        return {code: shapely.from_wkb(bytes(wkb)) for code, wkb in rows}

    def share_corners(
        self,
        imported: GridSet,
        current: Mapping[str, GridVersion],
        outlines: Outlines,
        around: Surroundings,
    ) -> tuple[GridSet, Outlines, dict[str, GridVersion]]:
        """Return the imported grids and the outlines with the corners of those beside them.

        Last come the grids of neighboring communities that must follow the imported ones.
        """
        systems = [source.rules.geometry.crs for source in self.sources]
        near_outlines = {**outlines, **around.outlines}
        stored = {**around.grids, **current}
        imported = shared_corners.share_corners(imported, systems, stored, near_outlines)
        changed = imported.filter(~imported.equals_stored(current))
        bent = shared_corners.bend(changed, systems, near_outlines)
        areas_from_codes.store_outlines(self.session, bent)
        bent_outlines = {code: bent.get(code, outline) for code, outline in outlines.items()}
        return imported, bent_outlines, around.bend_grids(changed, systems)

    def repair(
        self, imported: GridSet, remaining: GridSet, outlines: Outlines
    ) -> tuple[GridSet, GridSet]:
        """Return imported grids that tile what the remaining grids leave free, and the latter.

        The remaining grids keep their area; they only get corners where imported grids need them.
        """
        if self._is_sound(imported, remaining, outlines):
            self.result.notes.append(border_shift.NOTHING_MOVED)
            return imported, remaining
        occupied = shapely.union_all(remaining.geoms) if len(remaining) else None
        repaired = repair.repair(imported.geoms, imported.communities, outlines, occupied)
        self.result.notes.append(repaired.describe(imported.codes))
        is_empty = np.asarray(shapely.is_empty(repaired.geoms), dtype=np.bool_)
        message = (
            "the repair left no area to it: other grids cover it, or it is outside its community"
        )
        for at in np.flatnonzero(is_empty):
            hint = "Delete it, or correct the other grids."
            self._add_error(imported, int(at), "empty_after_repair", message, hint)
        before = (imported.filter(~is_empty) + remaining).geoms
        imported = replace(imported, geoms=repaired.geoms).filter(~is_empty)
        grids = imported + remaining
        geoms = grids.geoms.copy()
        for community in set(remaining.communities):
            members = grids.is_in(community or "")
            geoms[members] = repair.match_corners(geoms[members])
        geoms = repair.keep_sound(before, geoms, grids.communities)
        grids = replace(grids, geoms=geoms)
        is_imported = np.arange(len(grids)) < len(imported)
        return grids.filter(is_imported), grids.filter(~is_imported)

    def _is_sound(self, imported: GridSet, remaining: GridSet, outlines: Outlines) -> bool:
        """Return whether the grids would be accepted without a repair, and have no slivers."""
        grids = imported + remaining
        communities = [community or "" for community in grids.communities]
        report = partition.check_tiling(grids.codes, grids.geoms, communities, outlines)
        return not report.errors and not repair.has_slivers(imported.geoms)

    def raise_errors(self) -> None:
        """Raise BadData if there are errors, unless rows with errors are skipped."""
        if self.result.errors and not self.options.skip_bad_rows:
            raise BadData(self.result.errors)

    def require_tiling(self, imported: GridSet, remaining: GridSet, outlines: Outlines) -> None:
        """Raise BadData unless the imported and the remaining grids tile their communities."""
        self.raise_errors()
        if not len(imported):
            return
        grids = imported + remaining
        repaired = self.options.read.repair
        communities = [community or "" for community in grids.communities]
        report = partition.check_tiling(
            grids.codes, grids.geoms, communities, outlines, repaired=repaired
        )
        self.result.notes += report.notes
        for error in report.errors:
            message, at = error.message, error.position
            if at >= len(imported):  # a remaining grid: report it with an imported one
                message = f"beside it, at grid {grids.codes[at]}, which is in no file: {message}"
                at = int(imported.is_in(communities[at]).argmax())
            hint = partition.repair_hint(repaired=repaired)
            self._add_error(imported, at, error.kind, message, hint)
        if report.errors:
            raise BadData(self.result.errors)

    def create_areas(self, grids: GridSet) -> None:
        """Create missing areas if prefix lengths are set."""
        lengths = self.revision_options.prefix_lengths
        if lengths and len(grids):
            count = areas_from_codes.create_areas(self.session, grids.codes, grids.geoms, lengths)
            self.result.notes += [f"{count:,} areas were created from the codes"] if count else []

    def publish(
        self, current: Mapping[str, GridVersion], grids: GridSet, nearby: Sequence[Delta]
    ) -> None:
        """Publish what changes in the current grids, and beside them, if anything does."""
        versions = grids.to_versions()
        deltas = [
            Delta(code, current.get(code), versions.get(code))
            for code in sorted(versions.keys() | current.keys())
            if current.get(code) != versions.get(code)
        ]
        self.result.added = sum(delta.old is None for delta in deltas)
        self.result.retired = sum(delta.new is None for delta in deltas)
        self.result.updated = len(deltas) - self.result.added - self.result.retired
        if nearby:
            self.result.notes.append(surroundings.describe(nearby))
        if deltas or nearby:
            options = self.revision_options
            with surroundings.explain_too_early(nearby):
                self.result.revision = revisions.publish(
                    self.session,
                    [*deltas, *nearby],
                    title=options.title or ", ".join(source.path.name for source in self.sources),
                    author=options.author,
                    effective_at=options.effective_at,
                ).number

    def _add_error(self, imported: GridSet, at: int, kind: str, message: str, hint: str) -> None:
        file_no, row = imported.positions[at] or (0, 0)
        name = self.sources[file_no].path.name
        error = RowError(name, row, kind, message, hint, code=imported.codes[at])
        self.result.add_errors(file_no, [error])
