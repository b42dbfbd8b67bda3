"""Whether a client prefers gzip, by the weights of RFC 9110, 12.5.3."""

import pytest

from api.http.accept_encoding import prefers_gzip


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("*", True),
        ("br;q=1, *;q=0.1", True),
        ("gzip;q=0.001", True),
        ("identity;q=0.5, gzip;q=0.5", True),
        ("identity;q=0, gzip;q=0.2", True),
        ("", False),
        ("identity", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("gzip; q=0, *", False),
        ("*;q=0", False),
        ("identity, gzip;q=0.5", False),
        ("notgzip", False),
    ],
)
def test_gzip_is_preferred_by_weight(header, expected):
    assert prefers_gzip(header) == expected
