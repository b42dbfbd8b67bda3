"""Accounts and tokens on the command line, and their audit entries."""

import getpass
import os
import pty
import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.app import create_app
from geo import db
from geo.accounts import accounts
from geo.models import Audit
from geo.settings import Settings
from tests import district as districts
from tests.command import GRIDWARD, run
from tests.district_edits import merge_grids

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def city(databases, template) -> str:
    """The URL of a database with the district of tests/district.py."""
    url = databases.make(template)
    engine = db.connect(url)
    with Session(engine) as session:
        districts.insert_district(session)
        merge_grids(session)
    engine.dispose()
    return url


def audit_entries(url: str) -> list[Audit]:
    engine = db.connect(url)
    with Session(engine, expire_on_commit=False) as session:
        rows = list(session.scalars(select(Audit).order_by(Audit.id)))
    engine.dispose()
    return rows


def is_password(url: str, login: str, password: str) -> bool:
    engine = db.connect(url)
    with Session(engine) as session:
        account = accounts.verify(session, login, password)
        is_valid = account is not None
    engine.dispose()
    return is_valid


def test_an_account_is_added_listed_disabled_and_enabled(city):
    add = ("account", "add", "Chen", "--role", "coordinator", "--reach", "230403001")
    result = run(city, *add, "--name", "陈晨", "--password-stdin", typed=PASSWORD + "\n")
    assert result.returncode == 0, result.stderr
    assert PASSWORD not in result.stdout + result.stderr
    assert is_password(city, "chen", PASSWORD)
    assert run(city, "account", "list").stdout.split() == [
        "chen",
        "coordinator",
        "230403001",
        "陈晨",
    ]
    assert run(city, *add, typed=PASSWORD).returncode == 3
    assert run(city, "account", "disable", "chen").returncode == 0
    assert not is_password(city, "chen", PASSWORD)
    assert "disabled" in run(city, "account", "list").stdout
    assert run(city, "account", "enable", "chen").returncode == 0
    assert is_password(city, "chen", PASSWORD)
    assert run(city, "account", "password", "chen", typed="another horse\n").returncode == 0
    assert is_password(city, "chen", "another horse")
    assert [entry.action for entry in audit_entries(city)] == [
        "account.add",
        "account.disable",
        "account.enable",
        "account.password",
    ]
    assert {(entry.login, entry.address) for entry in audit_entries(city)} == {
        (getpass.getuser(), "command line")
    }


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("account", "disable", "nobody"), 4, "no account 'nobody'"),
        (("account", "password", "nobody"), 4, "no account 'nobody'"),
        (("token", "add", "nobody"), 4, "no account 'nobody'"),
        (("token", "revoke", "99"), 4, "no token 99"),
        (("account", "add", "x y", "--role", "viewer"), 3, "cannot be a login"),
        (("account", "add", "x", "--role", "viewer", "--reach", "9"), 3, "No area and no grid"),
        (("account", "add", "x", "--role", "king"), 2, "--role"),
        (("account", "add", "x"), 2, "--role"),
        (("account", "add", "x", "--role", "viewer", "--password-stdin"), 2, "no password"),
        (("token", "add", "x", "--days", "0"), 2, "--days"),
    ],
)
def test_errors_have_a_message_and_an_exit_code(city, words, code, message):
    result = run(city, *words)
    assert result.returncode == code
    assert message in " ".join(result.stderr.split())


def test_a_weak_password_is_refused(city):
    for weak in ("short", "verylonglogin"):
        result = run(city, "account", "add", "verylonglogin", "--role", "viewer", typed=weak)
        assert (result.returncode, result.stdout) == (3, "")


