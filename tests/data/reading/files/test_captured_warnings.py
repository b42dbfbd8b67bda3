"""Warnings are heard where they are given, and the filters are as they were afterwards."""

import threading
import warnings

import pytest

from data.reading.files import captured_warnings


def work(answer: str | None) -> str:
    """Warns twice, then answers or fails."""
    for _ in range(2):
        warnings.warn("careful", RuntimeWarning, stacklevel=1)
    if answer is None:
        raise OSError("no")
    return answer


def test_warnings_are_heard_and_the_filters_are_as_before() -> None:
    with captured_warnings.capture_warnings() as said:
        assert work("yes") == "yes"
    assert said == ["careful", "careful"]
    with pytest.raises(RuntimeWarning, match="careful"):
        work("yes")


def test_warnings_are_heard_though_the_work_fails() -> None:
    listener = captured_warnings.capture_warnings()
    said = listener.__enter__()
    with pytest.raises(OSError, match="no") as failed:
        work(None)
    assert not listener.__exit__(failed.type, failed.value, failed.tb)
    assert said == ["careful", "careful"]


def test_threads_listen_one_after_the_other() -> None:
    """Each of eight hears its own ten warnings."""
    heard: dict[int, list[str]] = {}

    def listen(number: int) -> None:
        with captured_warnings.capture_warnings() as said:
            for _ in range(10):
                warnings.warn(str(number), RuntimeWarning, stacklevel=1)
        heard[number] = said

    threads = [threading.Thread(target=listen, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {number: [str(number)] * 10 for number in range(8)}
