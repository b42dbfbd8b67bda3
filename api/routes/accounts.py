"""Accounts and their tokens."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.deps import Code, PagingDep, SessionDep
from api.errors import REFUSALS
from api.http.auth import ActorDep, Admin, Viewer
from api.schemas.accounts import (
    AccountIn,
    AccountOut,
    AccountsOut,
    TokenIn,
    TokenMade,
    TokenOut,
    TokensOut,
)
from api.serializers.diff_json import links
from geo.accounts import accounts, audit, permissions, tokens
from geo.models import Account, Token

router = APIRouter(prefix="/v1", tags=["accounts"], responses=REFUSALS)

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/account", response_model=AccountOut)
def own_account(caller: Viewer, response: Response) -> Account:
    """Who calls: their role and what they reach."""
    _keep_out_of_caches(response)
    return caller


@router.get("/accounts", response_model=AccountsOut)
def list_accounts(
    request: Request, response: Response, session: SessionDep, paging: PagingDep, caller: Admin
) -> dict[str, Any]:
    """The accounts within the caller's reach."""
    _keep_out_of_caches(response)
    found, more = accounts.page(session, caller, limit=paging.limit, cursor=paging.cursor)
    return {"accounts": found, "links": links(request, more)}


@router.post("/accounts", status_code=201, response_model=AccountOut)
def add_account(session: SessionDep, caller: Admin, actor: ActorDep, body: AccountIn) -> Account:
    """Make an account whose reach lies in the caller's."""
    permissions.require_reach(caller, [body.reach])
    made = accounts.add(
        session,
        body.login,
        body.role,
        reach=body.reach,
        name=body.name,
        password=body.password,
    )
    told = {"role": made.role, "reach": made.reach}
    audit.write(session, actor, "account.add", f"account {made.login}", **told)
    return made


@router.post("/accounts/{login}/disable", response_model=AccountOut)
def disable_account(session: SessionDep, caller: Admin, actor: ActorDep, login: Code) -> Account:
    """Let an account do nothing from now on: its sign-ins and tokens are refused at once."""
    account = accounts.get(session, login, caller)
    accounts.disable(session, account)
    audit.write(session, actor, "account.disable", f"account {account.login}")
    return account


@router.get("/accounts/{login}/tokens", response_model=TokensOut)
def list_tokens(
    response: Response, session: SessionDep, caller: Viewer, login: Code
) -> dict[str, Any]:
    """The tokens of an account, without their secrets: one's own, or for admins anybody's."""
    _keep_out_of_caches(response)
    account = accounts.get(session, login, caller)
    return {"tokens": [token for token, _ in tokens.page(session, account)]}


@router.post("/accounts/{login}/tokens", status_code=201, response_model=TokenMade)
def add_token(
    response: Response,
    session: SessionDep,
    caller: Viewer,
    actor: ActorDep,
    login: Code,
    body: TokenIn | None = None,
) -> dict[str, Any]:
    """Make a token for one's own account, or for admins anybody's. Its secret is told this once."""
    _keep_out_of_caches(response)
    asked = body or TokenIn()
    account = accounts.get(session, login, caller)
    token, secret = tokens.issue(session, account, name=asked.name, days=asked.days)
    told = {"account": account.login, "name": asked.name, "days": asked.days}
    audit.write(session, actor, "token.add", f"token {token.id}", **told)
    return TokenOut.model_validate(token).model_dump() | {"token": secret}


@router.post("/tokens/{number}/revoke", response_model=TokenOut)
def revoke_token(session: SessionDep, caller: Viewer, actor: ActorDep, number: Number) -> Token:
    """Let a token sign nobody in from now on: one's own, or for admins anybody's."""
    token, login = tokens.get(session, number, caller)
    tokens.revoke(session, token)
    audit.write(session, actor, "token.revoke", f"token {number}", account=login)
    return token


def _keep_out_of_caches(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"
