"""The sample city of two seeds."""

import pytest

from data.city import SampleCity
from tests.data.city.cities import cached_city


@pytest.fixture(params=[2304, 77])
def city(request: pytest.FixtureRequest) -> SampleCity:
    """A city of each of two seeds."""
    return cached_city(request.param)
