"""Publishing micro-grids: the old shapes' periods end, the new ones begin, all under one number."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo import areas
from geo.errors import Conflict, NotFound
from geo.grids import lineage
from geo.models import Area, MicroGrid, Revision
from geo.models.base import WGS84

_NUMBERING = 721
"""The advisory lock under which revisions get their numbers, so that none is skipped."""


class RevisionUnknown(NotFound):
    """No revision has this number."""

    code = "revision_unknown"


class TooEarly(Conflict):
    """The revision would come into force before one that it has to follow."""

    code = "too_early"


@dataclass(frozen=True)
class Outline:
    """A micro-grid's name, community and ground, the latter as WKB in WGS 84."""

    name: str | None
    community_code: str
    wkb: bytes


@dataclass(frozen=True)
class Delta:
    """A change to one grid: `old` is missing for a new grid, `new` for a retired one."""

    code: str
    old: Outline | None
    new: Outline | None

    def __invert__(self) -> "Delta":
        return Delta(self.code, self.new, self.old)

    @property
    def kinds(self) -> list[str]:
        """Say what happened: `added`, `removed`, or `redrawn` and `renamed`, either or both."""
        if self.old is None or self.new is None:
            return ["added" if self.old is None else "removed"]
        changed = {
            "redrawn": self.old.wkb != self.new.wkb,
            "renamed": self.old.name != self.new.name,
        }
        return [kind for kind, is_so in changed.items() if is_so]


def lock(session: Session, community_codes: Collection[str]) -> None:
    """Keep others from publishing in these communities until the transaction ends.

    Locks are taken in the order of codes, so that two publishers never wait for each other in a
    circle. Whoever files buildings or issues there does not wait at all.
    """
    rows = select(Area.code).where(Area.code.in_(community_codes)).order_by(Area.code)
    session.execute(rows.with_for_update(key_share=True)).all()


def communities(session: Session) -> Sequence[str]:
    """Return the codes of all communities that have grids in force."""
    codes = select(MicroGrid.community_code).where(func.upper_inf(MicroGrid.in_force)).distinct()
    return session.scalars(codes.order_by(MicroGrid.community_code)).all()


def in_force_now(session: Session, community_codes: Collection[str]) -> dict[str, Outline]:
    """Return the outlines of the grids in force now in these communities, by code."""
    rows = session.execute(
        select(
            MicroGrid.code,
            MicroGrid.name,
            MicroGrid.community_code,
            func.ST_AsBinary(MicroGrid.geom).label("wkb"),
        )
        .where(MicroGrid.community_code.in_(community_codes), func.upper_inf(MicroGrid.in_force))
        .order_by(MicroGrid.code)
    )
    return {row.code: Outline(row.name, row.community_code, bytes(row.wkb)) for row in rows}


def page(
    session: Session, *, area_code: str | None = None, limit: int, cursor: int | None = None
) -> tuple[Sequence[Revision], int | None]:
    """Return at most `limit` revisions below number `cursor`, newest first, and the next cursor."""
    newest = select(Revision).order_by(Revision.number.desc()).limit(limit + 1)
    if cursor is not None:
        newest = newest.where(Revision.number < cursor)
    if area_code is not None:
        inside = areas.within(MicroGrid.code, area_code)
        began = select(MicroGrid.begun_in).where(inside)
        ended = select(MicroGrid.ended_in).where(inside, MicroGrid.ended_in.is_not(None))
        newest = newest.where(Revision.number.in_(began.union(ended)))
    found = session.scalars(newest).all()
    return found[:limit], found[limit - 1].number if len(found) > limit else None


def get(session: Session, number: int) -> Revision:
    """Return the revision of a number. Raises RevisionUnknown."""
    revision = session.get(Revision, number)
    if revision is None:
        raise RevisionUnknown(
            f"There is no revision {number}.",
            hint="GET /v1/revisions and gridward revisions list them.",
        )
    return revision


def touched(session: Session, number: int) -> Sequence[str]:
    """Return the communities in which a revision began or ended grids."""
    changed = or_(MicroGrid.begun_in == number, MicroGrid.ended_in == number)
    codes = select(MicroGrid.community_code).where(changed).distinct()
    return session.scalars(codes.order_by(MicroGrid.community_code)).all()


def publish(
    session: Session,
    deltas: Sequence[Delta],
    *,
    title: str,
    author: str,
    effective_at: datetime.datetime | None = None,
) -> Revision:
    """Write changes as the next revision, in force from now or from a given moment.

    The caller has locked the communities and made sure that the result tiles each of them.
    Everything slow comes before the number: whoever publishes elsewhere waits for that alone.
    Raises TooEarly unless all that a community has been through lies before `effective_at`.
    """
    newest = _newest_moment(session, {_community(delta) for delta in deltas})
    descents = lineage.of(
        {delta.code: delta.old.wkb for delta in deltas if delta.old is not None},
        {delta.code: delta.new.wkb for delta in deltas if delta.new is not None},
    )
    revision = _numbered(session, title, author, effective_at, newest)
    _end(session, [delta.code for delta in deltas if delta.old is not None], revision)
    _begin(session, [delta for delta in deltas if delta.new is not None], revision)
    lineage.write(session, revision.number, descents)
    return revision


def _numbered(
    session: Session,
    title: str,
    author: str,
    effective_at: datetime.datetime | None,
    newest: datetime.datetime | None,
) -> Revision:
    """Return the next revision; nobody else gets a number before the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_NUMBERING)))
    number = (session.scalar(select(func.max(Revision.number))) or 0) + 1
    published_at: datetime.datetime = session.scalars(select(func.clock_timestamp())).one()
    moment = effective_at or published_at
    if newest is not None and newest >= moment:
        raise TooEarly(
            f"Grids there change at {newest.isoformat()}, not before {moment.isoformat()}.",
            hint=f"Choose a moment after {newest.isoformat()}.",
        )
    revision = Revision(
        number=number,
        published_at=published_at,
        effective_at=moment,
        title=title,
        author=author,
    )
    session.add(revision)
    session.flush()
    return revision


def _community(delta: Delta) -> str:
    known = delta.new or delta.old
    assert known is not None, "a change has at least one side"
    return known.community_code


def _newest_moment(session: Session, community_codes: Collection[str]) -> datetime.datetime | None:
    """Return when a grid of these communities last began or ended, in the future if scheduled."""
    latest = func.greatest(
        func.max(func.lower(MicroGrid.in_force)), func.max(func.upper(MicroGrid.in_force))
    )
    return session.scalar(select(latest).where(MicroGrid.community_code.in_(community_codes)))


def _end(session: Session, codes: Sequence[str], revision: Revision) -> None:
    period = func.tstzrange(func.lower(MicroGrid.in_force), revision.effective_at)
    session.execute(
        update(MicroGrid)
        .where(MicroGrid.code.in_(codes), func.upper_inf(MicroGrid.in_force))
        .values(in_force=period, ended_in=revision.number)
        .execution_options(synchronize_session=False)
    )


def _begin(session: Session, deltas: Sequence[Delta], revision: Revision) -> None:
    if not deltas:
        return
    shape = func.ST_Multi(func.ST_GeomFromWKB(bindparam("wkb"), WGS84))
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
    begun = insert(MicroGrid.__table__).values(  # type: ignore[arg-type]
        code=bindparam("code"),
        name=bindparam("name"),
        community_code=bindparam("community_code"),
        geom=shape,
        in_force=Range(revision.effective_at, None),
        begun_in=revision.number,
    )
    session.connection().execute(begun, rows)
