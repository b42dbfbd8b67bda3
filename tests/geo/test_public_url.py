"""The public URL of the service: absolute, without a trailing slash."""

import pytest
from pydantic import ValidationError

from geo.settings import Settings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://grids.example", "https://grids.example"),
        ("http://grids.example:8080/city/", "http://grids.example:8080/city"),
        ("", None),
    ],
)
def test_an_absolute_url_is_accepted(text, expected):
    assert Settings(public_url=text).public_url == expected


@pytest.mark.parametrize(
    "text",
    ["grids.example", "/city", "ftp://grids.example", "https://", "https://a?b", "https://a#b"],
)
def test_other_texts_are_rejected(text):
    with pytest.raises(ValidationError, match="absolute URL"):
        Settings(public_url=text)
