"""A path parameter that contains slashes and is not empty: `{ref:whole_path}`.

Starlette's `path` also matches an empty text, so that `/v1/issues/` would be an issue.
"""

from starlette.convertors import StringConvertor, register_url_convertor


class WholePath(StringConvertor):
    """Matches the rest of a path."""

    regex = ".+"


def register() -> None:
    """Make `{name:whole_path}` known to routes that are declared from now on."""
    register_url_convertor("whole_path", WholePath())
