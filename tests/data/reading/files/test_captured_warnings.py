"""Warnings are captured, and the filters are restored afterwards."""

import threading
import warnings

import pytest

from data.reading.files import captured_warnings


def work(answer: str | None) -> str:
    """Warn twice, then return the answer or fail."""
    for _ in range(2):
        warnings.warn("careful", RuntimeWarning, stacklevel=1)
    if answer is None:
        raise OSError("no")
    return answer


def test_warnings_are_captured_and_the_filters_are_restored() -> None:
    with captured_warnings.capture_warnings() as messages:
        assert work("yes") == "yes"
    assert messages == ["careful", "careful"]
    with pytest.raises(RuntimeWarning, match="careful"):
        work("yes")


def test_warnings_are_captured_when_the_block_fails() -> None:
    capture = captured_warnings.capture_warnings()
    messages = capture.__enter__()
    with pytest.raises(OSError, match="no") as failed:
        work(None)
    assert not capture.__exit__(failed.type, failed.value, failed.tb)
    assert messages == ["careful", "careful"]


def test_threads_capture_one_at_a_time() -> None:
    """Each of eight threads captures its own ten warnings."""
    captured: dict[int, list[str]] = {}

    def capture(number: int) -> None:
        with captured_warnings.capture_warnings() as messages:
            for _ in range(10):
                warnings.warn(str(number), RuntimeWarning, stacklevel=1)
        captured[number] = messages

    threads = [threading.Thread(target=capture, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert captured == {number: [str(number)] * 10 for number in range(8)}
