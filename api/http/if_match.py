"""Optimistic locking: parses `If-Match`."""

import re
from typing import Annotated, Final

from fastapi import Depends, Header

from api.errors import VersionMissing, raises
from geo.errors import Invalid

IF_MATCH_PATTERN: Final = '^((W/)?"(?P<quoted>[0-9]{1,9})(-gzip)?"|(?P<bare>[0-9]{1,9}))$'
"""An ETag of a plan in any encoding; the quotes are optional, as people forget them."""
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
    match = re.fullmatch(IF_MATCH_PATTERN, if_match.strip())
    if match is None:
        raise BadVersion(f"If-Match is {if_match!r}, which is not a version.", hint=_HINT)
    return int(match["quoted"] or match["bare"])


ExpectedVersionDep = Annotated[int, Depends(_expected_version)]
"""The version that a change is based on."""
