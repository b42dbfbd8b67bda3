"""`gridward account … | token …`: accounts, and the tokens with which programs sign in."""

import getpass
import sys
from collections.abc import Callable
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from api.cli import sessions
from api.cli.options import CODE, NAME
from api.cli.output import print_message
from geo.accounts import accounts, audit, tokens
from geo.models import Account, Role, Token
from geo.settings import Settings

account_app = typer.Typer(help="Manage accounts.", no_args_is_help=True)
token_app = typer.Typer(help="Manage the access tokens of programs.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(callback=CODE, help="The login name of the account.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
]


def add_commands(root: typer.Typer) -> None:
    """Add the commands of this module."""
    root.add_typer(account_app, name="account")
    root.add_typer(token_app, name="token")


@account_app.command("add")
def add_account(
    login: Login,
    role: Annotated[Role, typer.Option(help="What the account may do.")],
    reach: Annotated[
        str | None,
        typer.Option(callback=CODE, help="Code of an area or grid; unrestricted if omitted."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(callback=NAME, help="Display name, public with published revisions."),
    ] = None,
    password_stdin: FromStdin = False,
) -> None:
    """Create an account. Without a password it can only use tokens."""
    password = _read_password(login, password_stdin)
    with sessions.open_session(Settings()) as session:
        account = accounts.add(session, login, role, reach=reach, name=name, password=password)
        detail = {"role": account.role, "reach": account.reach}
        actor = sessions.current_actor()
        audit.write(session, actor, "account.add", f"account {account.login}", **detail)
        reach_text = account.reach or "everywhere"
        message = f"Created {account.login}: role {account.role}, reach {reach_text}."
    if not password:
        message += f" It has no password; create a token with gridward token add {login}"
    print_message(message)


@account_app.command("list")
def list_accounts() -> None:
    """List accounts: login, role, reach, name, and since when an account is disabled."""
    with sessions.open_session(Settings()) as session:
        for account in accounts.list_accounts(session, None, limit=1_000_000)[0]:
            print(_format_account(account))


@account_app.command("disable")
def disable_account(login: Login) -> None:
    """Disable an account: its sessions and tokens stop working at once."""
    _change_account(login, "disable", accounts.disable)


@account_app.command("enable")
def enable_account(login: Login) -> None:
    """Enable a disabled account: it can sign in, and its tokens work unless they were revoked."""
    _change_account(login, "enable", accounts.enable)


def _change_account(login: str, verb: str, change: Callable[[Session, Account], None]) -> None:
    with sessions.open_session(Settings()) as session:
        account = accounts.get(session, login)
        change(session, account)
        audit.write(
            session, sessions.current_actor(), f"account.{verb}", f"account {account.login}"
        )
    print_message(f"{login} is {verb}d.")


@account_app.command("password")
def set_password(login: Login, password_stdin: FromStdin = False) -> None:
    """Set a new password for an account, end all its sessions and revoke all its tokens."""
    password = _read_password(login, password_stdin)
    with sessions.open_session(Settings()) as session:
        account = accounts.get(session, login)
        revoked = accounts.set_password(session, account, password or "")
        actor, subject = sessions.current_actor(), f"account {account.login}"
        audit.write(session, actor, "account.password", subject, tokens_revoked=revoked)
    print_message(
        f"{login} has a new password; all its sessions were ended, tokens revoked: {revoked}."
    )


@token_app.command("add")
def add_token(
    login: Login,
    name: Annotated[str | None, typer.Option(callback=NAME, help="What the token is for.")] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="Days until it expires; default: never.")
    ] = None,
) -> None:
    """Create a token and print it. It is shown only once."""
    with sessions.open_session(Settings()) as session:
        account = accounts.get(session, login)
        token, secret = tokens.issue(session, account, name=name, days=days)
        detail = {"account": account.login, "name": name, "days": days}
        audit.write(session, sessions.current_actor(), "token.add", f"token {token.id}", **detail)
        number = token.id
    print_message(f"Created token {number}. Save it now, it is not shown again:")
    print(secret)


@token_app.command("list")
def list_tokens(
    login: Annotated[
        str | None, typer.Argument(callback=CODE, help="Only tokens of this account.")
    ] = None,
) -> None:
    """List tokens, without their secrets."""
    with sessions.open_session(Settings()) as session:
        account = None if login is None else accounts.get(session, login)
        for token, owner in tokens.list_tokens(session, account):
            print(_format_token(token, owner))


@token_app.command("revoke")
def revoke_token(
    number: Annotated[
        int, typer.Argument(min=1, max=2**31 - 1, help="Its number in gridward token list.")
    ],
) -> None:
    """Revoke a token: it stops working at once."""
    with sessions.open_session(Settings()) as session:
        token, owner = tokens.get(session, number)
        tokens.revoke(session, token)
        audit.write(
            session, sessions.current_actor(), "token.revoke", f"token {number}", account=owner
        )
    print_message(f"Token {number} of {owner} is revoked.")


def _format_account(account: Account) -> str:
    disabled = f"disabled {account.disabled_at:%Y-%m-%d}" if account.disabled_at else ""
    reach = account.reach or "everywhere"
    columns = f"{account.login:<16}  {account.role:<11}  {reach:<15}  {account.name or '':<16}"
    return f"{columns}  {disabled}".rstrip()


def _format_token(token: Token, owner: str) -> str:
    if token.revoked_at is not None:
        validity = f"revoked {token.revoked_at:%Y-%m-%d}"
    else:
        validity = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "no expiry"
    used = f"used {token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never used"
    columns = f"{token.id:>6}  {owner:<16}  {validity:<18}  {used:<16}  {token.name or ''}"
    return columns.rstrip()


def _read_password(login: str, from_stdin: bool) -> str | None:
    """Return the password typed twice on a terminal, or the first line of stdin; None if empty."""
    if from_stdin or not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
        if from_stdin and not password:
            raise typer.BadParameter("stdin has no password", param_hint="--password-stdin")
        return password or None
    password = getpass.getpass(f"Password for {login} (empty: tokens only): ")
    if password and getpass.getpass("Repeat the password: ") != password:
        raise typer.BadParameter("the passwords differ", param_hint="the password")
    return password or None
