"""`gridward account … | token …`: who may change things, and what programs sign in with."""

import getpass
import sys
from collections.abc import Callable
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from api.cli import sessions
from api.cli.output import say
from geo.accounts import accounts, audit, tokens
from geo.models import Account, Role
from geo.settings import Settings

account_app = typer.Typer(help="Those who may change things.", no_args_is_help=True)
token_app = typer.Typer(help="What programs sign in with.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="What the account signs in with.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from stdin, its first line.")
]


def register(root: typer.Typer) -> None:
    """Add the families."""
    root.add_typer(account_app, name="account")
    root.add_typer(token_app, name="token")


@account_app.command("add")
def add_account(
    login: Login,
    role: Annotated[Role, typer.Option(help="What it may do.")],
    reach: Annotated[str, typer.Option(help="The code of where; everywhere if left out.")] = "",
    name: Annotated[str | None, typer.Option(help="The name of the person.")] = None,
    password_stdin: FromStdin = False,
) -> None:
    """Make an account. Without a password it can only use tokens."""
    password = _asked(login, password_stdin)
    with sessions.opened(Settings()) as session:
        made = accounts.add(session, login, role, reach=reach, name=name, password=password)
        told = {"role": made.role, "reach": made.reach}
        audit.write(session, sessions.actor(), "account.add", f"account {made.login}", **told)
        told_as = f"{made.login} has the role {made.role} and reaches {made.reach or 'everywhere'}."
    say(told_as if password else f"{told_as} It has no password: gridward token add {login}")


@account_app.command("list")
def list_accounts() -> None:
    """List the accounts: login, role, reach, name, and whether it is disabled."""
    with sessions.opened(Settings()) as session:
        for account in accounts.page(session, None, limit=1_000_000)[0]:
            print(_line(account))


@account_app.command("disable")
def disable_account(login: Login) -> None:
    """Let an account do nothing from now on: its sign-ins and tokens are refused at once."""
    _switch(login, "disable", accounts.disable)


@account_app.command("enable")
def enable_account(login: Login) -> None:
    """Let a disabled account sign in again, and use those tokens that were not revoked."""
    _switch(login, "enable", accounts.enable)


def _switch(login: str, what: str, change: Callable[[Session, Account], None]) -> None:
    with sessions.opened(Settings()) as session:
        account = accounts.get(session, login)
        change(session, account)
        audit.write(session, sessions.actor(), f"account.{what}", f"account {account.login}")
    say(f"{login} is {what}d.")


@account_app.command("password")
def set_password(login: Login, password_stdin: FromStdin = False) -> None:
    """Give an account another password, and sign it out everywhere."""
    password = _asked(login, password_stdin)
    with sessions.opened(Settings()) as session:
        account = accounts.get(session, login)
        accounts.set_password(session, account, password or "")
        audit.write(session, sessions.actor(), "account.password", f"account {account.login}")
    say(f"{login} has another password and is signed out everywhere.")


@token_app.command("add")
def add_token(
    login: Login,
    name: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="For how long; for ever if left out.")
    ] = None,
) -> None:
    """Make a token and print it, this once."""
    with sessions.opened(Settings()) as session:
        account = accounts.get(session, login)
        token, secret = tokens.issue(session, account, name=name, days=days)
        told = {"account": account.login, "name": name, "days": days}
        audit.write(session, sessions.actor(), "token.add", f"token {token.id}", **told)
        number = token.id
    say(f"Token {number}; keep it now, it is not shown again:")
    print(secret)


@token_app.command("list")
def list_tokens(
    login: Annotated[
        str | None, typer.Argument(help="Of this account; of all if left out.")
    ] = None,
) -> None:
    """List tokens, without their secrets."""
    with sessions.opened(Settings()) as session:
        account = None if login is None else accounts.get(session, login)
        for token, owner in tokens.page(session, account):
            if token.revoked_at is not None:
                state = f"revoked {token.revoked_at:%Y-%m-%d}"
            else:
                state = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "for ever"
            used = f"used {token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never used"
            print(
                f"{token.id:>6}  {owner:<16}  {state:<18}  {used:<16}  {token.name or ''}".rstrip()
            )


@token_app.command("revoke")
def revoke_token(
    number: Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="As in token list.")],
) -> None:
    """Let a token sign nobody in from now on."""
    with sessions.opened(Settings()) as session:
        token, owner = tokens.get(session, number)
        tokens.revoke(session, token)
        audit.write(session, sessions.actor(), "token.revoke", f"token {number}", account=owner)
    say(f"Token {number} of {owner} is revoked.")


def _line(account: Account) -> str:
    disabled = f"disabled {account.disabled_at:%Y-%m-%d}" if account.disabled_at else ""
    reach = account.reach or "everywhere"
    told = f"{account.login:<16}  {account.role:<11}  {reach:<15}  {account.name or '':<16}"
    return f"{told}  {disabled}".rstrip()


def _asked(login: str, from_stdin: bool) -> str | None:
    """Return a password asked twice on a terminal, or the first line of stdin; None if empty."""
    if from_stdin or not sys.stdin.isatty():
        given = sys.stdin.readline().rstrip("\r\n")
        if from_stdin and not given:
            raise typer.BadParameter("got no password on stdin", param_hint="--password-stdin")
        return given or None
    given = getpass.getpass(f"Password of {login} (none: tokens only): ")
    if given and getpass.getpass("Once more: ") != given:
        raise typer.BadParameter("was not the same twice", param_hint="the password")
    return given or None
