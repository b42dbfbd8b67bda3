"""Revisions of the micro-grids: a publication ends old periods and begins new ones at once."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo import areas
from geo.errors import Conflict, NotFound
from geo.grids import lineage
from geo.models import Area, MicroGrid, Revision
from geo.models.base import WGS84

_NUMBERING_LOCK = 721
"""The advisory lock for numbering revisions, so that no number is skipped."""
_MAX_CHANGES_LISTED = 5


class RevisionUnknown(NotFound):
    """No revision has this number."""

    code = "revision_unknown"


class EffectiveAtTooEarly(Conflict):
    """The revision would come into force before an earlier one of its communities."""

    code = "effective_at_too_early"


@dataclass(frozen=True)
class GridVersion:
    """A micro-grid's name, community and geometry, the latter as WKB in WGS 84."""

    name: str | None
    community_code: str
    wkb: bytes


@dataclass(frozen=True)
class Delta:
    """A change to one grid: a new grid has no `old`, a retired one no `new`."""

    code: str
    old: GridVersion | None
    new: GridVersion | None

    def __invert__(self) -> "Delta":
        return Delta(self.code, self.new, self.old)

    @property
    def kinds(self) -> list[str]:
        """The kinds of change: `added`, `removed`, or `redrawn` and `renamed`, either or both."""
        if self.old is None or self.new is None:
            return ["added" if self.old is None else "removed"]
        changes = {
            "redrawn": self.old.wkb != self.new.wkb,
            "renamed": self.old.name != self.new.name,
        }
        return [kind for kind, is_so in changes.items() if is_so]


def lock_communities(session: Session, community_codes: Collection[str]) -> None:
    """Lock communities against publication by others until the transaction ends.

    Locks are acquired in the order of codes, so that publishers cannot deadlock. They do not block
    those who add buildings or issues there.
    """
    rows = select(Area.code).where(Area.code.in_(community_codes)).order_by(Area.code)
    session.execute(rows.with_for_update(key_share=True)).all()


def communities_with_grids(session: Session) -> Sequence[str]:
    """Return the codes of all communities that have grids in force."""
    codes = select(MicroGrid.community_code).where(func.upper_inf(MicroGrid.in_force)).distinct()
    return session.scalars(codes.order_by(MicroGrid.community_code)).all()


def current_grids(session: Session, community_codes: Collection[str]) -> dict[str, GridVersion]:
    """Return the grids of these communities whose period has no end, by code."""
    in_communities = MicroGrid.community_code.in_(community_codes)
    return load_grids(session, in_communities & func.upper_inf(MicroGrid.in_force))


def load_grids(session: Session, condition: ColumnElement[bool]) -> dict[str, GridVersion]:
    """Return the grids that meet a condition, by code."""
    rows = session.execute(
        select(
            MicroGrid.code,
            MicroGrid.name,
            MicroGrid.community_code,
            func.ST_AsBinary(MicroGrid.geom).label("wkb"),
        )
        .where(condition)
        .order_by(MicroGrid.code)
    )
    return {row.code: GridVersion(row.name, row.community_code, bytes(row.wkb)) for row in rows}


def list_revisions(
    session: Session, *, area_code: str | None = None, limit: int, cursor: int | None = None
) -> tuple[Sequence[Revision], int | None]:
    """Return at most `limit` revisions below number `cursor`, newest first, and the next cursor."""
    statement = select(Revision).order_by(Revision.number.desc()).limit(limit + 1)
    if cursor is not None:
        statement = statement.where(Revision.number < cursor)
    if area_code is not None:
        in_area = areas.within(MicroGrid.code, area_code)
        began = select(MicroGrid.begun_in).where(in_area)
        ended = select(MicroGrid.ended_in).where(in_area, MicroGrid.ended_in.is_not(None))
        statement = statement.where(Revision.number.in_(began.union(ended)))
    revisions = session.scalars(statement).all()
    return revisions[:limit], revisions[limit - 1].number if len(revisions) > limit else None


def get(session: Session, number: int) -> Revision:
    """Return the revision with a number. Raises RevisionUnknown."""
    revision = session.get(Revision, number)
    if revision is None:
        raise RevisionUnknown(
            f"There is no revision {number}.",
            hint="GET /v1/revisions and gridward revisions list them.",
        )
    return revision


def touched_communities(session: Session, number: int) -> Sequence[str]:
    """Return the communities in which a revision began or ended grids."""
    is_changed = or_(MicroGrid.begun_in == number, MicroGrid.ended_in == number)
    codes = select(MicroGrid.community_code).where(is_changed).distinct()
    return session.scalars(codes.order_by(MicroGrid.community_code)).all()


