"""Optimistic locking: parses `If-Match`."""

from typing import Annotated

from fastapi import Depends, Header

from api.errors import VersionMissing, raises
from api.http.etag import content_etag
from geo.errors import Invalid

_HINT = 'Send the ETag of the last response: If-Match: "3".'


class BadVersion(Invalid):
    """`If-Match` is not a version."""

    code = "bad_version"


@raises(VersionMissing)
async def _expected_version(
    if_match: Annotated[
        str | None, Header(description="The ETag of the last response, in quotes.")
    ] = None,
) -> int:
    if if_match is None:
        raise VersionMissing("This change requires an If-Match header.", hint=_HINT)
    version = content_etag(if_match).strip('"')
    if not version.isdecimal() or len(version) > 9:
        raise BadVersion(f"If-Match is {if_match!r}, which is not a version.", hint=_HINT)
    return int(version)


ExpectedVersionDep = Annotated[int, Depends(_expected_version)]
"""The version that a change is based on."""
