"""`gridward serve` with two workers: their embedded server stops, hangs, dies, and is restored."""

import json
import os
import signal
import socket
import subprocess
from threading import Event

import numpy as np
from sqlalchemy import make_url, text

from api.errors import RETRY_AFTER_S
from geo.postgres import embedded
from geo.postgres.embedded import binaries
from geo.postgres.embedded.supervisor import CHECK_INTERVAL_S
from geo.postgres.grants import SERVICE_ROLE
from tests.geo.postgres.clusters import postmaster_pid
from tests.two_workers import REQUESTS
from tests.waiting import until

TILE = "/tiles/buildings/15/28216/11505.mvt"
SPATIAL = ["/v1/areas", "/v1/buildings?bbox=130,47,131,48", TILE]
"""Requests whose statements use operators of PostGIS."""


def test_every_worker_uses_a_new_revision_within_the_limit(service):
    for name in ("一", "二", "三"):
        number = service.publish(name)
        service.wait_for_revision(number)


def test_lookups_continue_without_the_database_and_follow_it_after_a_restart(service):
    number = service.publish("before")
    service.wait_for_revision(number)
    assert {service.get(TILE)[0] for _ in range(REQUESTS)} == {200}
    embedded.down(service.settings)
    assert service.revisions() == {number}
    status, body = until(lambda: (response := service.get("/readyz"))[0] == 503 and response)
    assert (status, json.loads(body)["status"]) == (503, 503)
    assert service.get("/healthz")[0] == 200
    embedded.up(service.settings)
    until(service.is_ready)
    assert {service.get(TILE)[0] for _ in range(REQUESTS)} == {200}
    number = service.publish("after")
    service.wait_for_revision(number)


def test_a_stopped_database_stays_stopped_and_refusals_say_when_to_try_again(service):
    embedded.down(service.settings)
    for _ in range(REQUESTS):
        assert service.retry_after("/v1/areas") > 0
    Event().wait(2 * CHECK_INTERVAL_S)  # in which a dead server would be started
    assert embedded.status(service.settings).state == "stopped"
    embedded.up(service.settings)
    until(service.is_ready)


def test_a_killed_database_comes_back_by_itself(service):
    """Repeatedly; lookups continue meanwhile, and publications are followed afterwards."""
    for name in ("killed", "killed again"):
        number = service.publish(name)
        service.wait_for_revision(number)
        killed = postmaster_pid(service.settings)
        os.kill(killed, signal.SIGKILL)
        assert service.revisions() == {number}
        until(lambda: service.retry_after("/v1/areas") is None, timeout_s=20)
        assert postmaster_pid(service.settings) != killed
        until(service.is_ready)
        assert {service.get(path)[0] for path in SPATIAL * REQUESTS} == {200}


def test_a_dump_is_restored_into_the_running_service(service, tmp_path):
    """Also by requests on connections that have used PostGIS before; tiles, too."""
    number = service.publish("in the dump")
    service.wait_for_revision(number)
    assert {service.get(path)[0] for path in SPATIAL * REQUESTS} == {200}
    server = make_url(embedded.url(service.settings)).query
    programs = binaries.find(None)
    options = ["-h", server["host"], "-p", server["port"], "-U", "gridward"]
    dump = tmp_path / "gridward.dump"
    subprocess.run(
        [programs / "pg_dump", *options, "-Fc", "-f", dump, "gridward"], check=True, timeout=60
    )
    service.publish("after the dump")
    restore = [*options, "-d", "gridward", "--clean", "--if-exists", "--single-transaction", dump]
    environment = os.environ | {"PGOPTIONS": "-c deadlock_timeout=1min"}
    with subprocess.Popen([programs / "pg_restore", *restore], env=environment) as restoring:
        while restoring.poll() is None:
            for path in SPATIAL:
                assert service.retry_after(path) in (None, RETRY_AFTER_S)
    assert restoring.returncode == 0
    until(lambda: service.revisions() == {number}, timeout_s=10)
    until(service.is_ready)
    until(lambda: {service.get(path)[0] for path in SPATIAL * REQUESTS} == {200}, timeout_s=10)
    service.wait_for_revision(service.publish("after the restore"))


def test_every_connection_of_the_service_has_the_role_that_owns_nothing(service):
    assert {service.get(path)[0] for path in SPATIAL} == {200}
    query = "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'gridward'"
    with service.maintenance_connection() as connection:
        assert set(connection.scalars(text(query))) == {SERVICE_ROLE}


def test_a_hanging_connection_delays_no_revision_beyond_the_limit(service):
    pids = service.listener_pids()
    assert len(pids) == 2
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        number = service.publish("hung")
        service.wait_for_revision(number)
        assert service.is_ready()
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_a_worker_without_its_listener_is_not_ready_though_other_connections_work(service):
    """Existing connections continue, new ones are refused, and those of listeners are cut."""
    number = service.publish("closed")
    until(service.is_ready)
    service.wait_for_revision(number)
    service.allow_connections(False)
    try:
        until(lambda: service.problems() == {(503, "database_disconnected")})
        assert service.revisions() == {number}
    finally:
        service.allow_connections(True)
    until(service.is_ready)


def test_a_client_disconnect_stops_a_batch_lookup(service):
    """Two million rows take seconds; a disconnect meanwhile is a 499 in the metrics."""
    rows = np.random.default_rng(1).uniform((130, 47), (130.04, 47.01), (2_000_000, 2))
    body = b"lon,lat\n" + b"".join(b"%.6f,%.6f\n" % (lon, lat) for lon, lat in rows.tolist())
    head = f"POST /v1/lookup?datum=bd09 HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(("127.0.0.1", service.port)) as client:
        client.sendall(head.encode() + b"Content-Type: text/csv\r\n\r\n" + body)
    disconnected = 'route="/v1/lookup",status="499"'
    assert until(lambda: disconnected in service.get("/metrics")[1].decode(), timeout_s=30)
