"""Coordinates that begin with a minus are values of every command, and typos stay errors."""

import pytest

from api.cli import _COORDINATES
from tests.command import run


@pytest.mark.parametrize("where", ["-71.5,43.1", "-.5,-43"])
def test_a_negative_longitude_is_a_location(database_url, where):
    result = run(database_url, "lookup", where, "--datum", "wgs84")
    assert (result.returncode, result.stdout) == (0, "outside every grid\n")


@pytest.mark.parametrize("typo", ["-7", "--datun", "-x,43.1", "-71.5;43.1"])
def test_other_words_with_a_hyphen_are_unknown_options(database_url, typo):
    result = run(database_url, "lookup", typo)
    assert result.returncode == 2
    assert "No such option" in result.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-71.5,43.1", True),
        ("-71,43", True),
        ("-71.,43", True),
        ("-.5,43", True),
        ("-1e-3 , 43", True),
        ("-71.5,43.1,-70,44", True),
        ("-7", False),
        ("-o", False),
        ("--at", False),
        ("-", False),
        ("71,-43", False),
        ("-5.csv", False),
    ],
)
def test_coordinates_are_told_from_options_by_their_comma(text, expected):
    assert bool(_COORDINATES.match(text)) == expected
