"""Schemathesis sends valid and invalid requests to every operation of a running service."""

import subprocess
import sys
from pathlib import Path

from tests.api.served_district import serve_district

SCHEMATHESIS = str(Path(sys.executable).parent / "st")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
"""The checks of responses: no failure, and nothing that the OpenAPI document does not declare."""


def test_no_response_is_a_failure_or_undeclared(databases, template, tmp_path):
    """The seed is fixed, so that a failure repeats. The token may be disabled by a request."""
    with serve_district(databases.make(template)) as (service, token):
        options = ["--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS)]
        options += ["--phases", "fuzzing", "--max-examples", "3", "--seed", "1", "--no-color"]
        options += ["--no-shrink", "--generation-database", "none", "--warnings", "off"]
        result = subprocess.run(
            [SCHEMATHESIS, "run", f"{service.home}/openapi.json", *options],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 0, result.stdout[-20_000:] + result.stderr
