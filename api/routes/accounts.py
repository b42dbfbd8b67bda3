"""Accounts and their tokens."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.deps import Code, SessionDep
from api.errors import raises
from api.http.auth import ActorDep, Admin, TokenExpiry, Viewer
from api.http.paging import PagingDep, next_links
from api.schemas.accounts import (
    AccountIn,
    AccountOut,
    AccountPageOut,
    NewTokenOut,
    TokenIn,
    TokenListOut,
    TokenOut,
)
from geo.accounts import accounts, audit, permissions, tokens
from geo.errors import Conflict
from geo.models import Account, Token

router = APIRouter(prefix="/v1", tags=["accounts"])

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/account", response_model=AccountOut)
def own_account(caller: Viewer, response: Response) -> Account:
    """The caller's account, with its role and scope."""
    _forbid_caching(response)
    return caller


@router.get("/accounts", response_model=AccountPageOut)
def list_accounts(
    request: Request, response: Response, session: SessionDep, paging: PagingDep, caller: Admin
) -> dict[str, Any]:
    """The accounts within the caller's scope."""
    _forbid_caching(response)
    rows, next_cursor = accounts.list_accounts(
        session, caller, limit=paging.limit, cursor=paging.cursor
    )
    return {"accounts": rows, "links": next_links(request, next_cursor)}


@router.post("/accounts", status_code=201, response_model=AccountOut)
@raises(Conflict)
def add_account(
    session: SessionDep, caller: Admin, actor: ActorDep, token_expiry: TokenExpiry, body: AccountIn
) -> Account:
    """Create an account with a scope within the caller's.

    A token that expires cannot create an account with a password, which does not expire.
    """
    permissions.require_reach(caller, [body.reach])
    tokens.require_no_password(token_expiry, body.password)
    account = accounts.add(
        session,
        body.login,
        body.role,
        reach=body.reach,
        name=body.name,
        password=body.password,
    )
    details = {"role": account.role, "reach": account.reach}
    audit.write(session, actor, "account.add", f"account {account.login}", **details)
    return account


@router.post("/accounts/{login}/disable", response_model=AccountOut)
def disable_account(session: SessionDep, caller: Admin, actor: ActorDep, login: Code) -> Account:
    """Disable an account: its sessions and tokens end at once."""
    account = accounts.get(session, login, caller)
    accounts.disable(session, account)
    audit.write(session, actor, "account.disable", f"account {account.login}")
    return account


@router.get("/accounts/{login}/tokens", response_model=TokenListOut)
def list_tokens(
    response: Response, session: SessionDep, caller: Viewer, login: Code
) -> dict[str, Any]:
    """The tokens of the caller's account, or for admins of any; without their secrets."""
    _forbid_caching(response)
    account = accounts.get(session, login, caller)
    return {"tokens": [token for token, _ in tokens.list_tokens(session, account)]}


@router.post("/accounts/{login}/tokens", status_code=201, response_model=NewTokenOut)
def add_token(
    response: Response,
    session: SessionDep,
    caller: Viewer,
    actor: ActorDep,
    token_expiry: TokenExpiry,
    login: Code,
    body: TokenIn | None = None,
) -> dict[str, Any]:
    """Create a token for the caller's account, or for admins any; shows its secret only once.

    If the caller uses a token that expires, the new token expires no later.
    """
    _forbid_caching(response)
    options = body or TokenIn()
    account = accounts.get(session, login, caller)
    token, secret = tokens.issue(
        session, account, name=options.name, days=options.days, latest_expiry=token_expiry
    )
    details = {"account": account.login, "name": options.name, "days": options.days}
    audit.write(session, actor, "token.add", f"token {token.id}", **details)
    return TokenOut.model_validate(token).model_dump() | {"token": secret}


@router.post("/tokens/{number}/revoke", response_model=TokenOut)
def revoke_token(session: SessionDep, caller: Viewer, actor: ActorDep, number: Number) -> Token:
    """Revoke a token of the caller's account, or for admins of any."""
    token, login = tokens.get(session, number, caller)
    tokens.revoke(session, token)
    audit.write(session, actor, "token.revoke", f"token {number}", account=login)
    return token


def _forbid_caching(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"
