"""Load files into the database in one transaction: all of them, or nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, text

from data.columns import DatasetKind
from data.importing import foreign_keys, indexes, merge, people, staging
from data.importing.enrich import BuildingEnricher
from data.importing.merge_targets import TARGETS
from data.importing.prefetch import prefetch
from data.importing.result import ImportResult
from data.reading.reader import ReadOptions, RowBatch, Source, open_source
from data.row_errors import BadData

ProgressCallback = Callable[[int, int | None], None]
"""Called with the number of rows done, and the total or None if the files do not state it."""

_BATCHWISE = frozenset({DatasetKind.BUILDINGS, DatasetKind.ISSUES})
"""Kinds whose rows do not depend on each other: each batch is merged as soon as it is read."""
_WITH_PERIODS = frozenset({DatasetKind.PROPERTY_COVERAGE, DatasetKind.GRID_MEMBERS})
"""Kinds with periods that must not overlap: missing rows are retired before others are added."""
_NEAR_AREAS = frozenset({DatasetKind.NEIGHBORHOODS, DatasetKind.BUILDINGS, DatasetKind.ISSUES})
"""Kinds whose rows are invalid if they lie far from all areas."""


@dataclass(frozen=True)
class LoadOptions:
    """How to read the files, and what to do with invalid and with missing rows."""

    read: ReadOptions = field(default_factory=ReadOptions)
    skip_bad_rows: bool = False
    """Load the valid rows even if others are invalid."""
    replace: bool = False
    """Retire the rows of the database that are missing from the files."""


def open_sources(kind: DatasetKind, paths: Sequence[Path], options: ReadOptions) -> list[Source]:
    """Open every file before reading any, so that a missing column is reported at once."""
    return [open_source(path, kind, options) for path in paths]


def load(
    connection: Connection,
    kind: DatasetKind,
    paths: Sequence[Path],
    options: LoadOptions,
    progress: ProgressCallback | None = None,
) -> ImportResult:
    """Load files of one kind, except grids, in the caller's transaction.

    Rows are merged by key: new rows are inserted, changed rows updated. Columns that a file lacks
    are not changed. Raises BadData with every error if a row is invalid and `skip_bad_rows` is
    off, NoValidRows if `replace` would retire everything, and StillReferenced if it would delete
    rows that others refer to.
    """
    options = _with_extent(connection, kind, options)
    sources = open_sources(kind, paths, options.read)
    result = ImportResult(kind)
    connection.execute(
        text("SELECT set_config('timezone', :zone, true)"), {"zone": options.read.timezone}
    )
    staging.create_table(connection, kind)
    merge.drop_imported_keys(connection)
    with indexes.rebuilt_after_load(connection, TARGETS[kind].table) as is_empty:
        _LoadJob(connection, options, sources, result, is_empty).run(progress)
        if result.errors and not options.skip_bad_rows:
            raise BadData(result.errors)
    result.notes += [f"{source.path.name}: {note}" for source in sources for note in source.notes]
    return result


def total_rows(sources: Sequence[Source]) -> int | None:
    """Return how many rows the files have, None if one of them does not state it."""
    counts = [source.row_count for source in sources]
    return None if None in counts else sum(filter(None, counts))


def _with_extent(connection: Connection, kind: DatasetKind, options: LoadOptions) -> LoadOptions:
    """Return the options with the extent of all areas, for kinds that must lie near them."""
    if kind not in _NEAR_AREAS or options.read.extent is not None:
        return options
    extent = foreign_keys.areas_extent(connection)
    return replace(options, read=replace(options.read, extent=extent))


class Enricher(Protocol):
    """Fills in missing values of a batch before it is loaded."""

    def enrich(self, batch: RowBatch, file: str, /) -> RowBatch:
        """Return the batch with missing values filled in, without the rows that are invalid."""


def _create_enricher(connection: Connection, kind: DatasetKind) -> Enricher | None:
    if kind is DatasetKind.BUILDINGS:
        return BuildingEnricher.from_database(connection)
    if kind is DatasetKind.ISSUES:
        from data.importing.assign_grid import GridAssigner

        return GridAssigner.from_database(connection)
    return None


@dataclass(frozen=True)
class _LoadJob:
    """The state of one load: reads batches, stages them, and merges them into the table."""

    connection: Connection
    options: LoadOptions
    sources: Sequence[Source]
    result: ImportResult
    is_empty: bool
    """Whether the table was empty before the load."""

    def run(self, progress: ProgressCallback | None) -> None:
        """Merge each batch as it is read, or all rows at the end if they depend on each other."""
        total = total_rows(self.sources)
        by_batch = self.result.kind in _BATCHWISE
        enricher = _create_enricher(self.connection, self.result.kind)
        for file_no, batch in prefetch(self._batches(enricher)):
            self.result.add_batch(file_no, batch)
            if self._is_writing:
                self._stage(file_no, batch)
                if by_batch:
                    self._merge()
            if progress is not None:
                progress(self.result.read, total)
        if not by_batch and self._is_writing:
            self._merge()
        if self.result.kind not in _WITH_PERIODS:
            self._retire()

    @property
    def _is_writing(self) -> bool:
        """Whether rows are still written; after a fatal error files are read for more errors."""
        return self.options.skip_bad_rows or not self.result.errors

    @property
    def _skips_staging(self) -> bool:
        """Whether rows are copied straight into the table: buildings from one file, if empty."""
        return (
            self.is_empty and self.result.kind is DatasetKind.BUILDINGS and len(self.sources) == 1
        )

    def _batches(self, enricher: Enricher | None) -> Iterator[tuple[int, RowBatch]]:
        for file_no, source in enumerate(self.sources):
            for batch in source:
                name = source.path.name
                yield file_no, enricher.enrich(batch, name) if enricher else batch

    def _stage(self, file_no: int, batch: RowBatch) -> None:
        if not self._skips_staging:
            staging.copy_batch(self.connection, batch, file_no)
            return
        assert batch.ewkb is not None
        columns = {**batch.columns, "footprint": batch.ewkb}
        staging.copy_columns(self.connection, "building", columns)
        self.result.added += len(batch)

    def _merge(self) -> None:
        connection, kind = self.connection, self.result.kind
        if self._skips_staging:
            return
        if self.options.replace or len(self.sources) > 1:
            merge.record_imported_keys(connection, kind)
        if kind in _WITH_PERIODS:
            self._retire()
        foreign_keys.fill_missing(connection, kind)
        names = [source.path.name for source in self.sources]
        for file_no, error in foreign_keys.reject_invalid(connection, kind, names):
            self.result.add_errors(file_no, [error])
        if self._is_writing:
            self._write()
        staging.truncate(connection)

    def _write(self) -> None:
        """Update and insert the rows that are staged."""
        connection, kind = self.connection, self.result.kind
        if kind is DatasetKind.GRID_MEMBERS:
            mappings = [source.rules.mapping for source in self.sources]
            with_phones = [file_no for file_no, names in enumerate(mappings) if "phone" in names]
            people.upsert(connection, with_phones)
        if not self.is_empty:
            columns = [
                merge.columns_present(source, self.options.replace) for source in self.sources
            ]
            self.result.updated += merge.update_changed(connection, kind, columns)
        self.result.added += merge.insert_new(connection, kind)

    def _retire(self) -> None:
        if self.options.replace and self._is_writing:
            self.result.require_valid_rows()
            if not self.is_empty:
                self.result.retired = merge.retire_missing(
                    self.connection, self.result.kind, self.result.protected_codes
                )
