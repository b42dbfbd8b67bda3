"""Slivers are found without measuring every polygon on the ellipsoid."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.geometry import topology


@settings(deadline=None)
@given(st.floats(-89, 89), st.floats(1e-7, 1e-3), st.floats(1e-7, 1e-3), st.floats(0.01, 100))
def test_slivers_are_found_at_every_latitude_as_if_every_part_were_measured(
    lat, width, depth, thinner_m
):
    part = shapely.box(130, lat, 130 + width, lat + depth)
    width_m = 2 * topology.area_m2(part) / topology.GEOD.geometry_length(part)
    slivers = topology.find_slivers(np.array([part], dtype=object), thinner_m)
    assert len(slivers) == (width_m < thinner_m)
