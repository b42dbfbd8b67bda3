"""Schemathesis sends valid and invalid requests to every operation of a running service."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.accounts import accounts, tokens
from geo.models import Role
from tests.api.served_district import serve_district
from tests.sample_service import serve_database

SCHEMATHESIS = str(Path(sys.executable).parent / "st")
CONFIG = str(Path(__file__).with_name("schemathesis.toml"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
"""The checks of responses: no failure, and nothing that the OpenAPI document does not declare."""


def run_schemathesis(home: str, token: str, folder: Path, *options: str) -> None:
    """Test a service as the account of a token. The seed is fixed, so that a failure repeats."""
    command = [SCHEMATHESIS, "--config-file", CONFIG, "run", f"{home}/openapi.json", *options]
    command += ["--header", f"Authorization: Bearer {token}", "--seed", "1", "--no-color"]
    command += ["--no-shrink", "--generation-database", "none", "--warnings", "off"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-20_000:] + result.stderr


def test_no_response_is_a_failure_or_undeclared(databases, template, tmp_path):
    """The token may be disabled by a request."""
    options = ["--checks", ",".join(CHECKS), "--phases", "fuzzing", "--max-examples", "3"]
    with serve_district(databases.make(template)) as (service, token):
        run_schemathesis(service.home, token, tmp_path, *options)


@pytest.mark.long
def test_every_check_holds_on_the_sample_city(databases, sample_city, tmp_path):
    """Examples, bounds of every parameter, random requests, and sequences along the links.

    Every check is on by default. No request names the number of the token, so none revokes it.
    """
    with serve_database(databases.make(sample_city)) as service:
        with Session(service.engine) as session:
            session.execute(text("ALTER SEQUENCE token_id_seq RESTART WITH 1234567890"))
            admin = accounts.add(session, "schemathesis", Role.ADMIN, password="correct horse")
            _, token = tokens.issue(session, admin)
            session.commit()
        phases = ("--phases", "examples,coverage,fuzzing,stateful")
        run_schemathesis(service.home, token, tmp_path, *phases, "--max-examples", "10")
