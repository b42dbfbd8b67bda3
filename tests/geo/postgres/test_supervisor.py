"""The supervisor outlives every error, and does not undo a stop."""

import logging
import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.postgres import embedded
from geo.postgres.embedded import server
from geo.postgres.embedded.paths import ClusterPaths
from geo.postgres.embedded.supervisor import MAX_RETRY_INTERVAL_S, RetrySchedule, Supervisor
from geo.settings import Settings
from tests import waiting
from tests.geo.postgres.clusters import execute, kill


def test_an_error_of_any_class_does_not_end_the_supervisor(
    stopped: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """First PostgreSQL refuses the owner, then a file of the cluster is damaged."""
    url = embedded.up(stopped)
    paths = ClusterPaths.of(stopped.home)
    execute(url, "UPDATE pg_database SET datallowconn = false WHERE datname = current_database()")
    with caplog.at_level(logging.WARNING), Supervisor(stopped):
        kill(stopped)
        waiting.until(lambda: "in 1 s: OperationalError" in caplog.text)
        version_file = paths.data / "PG_VERSION"
        version = version_file.read_text()
        version_file.write_text("secret")
        kill(stopped)
        waiting.until(lambda: "in 2 s: ValueError" in caplog.text)
        version_file.write_text(version)
        waiting.until(lambda: server.accepts_connections(paths))
    assert "secret" not in caplog.text


def test_a_stop_between_two_checks_is_not_undone(stopped: Settings) -> None:
    """The supervisor waits for the lock while the server is being stopped."""
    embedded.up(stopped)
    paths = ClusterPaths.of(stopped.home)
    kill(stopped)
    waiting.until(lambda: not server.accepts_connections(paths))
    results: list[bool] = []
    with paths.lock():
        late = threading.Thread(target=lambda: results.append(embedded.restart(stopped)))
        late.start()
        paths.stop_marker.touch()
    late.join()
    assert results == [False]
    assert not server.accepts_connections(paths)
    embedded.up(stopped)
    assert not paths.is_stopped()
    assert embedded.restart(stopped)


@given(st.floats(0, 0.9))
def test_a_server_that_dies_again_and_again_is_started_less_and_less_often(
    runs_for: float,
) -> None:
    """It runs for a part of the longest interval after each start."""
    schedule = RetrySchedule()
    starts: list[int] = []
    for now in range(1_000):
        if starts and now - starts[-1] < runs_for * MAX_RETRY_INTERVAL_S:
            schedule.note_running(now)
        elif schedule.is_due(now):
            schedule.note_start(now)
            starts.append(now)
    intervals = [after - before for before, after in pairwise(starts)]
    assert starts[0] == 0
    assert intervals == sorted(intervals)
    assert intervals[-1] == MAX_RETRY_INTERVAL_S


def test_a_server_that_has_run_for_long_is_started_at_once() -> None:
    schedule = RetrySchedule()
    for now in (0, 1, 3):
        assert schedule.is_due(now)
        schedule.note_start(now)
    assert not schedule.is_due(4)
    schedule.note_running(3 + MAX_RETRY_INTERVAL_S)
    assert schedule.is_due(4 + MAX_RETRY_INTERVAL_S)
