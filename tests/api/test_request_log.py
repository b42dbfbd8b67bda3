"""Each response has a request id; each request is one line of the log, without values."""

import io
import json
import logging
import logging.config
import re

import pytest

from api.logs import log_config, request_id
from geo.settings import LogFormat, LogLevel, Settings
from tests.api.accounts import signed_in

LOGGER = "api.request_log"


@pytest.fixture
def entries(caplog):
    """Return the entries that requests have written so far."""
    caplog.set_level(logging.DEBUG, LOGGER)
    return lambda: [record for record in caplog.records if record.name == LOGGER]


@pytest.mark.parametrize("sent", ["a", "7f3c-1", "a.b_c:d/e+f=", "x" * 128])
def test_a_well_formed_request_id_is_returned(client, sent):
    assert client.get("/healthz", headers={"X-Request-ID": sent}).headers["x-request-id"] == sent


@pytest.mark.parametrize("sent", ["", " ", "a b", "x" * 129, "<script>", "a;b", "ü".encode()])
def test_another_request_id_is_replaced_by_a_new_one(client, sent):
    returned = client.get("/healthz", headers={"X-Request-ID": sent}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", returned)


@pytest.mark.parametrize("path", ["/v1/none", "/v1/lookup", "/v1/areas", "/v1/plans", "/healthz"])
def test_responses_of_every_status_have_a_request_id_of_their_own(client, district, path):
    ids = {client.get(path).headers["x-request-id"] for _ in range(2)}
    assert len(ids) == 2


def test_a_request_is_logged_with_its_route_status_duration_and_account(
    client, district, accounts, entries
):
    caller = signed_in(client, "viewer")
    caller.get("/v1/plans?area=230403&author=Wang")
    caller.head("/v1/grids/230403001001001")
    client.get("/v1/lookup?lon=130.005&lat=47.005")
    client.get("/v1/plans")
    logged = [(e.method, e.route, e.status, e.account) for e in entries()]
    assert logged == [
        ("GET", "/v1/plans", 404, "viewer"),
        ("HEAD", "/v1/grids/{code}", 200, None),
        ("GET", "/v1/lookup", 200, None),
        ("GET", "/v1/plans", 401, None),
    ]
    assert all(entry.duration_ms > 0 for entry in entries())
    text = " ".join(f"{vars(entry)}" for entry in entries())
    for value in ("Wang", "130.005", "230403", "testclient"):
        assert value not in text


@pytest.mark.parametrize(
    ("path", "level"), [("/healthz", "DEBUG"), ("/v1/areas", "INFO"), ("/v1/none", "INFO")]
)
def test_health_checks_are_logged_at_a_lower_level(client, district, entries, path, level):
    client.get(path)
    assert [entry.levelname for entry in entries()] == [level]


@pytest.fixture(params=LogFormat)
def log_lines(request, monkeypatch):
    """Return the lines that a logger of the service writes, configured in one format."""
    stream = io.StringIO()
    config = log_config(Settings(log_format=request.param, log_level=LogLevel.INFO))
    config["handlers"]["stderr"]["stream"] = stream
    root, levels = logging.getLogger(), {}
    before = (root.level, root.handlers[:])
    for name in config["loggers"]:
        levels[name] = logging.getLogger(name).level
    logging.config.dictConfig(config)
    yield lambda: (request.param, stream.getvalue().splitlines())
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_a_line_has_time_level_and_request_id_and_libraries_log_only_warnings(log_lines):
    token = request_id.set("r1")
    logging.getLogger("api.test").info("为民", extra={"status": 200})
    request_id.reset(token)
    logging.getLogger("geo.test").error("outside")
    logging.getLogger("api.test").debug("not logged")
    logging.getLogger("sqlalchemy.engine.Engine").info("SELECT 1")
    log_format, lines = log_lines()
    assert len(lines) == 2
    if log_format is LogFormat.JSON:
        first, second = map(json.loads, lines)
        assert first["time"].endswith("+00:00")
        keys = ("level", "logger", "message", "request_id", "status")
        assert [first[key] for key in keys] == ["INFO", "api.test", "为民", "r1", 200]
        assert second["request_id"] is None
    else:
        time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
        assert re.fullmatch(f"{time} INFO r1 api.test: 为民", lines[0])
        assert re.fullmatch(f"{time} ERROR - geo.test: outside", lines[1])