def test_a_token_is_printed_once_works_and_is_revoked(database_url):
    assert run(database_url, "account", "add", "robot", "--role", "viewer").returncode == 0
    created = run(database_url, "token", "add", "robot", "--name", "riders", "--days", "30")
    secret = created.stdout.strip()
    assert re.fullmatch(r"gridward_[\w-]{43}", secret)
    with TestClient(create_app(Settings(database_url=database_url))) as client:
        header = {"Authorization": f"Bearer {secret}"}
        assert client.get("/v1/account", headers=header).json()["login"] == "robot"
        listed = run(database_url, "token", "list", "robot").stdout
        assert secret not in listed
        assert re.search(r"robot +until 20\d\d-\d\d-\d\d +used 20\d\d-\d\d-\d\d +riders", listed)
        number = listed.split()[0]
        assert run(database_url, "token", "revoke", number).returncode == 0
        assert client.get("/v1/account", headers=header).json()["code"] == "token_refused"
    assert "revoked" in run(database_url, "token", "list").stdout
    actions = [(entry.action, entry.subject) for entry in audit_entries(database_url)]
    assert actions == [
        ("account.add", "account robot"),
        ("token.add", f"token {number}"),
        ("token.revoke", f"token {number}"),
    ]


@pytest.mark.parametrize(("again", "code"), [(PASSWORD, 0), ("something else", 2)])
def test_a_terminal_prompts_twice_for_the_password_and_does_not_show_it(database_url, again, code):
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["GRIDWARD_DATABASE_URL"] = database_url
        os.execv(GRIDWARD, [GRIDWARD, "account", "add", "li", "--role", "viewer"])
    output = b""

    def expect(prompt: bytes) -> None:
        nonlocal output
        while prompt not in output:
            output += os.read(terminal, 1024)

    expect(b"tokens only): ")
    os.write(terminal, f"{PASSWORD}\n".encode())
    expect(b"Repeat the password: ")
    os.write(terminal, f"{again}\n".encode())
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == code
    assert PASSWORD.encode() not in output
    assert is_password(database_url, "li", PASSWORD) == (code == 0)


def test_the_audit_has_imports_and_reverts_but_no_dry_runs(city, tmp_path):
    before = len(audit_entries(city))
    file = tmp_path / "managers.csv"
    file.write_text("code,name,kind\nM9,九号物业,property_firm\n")
    assert run(city, "import", "managers", str(file), "--dry-run").returncode == 0
    assert len(audit_entries(city)) == before
    for _ in range(2):  # the second time nothing changes
        assert run(city, "import", "managers", str(file)).returncode == 0
    assert run(city, "revert", "2").returncode == 0
    assert run(city, "revert", "2").returncode == 3
    actions = [
        (entry.action, entry.subject, entry.detail) for entry in audit_entries(city)[before:]
    ]
    assert actions == [
        ("import.managers", "managers.csv", {"added": 1}),
        ("revision.revert", "revision 2", {"made": 3}),
    ]


def test_the_demo_coordinator_keeps_its_password(database_url, tmp_path):
    environment = {"GRIDWARD_HOME": tmp_path / "home", "GRIDWARD_PORT": 8123}

    def demo(*words: str) -> str:
        result = run(database_url, "demo", *words, **environment)
        assert result.returncode == 0, result.stderr
        return result.stdout.splitlines()[-1]

    sign_in = demo()
    password = re.fullmatch(
        r"Sign in at http://127.0.0.1:8123/login as demo with the password (\S{16})\.", sign_in
    )[1]
    file = tmp_path / "home" / "demo-password"
    assert file.read_text().strip() == password
    assert file.stat().st_mode & 0o777 == 0o600
    assert is_password(database_url, "demo", password)
    assert demo() == sign_in
    assert run(database_url, "account", "add", "own", "--role", "viewer").returncode == 0
    assert demo("--reset") == sign_in
    actions = [entry.action for entry in audit_entries(database_url)]
    assert actions == ["demo.fill", "account.add", "account.add", "demo.reset", "demo.fill"]
    assert run(database_url, "account", "list").stdout.count("\n") == 2
    assert run(database_url, "account", "password", "demo", typed="another horse").returncode == 0
    assert "with its new password" in demo()
    assert is_password(database_url, "demo", "another horse")
    file.unlink()
    assert password not in demo()
    assert is_password(database_url, "demo", file.read_text().strip())


def test_the_audit_cannot_be_truncated(city):
    engine = db.connect(city)
    with engine.connect() as connection, pytest.raises(Exception, match="only ever added to"):
        connection.execute(text("TRUNCATE account CASCADE"))
    engine.dispose()
