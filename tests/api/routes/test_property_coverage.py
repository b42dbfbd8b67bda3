"""Property coverage by area, neighborhood or grid."""

import pytest


def test_coverage_is_counted_by_administrative_level(client, district):
    rows = client.get("/v1/property-coverage?by=community&on=2025-01-01").json()
    assert [(row["code"], row["covered"], row["rate"]) for row in rows] == [
        ("230403001001", 1, pytest.approx(1 / 3)),
        ("230403001002", 1, 1.0),
    ]


def test_an_unknown_level_is_rejected(client, district):
    assert client.get("/v1/property-coverage?by=street").status_code == 422
