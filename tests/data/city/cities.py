"""Sample cities, generated once for all tests."""

from functools import cache

from data.city import SampleCity, build


@cache
def cached_city(seed: int) -> SampleCity:
    """The city of a seed, generated once."""
    return build(seed)