def publish(
    session: Session,
    deltas: Sequence[Delta],
    *,
    title: str,
    author: str,
    effective_at: datetime.datetime | None = None,
) -> Revision:
    """Write changes as the next revision, in force from now or from `effective_at`.

    The caller has locked the communities and checked that the result tiles each of them. The
    number comes last, after everything slow, because publishers elsewhere wait for it. Raises
    EffectiveAtTooEarly unless every earlier change of the communities lies before `effective_at`.
    """
    communities = {_community(delta) for delta in deltas}
    latest = _latest_change(session, communities)
    edges = lineage.compute_lineage(
        {delta.code: delta.old.wkb for delta in deltas if delta.old is not None},
        {delta.code: delta.new.wkb for delta in deltas if delta.new is not None},
    )
    revision = _create_revision(session, title, author, effective_at, communities, latest)
    _end_periods(session, [delta.code for delta in deltas if delta.old is not None], revision)
    _insert_grids(session, deltas, revision)
    lineage.insert_lineage(session, revision.number, edges)
    return revision


def _create_revision(
    session: Session,
    title: str,
    author: str,
    effective_at: datetime.datetime | None,
    community_codes: Collection[str],
    latest: datetime.datetime | None,
) -> Revision:
    """Insert the next revision; nobody else gets a number until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_NUMBERING_LOCK)))
    number = (session.scalar(select(func.max(Revision.number))) or 0) + 1
    published_at: datetime.datetime = session.scalars(select(func.clock_timestamp())).one()
    begins_at = effective_at or published_at
    if latest is not None and latest >= begins_at:
        changes = _changes_since(session, community_codes, begins_at)
        detail = f": {changes}" if changes else ""
        raise EffectiveAtTooEarly(
            f"Grids there change at {latest.isoformat()}, not before {begins_at.isoformat()}"
            f"{detail}.",
            hint=f"Choose a moment after {latest.isoformat()}.",
        )
    revision = Revision(
        number=number,
        published_at=published_at,
        effective_at=begins_at,
        title=title,
        author=author,
    )
    session.add(revision)
    session.flush()
    return revision


def _community(delta: Delta) -> str:
    grid = delta.new or delta.old
    assert grid is not None, "a change has at least one side"
    return grid.community_code


def _latest_change(session: Session, community_codes: Collection[str]) -> datetime.datetime | None:
    """Return when a grid of these communities last began or ended; a scheduled moment counts."""
    latest = func.greatest(
        func.max(func.lower(MicroGrid.in_force)), func.max(func.upper(MicroGrid.in_force))
    )
    return session.scalar(select(latest).where(MicroGrid.community_code.in_(community_codes)))


def _changes_since(
    session: Session, community_codes: Collection[str], moment: datetime.datetime
) -> str:
    """Return, as text, which revisions change grids of these communities at a moment or later."""
    statement = (
        select(MicroGrid.community_code, Revision)
        .join(Revision, Revision.number.in_((MicroGrid.begun_in, MicroGrid.ended_in)))
        .where(MicroGrid.community_code.in_(community_codes), Revision.effective_at >= moment)
        .distinct()
        .order_by(MicroGrid.community_code, Revision.number)
        .limit(_MAX_CHANGES_LISTED)
    )
    return "; ".join(
        f"community {community} at {revision.effective_at.isoformat()} in revision "
        f"{revision.number} ({revision.title!r}, by {revision.author})"
        for community, revision in session.execute(statement)
    )


def _end_periods(session: Session, codes: Sequence[str], revision: Revision) -> None:
    period = func.tstzrange(func.lower(MicroGrid.in_force), revision.effective_at)
    session.execute(
        update(MicroGrid)
        .where(MicroGrid.code.in_(codes), func.upper_inf(MicroGrid.in_force))
        .values(in_force=period, ended_in=revision.number)
        .execution_options(synchronize_session=False)
    )


def _insert_grids(session: Session, deltas: Sequence[Delta], revision: Revision) -> None:
    rows = [
        {
            "code": delta.code,
            "name": delta.new.name,
            "community_code": delta.new.community_code,
            "wkb": delta.new.wkb,
        }
        for delta in deltas
        if delta.new is not None
    ]
    if not rows:
        return
    statement = insert(MicroGrid.__table__).values(  # type: ignore[arg-type]
        code=bindparam("code"),
        name=bindparam("name"),
        community_code=bindparam("community_code"),
        geom=func.ST_Multi(func.ST_GeomFromWKB(bindparam("wkb"), WGS84)),
        in_force=Range(revision.effective_at, None),
        begun_in=revision.number,
    )
    session.connection().execute(statement, rows)
