"""Rate limits: classes of routes, whose requests count, headers, and the setting."""

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api.app import create_app
from api.middleware.rate_limits import RATE_LIMIT_HEADERS, classify
from geo.accounts import tokens
from geo.rate_limits import DEFAULT_LIMITS, Rate, RouteClass, parse_limits
from geo.settings import Settings
from tests.api.access.rules import RULES

LOOKUP = "/v1/lookup?lon=130.3&lat=47.3"


@pytest.fixture(scope="module")
def limited_application(settings):
    """An application whose accounts and addresses may send three requests of a class an hour."""
    limits = ",".join(f"{name}=3/hour" for name in RouteClass)
    limited = create_app(settings.model_copy(update={"rate_limits": limits}))
    yield limited
    limited.state.render_pool.shutdown()
    limited.state.tile_connections.dispose()
    for engine in limited.state.engines.values():
        engine.dispose()


@pytest.fixture
def call_from(limited_application, app):
    """Return a client with an address that no other test uses."""
    limited_application.state.sessions = app.state.sessions
    limited_application.state.snapshots = app.state.snapshots
    limited_application.state.tile_renderer = app.state.tile_renderer

    def call_from_(address: str, token: str | None = None) -> TestClient:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return TestClient(limited_application, client=(address, 50000), headers=headers)

    return call_from_


def statuses(client, path, count):
    return [client.get(path).status_code for _ in range(count)]


def test_requests_beyond_the_limit_are_refused_with_the_time_to_wait(call_from):
    client = call_from("10.1.0.1")
    for remaining in (2, 1, 0):
        response = client.get(LOOKUP)
        assert response.status_code == 200
        assert response.headers["RateLimit-Policy"] == '"lookups";q=3;w=3600'
        assert response.headers["RateLimit"].startswith(f'"lookups";r={remaining};t=')
    refused = client.get(LOOKUP, headers={"Origin": "https://app.example"})
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert refused.headers["content-type"] == "application/problem+json"
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    exposed = refused.headers["access-control-expose-headers"]
    assert {"Retry-After", *RATE_LIMIT_HEADERS} <= set(exposed.split(", "))


def test_each_address_and_each_class_has_a_limit_of_its_own(call_from):
    client = call_from("10.1.0.2")
    assert statuses(client, LOOKUP, 4) == [200, 200, 200, 429]
    assert statuses(client, "/v1/areas", 4) == [200, 200, 200, 429]
    tile = "/tiles/buildings/15/28216/11505.mvt"
    assert statuses(client, tile, 4)[-1] == 429
    assert statuses(call_from("10.1.0.3"), LOOKUP, 1) == [200]
    assert statuses(call_from("2001:db8::1"), LOOKUP, 3) == [200, 200, 200]
    assert statuses(call_from("2001:db8::2"), LOOKUP, 1) == [429]


def test_accounts_count_on_their_own_whatever_their_address(call_from, accounts, session):
    secrets = [tokens.issue(session, accounts[name])[1] for name in ("viewer", "viewer", "wang")]
    session.commit()
    for number, secret in enumerate(secrets):  # the first request counts against the address
        assert statuses(call_from(f"10.1.1.{number}", secret), "/v1/account", 1) == [200]
    one, same, other = (call_from("10.1.1.9", secret) for secret in secrets)
    assert statuses(one, "/v1/account", 2) == [200, 200]
    assert statuses(same, "/v1/account", 2) == [200, 429]
    assert statuses(other, "/v1/account", 1) == [200]
    assert statuses(call_from("10.1.1.9"), "/v1/areas", 1) == [200]


def test_invented_tokens_count_against_the_address(call_from):
    callers = [call_from("10.1.2.1", f"gridward_{number}") for number in range(4)]
    received = [caller.get("/v1/account").status_code for caller in callers]
    assert received == [401, 401, 401, 429]


def test_a_forwarded_address_does_not_count_unless_the_proxy_is_trusted(call_from):
    client = call_from("10.1.3.1")
    headers = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in range(4)]
    received = [client.get(LOOKUP, headers=each).status_code for each in headers]
    assert received == [200, 200, 200, 429]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/login", "/openapi.json"])
def test_health_metrics_and_the_form_have_no_limit(call_from, path):
    client = call_from("10.1.4.1")
    responses = [client.get(path) for _ in range(5)]
    assert 429 not in {response.status_code for response in responses}
    assert not set(RATE_LIMIT_HEADERS) & set(responses[0].headers)


def test_the_setting_switches_limits_off(client):
    responses = [client.get(LOOKUP) for _ in range(5)]
    assert {response.status_code for response in responses} == {200}
    assert "ratelimit" not in responses[0].headers


def test_every_route_that_reads_or_writes_data_has_a_class():
    without = {path for method, path in RULES if classify(method.upper(), path) is None}
    assert without == {"/healthz", "/readyz", "/metrics", "/login", "/logout"}
    classes = {classify(method.upper(), path) for method, path in RULES}
    assert classes - {None} == set(RouteClass)


@given(
    st.dictionaries(
        st.sampled_from(RouteClass),
        st.tuples(st.integers(1, 10**8), st.sampled_from(["second", "minute", "hour", "day"])),
    )
)
def test_a_setting_replaces_the_limits_that_it_names(named):
    text = ", ".join(f"{name} = {count}/{unit}" for name, (count, unit) in named.items())
    limits = parse_limits(text)
    assert {name: rate.requests for name, rate in limits.items() if name in named} == {
        name: count for name, (count, _) in named.items()
    }
    assert {name: rate for name, rate in limits.items() if name not in named} == {
        name: rate for name, rate in DEFAULT_LIMITS.items() if name not in named
    }


def test_one_class_or_all_can_be_switched_off():
    assert parse_limits("off") == {}
    assert set(parse_limits("tiles=off")) == set(RouteClass) - {RouteClass.TILES}
    assert parse_limits("reports=5/second")[RouteClass.REPORTS] == Rate(5, 1)
    assert Settings(_env_file=None).parsed_rate_limits == DEFAULT_LIMITS


@pytest.mark.parametrize("text", ["on", "reports", "reports=0/minute", "x=1/minute", "reports=1/y"])
def test_a_wrong_setting_is_rejected_with_its_notation(text):
    with pytest.raises(ValidationError, match="600/minute"):
        Settings(_env_file=None, rate_limits=text)
