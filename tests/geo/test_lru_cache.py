"""What is remembered: one thing under one key, and only so many of them."""

from geo.lru_cache import Remembered


def test_what_was_asked_for_last_is_remembered():
    things = Remembered(object, most=24)
    first = things.at("0")
    for number in range(20):
        things.at(str(number))
    assert things.at("0") is first
    for number in range(100, 130):
        things.at(str(number))
    assert things.at("0") is not first


def test_what_is_forgotten_is_made_anew():
    things = Remembered(object, most=2)
    first = things.at("0")
    things.forget("0")
    things.forget("never known")
    assert things.at("0") is not first
