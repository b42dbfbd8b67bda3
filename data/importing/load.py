"""Loading files into the register: all of it or nothing, whatever happens on the way."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Connection, text

from data.columns import Kind
from data.importing import foreign_keys, indexes, merge, people, staging
from data.importing.enrich import Register
from data.reading.reader import Batch, ReadOptions, Source, open_source
from data.row_errors import BadData, FaultLog, RowError
from geo.errors import Invalid

Item = TypeVar("Item")
Progress = Callable[[int, int | None], None]
"""Told how many rows are done, and how many there are if the files say so."""

_BATCHWISE = frozenset({Kind.BUILDINGS, Kind.ISSUES})
"""Kinds whose rows do not depend on each other, so that each batch can be merged on its own."""
_PERIODS = frozenset({Kind.PROPERTY_COVERAGE, Kind.GRID_MEMBERS})
"""Kinds whose rows exclude each other in time: one that goes makes room for those that come."""
_IN_THE_CITY = frozenset({Kind.NEIGHBORHOODS, Kind.BUILDINGS, Kind.ISSUES})
"""Kinds that lie where the areas are: a place far from them is a mistake."""


class NothingToKeep(Invalid):
    """Files without a single good row would have everything retired."""

    code = "nothing_to_keep"


@dataclass(frozen=True)
class LoadOptions:
    """How to load: what to do about bad rows, and about rows that are missing."""

    read: ReadOptions = field(default_factory=ReadOptions)
    skip: bool = False
    """Load the good rows although others are bad."""
    replace: bool = False
    """Retire what the register has and the files do not."""


@dataclass
class Outcome:
    """What became of the rows of some files."""

    kind: Kind
    read: int = 0
    added: int = 0
    updated: int = 0
    retired: int = 0
    faults: FaultLog = field(default_factory=FaultLog)
    bad_rows: dict[tuple[int, int], str] = field(default_factory=dict)
    """For each bad row, by the number of its file and its own, what is wrong with it."""
    spared: set[str] = field(default_factory=set)
    """The codes of bad rows: what the register has by them is not missing from the files."""
    notes: list[str] = field(default_factory=list)
    revision: int | None = None
    """The revision that grids were published as."""

    @property
    def rejected(self) -> int:
        """How many rows were bad."""
        return len(self.bad_rows)

    @property
    def unchanged(self) -> int:
        """How many rows were in the register just so."""
        return self.read - self.added - self.updated - self.rejected

    @property
    def changed_nothing(self) -> bool:
        """Whether the register is as it was."""
        return not (self.added or self.updated or self.retired)

    def note_batch(self, file_no: int, batch: Batch) -> None:
        """Count the rows of a batch, those too broken to be held as well, and keep its faults."""
        held = set(batch.raw.rows.tolist()) if batch.raw.faults else set()
        self.read += len(batch.raw) + len({fault.row for fault in batch.raw.faults} - held)
        self.note_faults(file_no, batch.faults)

    def note_faults(self, file_no: int, faults: Iterable[RowError]) -> None:
        """Keep faults of a file; a row with several is one bad row."""
        for fault in faults:
            self.faults.add([fault])
            if fault.code is not None:
                self.spared.add(fault.code)
            place = (file_no, fault.row)
            earlier = self.bad_rows.get(place)
            told = f"{fault.what}. {fault.mend}"
            self.bad_rows[place] = f"{earlier} {told}" if earlier else told

    def require_rows(self) -> None:
        """Raise NothingToKeep if there was no good row at all."""
        if self.read == self.rejected:
            raise NothingToKeep(
                f"The files hold no {self.kind} to keep; --replace would retire all there are.",
                hint="Check the files, and the layer (--layer).",
            )


def open_sources(kind: Kind, paths: Sequence[Path], options: ReadOptions) -> list[Source]:
    """Open every file before any is read, so that a missing column stops the work at once."""
    return [open_source(path, kind, options) for path in paths]


def load(
    connection: Connection,
    kind: Kind,
    paths: Sequence[Path],
    options: LoadOptions,
    progress: Progress | None = None,
) -> Outcome:
    """Load files of one kind but grids, in the caller's transaction; return what became of them.

    Rows are merged by their key: new ones are added, differing ones updated, the others left.
    Columns that a file lacks are left alone. Raises BadData with every fault if any row is bad
    and bad rows are not to be skipped, NothingToKeep where `replace` would retire everything, and
    StillNeeded where it would take out what something else names.
    """
    options = _placed(connection, kind, options)
    sources = open_sources(kind, paths, options.read)
    totals = [source.total for source in sources]
    total = None if None in totals else sum(filter(None, totals))
    outcome = Outcome(kind)
    connection.execute(
        text("SELECT set_config('timezone', :zone, true)"), {"zone": options.read.timezone}
    )
    staging.create(connection, kind)
    merge.forget(connection)
    with indexes.rebuilt(connection, merge.TARGETS[kind].table) as into_empty:
        _Load(connection, options, sources, outcome, into_empty).run(progress, total)
        if outcome.faults and not options.skip:
            raise BadData(outcome.faults)
    outcome.notes += [f"{source.path.name}: {note}" for source in sources for note in source.notes]
    return outcome


def _placed(connection: Connection, kind: Kind, options: LoadOptions) -> LoadOptions:
    """Return the options with the extent of the city, for kinds that have to lie in it."""
    if kind not in _IN_THE_CITY or options.read.extent is not None:
        return options
    return replace(options, read=replace(options.read, extent=foreign_keys.extent(connection)))


class Completion(Protocol):
    """What the register knows of rows before they are loaded."""

    def complete(self, batch: Batch, file: str, /) -> Batch:
        """Return the batch with what its file leaves out."""


def _completion(connection: Connection, kind: Kind) -> Completion | None:
    if kind is Kind.BUILDINGS:
        return Register.of(connection)
    if kind is Kind.ISSUES:
        from data.importing.assign_grid import Filing

        return Filing.of(connection)
    return None


@dataclass(frozen=True)
class _Load:
    """One load on its way through the files."""

    connection: Connection
    options: LoadOptions
    sources: Sequence[Source]
    outcome: Outcome
    into_empty: bool

    def run(self, progress: Progress | None, total: int | None) -> None:
        """Write each batch as it comes, or all at the end where rows need each other."""
        by_batch = self.outcome.kind in _BATCHWISE
        completion = _completion(self.connection, self.outcome.kind)
        for file_no, batch in ahead(self._batches(completion)):
            self.outcome.note_batch(file_no, batch)
            if self._go_on:
                self._write(file_no, batch)
                if by_batch:
                    self._merge()
            if progress is not None:
                progress(self.outcome.read, total)
        if not by_batch and self._go_on:
            self._merge()
        if self.outcome.kind not in _PERIODS:
            self._retire()

    @property
    def _go_on(self) -> bool:
        """Whether writing still makes sense: a load that will be refused is only read on."""
        return self.options.skip or not self.outcome.faults

    @property
    def _direct(self) -> bool:
        """Whether rows go straight to where they belong: complete ones, into an empty table."""
        return self.into_empty and self.outcome.kind is Kind.BUILDINGS and len(self.sources) == 1

    def _batches(self, completion: Completion | None) -> Iterator[tuple[int, Batch]]:
        for file_no, source in enumerate(self.sources):
            for batch in source:
                name = source.path.name
                yield file_no, completion.complete(batch, name) if completion else batch

    def _write(self, file_no: int, batch: Batch) -> None:
        if not self._direct:
            staging.copy(self.connection, batch, file_no)
            return
        assert batch.ewkb is not None
        columns = {**batch.columns, "footprint": batch.ewkb}
        staging.stream(self.connection, "building", columns)
        self.outcome.added += len(batch)

    def _merge(self) -> None:
        connection, kind, outcome = self.connection, self.outcome.kind, self.outcome
        if self._direct:
            return
        if self.options.replace or len(self.sources) > 1:
            merge.remember(connection, kind)
        if kind in _PERIODS:
            self._retire()
        foreign_keys.complete(connection, kind)
        names = [source.path.name for source in self.sources]
        for file_no, fault in foreign_keys.check(connection, kind, names):
            outcome.note_faults(file_no, [fault])
        if self._go_on:
            if kind is Kind.GRID_MEMBERS:
                told = (source.rules.mapping for source in self.sources)
                people.settle(connection, [at for at, names in enumerate(told) if "phone" in names])
            if not self.into_empty:
                given = [merge.given(source, self.options.replace) for source in self.sources]
                outcome.updated += merge.update(connection, kind, given)
            outcome.added += merge.insert(connection, kind)
        staging.empty(connection)

    def _retire(self) -> None:
        if self.options.replace and self._go_on:
            self.outcome.require_rows()
            if not self.into_empty:
                self.outcome.retired = merge.retire(
                    self.connection, self.outcome.kind, self.outcome.spared
                )


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items, each made in a thread of its own while the one before is worked on.

    Reading and checking a batch then costs no time beside the database's own work on the last.
    """
    made: queue.Queue[Item | BaseException | None] = queue.Queue(maxsize=1)
    stopped = threading.Event()

    def offer(item: Item | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                made.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def make() -> None:
        try:
            for item in items:
                if not offer(item):
                    return
            offer(None)
        except BaseException as error:  # handed over, to be raised where the items are used
            offer(error)

    maker = threading.Thread(target=make, name="reading ahead")
    maker.start()
    try:
        while (item := made.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        maker.join()
