"""FastAPI dependencies of plans: a plan, its result, and a plan that is about to change."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request
from sqlalchemy.orm import Session

from api.deps import SessionDep
from api.errors import raises
from api.http.auth import ActorDep, Coordinator, Viewer
from api.http.if_match import ExpectedVersionDep
from geo.accounts.audit import Actor
from geo.errors import Conflict
from geo.models import Account, Plan, Role
from geo.plans import drafts
from geo.plans.drafts import PlanChanged
from geo.plans.replay_cache import ReplayCache, ReplayResult

PlanNumber = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[1])]


async def _replay_cache(request: Request) -> ReplayCache:
    cache: ReplayCache = request.app.state.replay_cache
    return cache


ReplayCacheDep = Annotated[ReplayCache, Depends(_replay_cache)]


def _plan(session: SessionDep, number: PlanNumber, _caller: Viewer) -> Plan:
    return drafts.get(session, number)


PlanDep = Annotated[Plan, Depends(_plan)]


def _replay_result(session: SessionDep, cache: ReplayCacheDep, plan: PlanDep) -> ReplayResult:
    return drafts.replay(session, plan, cache)


ReplayResultDep = Annotated[ReplayResult, Depends(_replay_result)]


def required_owner(account: Account) -> str | None:
    """Return the login whose plans an account may change: its own; None (anybody's) for admins."""
    return None if account.role.includes(Role.ADMIN) else account.login


@dataclass(frozen=True)
class PlanEdit:
    """A plan that is locked for a change by its author, at the version that they last saw."""

    session: Session
    plan: Plan
    cache: ReplayCache
    caller: Account
    actor: Actor


@raises(Conflict, PlanChanged)
def _plan_edit(
    session: SessionDep,
    cache: ReplayCacheDep,
    caller: Coordinator,
    actor: ActorDep,
    number: PlanNumber,
    version: ExpectedVersionDep,
) -> PlanEdit:
    plan = drafts.lock_draft(session, number, owner=required_owner(caller), version=version)
    return PlanEdit(session, plan, cache, caller, actor)


PlanEditDep = Annotated[PlanEdit, Depends(_plan_edit)]
