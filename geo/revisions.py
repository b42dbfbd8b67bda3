"""Publishing micro-grids: the old shapes' periods end, the new ones begin, all under one number."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.errors import Conflict
from geo.models import Area, MicroGrid, Revision
from geo.models.base import WGS84

_NUMBERING = 721
"""The advisory lock under which revisions get their numbers, so that none is skipped."""


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


def lock(session: Session, community_codes: Collection[str]) -> None:
    """Keep others from publishing in these communities until the transaction ends.

    Locks are taken in the order of codes, so that two publishers never wait for each other.
    """
    rows = select(Area.code).where(Area.code.in_(community_codes)).order_by(Area.code)
    session.execute(rows.with_for_update()).all()


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
    Raises TooEarly when a grid that changes came into force later than `effective_at`.
    """
    session.execute(select(func.pg_advisory_xact_lock(_NUMBERING)))
    number = (session.scalar(select(func.max(Revision.number))) or 0) + 1
    published_at = session.scalar(select(func.clock_timestamp()))
    moment = effective_at or published_at
    revision = Revision(
        number=number,
        published_at=published_at,
        effective_at=moment,
        title=title,
        author=author,
    )
    session.add(revision)
    session.flush()
    _end(session, [delta.code for delta in deltas if delta.old is not None], revision)
    _begin(session, [delta for delta in deltas if delta.new is not None], revision)
    return revision


def _end(session: Session, codes: Sequence[str], revision: Revision) -> None:
    ending = MicroGrid.code.in_(codes) & func.upper_inf(MicroGrid.in_force)
    too_late = ending & (func.lower(MicroGrid.in_force) >= revision.effective_at)
    newer = session.scalars(select(MicroGrid.code).where(too_late).order_by(MicroGrid.code)).all()
    if newer:
        raise TooEarly(
            f"Grid {newer[0]} came into force after {revision.effective_at.isoformat()}.",
            hint="Choose a later moment.",
        )
    period = func.tstzrange(func.lower(MicroGrid.in_force), revision.effective_at)
    session.execute(
        update(MicroGrid)
        .where(ending)
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
