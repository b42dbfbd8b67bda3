"""Which version of a thing a caller has seen: a change repeats it in If-Match."""

from typing import Annotated

from fastapi import Depends, Header

from api.errors import STATUS
from geo.errors import Conflict, Invalid
from geo.plans.drafts import PlanChanged


class VersionMissing(Conflict):
    """A change does not say which version of the thing it has seen."""

    code = "version_missing"


class BadVersion(Invalid):
    """What If-Match says is no version."""

    code = "bad_version"


STATUS |= {PlanChanged: 412, VersionMissing: 428}


async def _seen(
    if_match: Annotated[
        str | None, Header(description="The version seen, in quotes, as ETag had it.")
    ] = None,
) -> int:
    if if_match is None:
        raise VersionMissing(
            "A change has to say which version it has seen.",
            hint='Repeat the ETag of the last answer: If-Match: "3".',
        )
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 9:
        raise BadVersion(
            f"If-Match says {if_match!r}, which is no version.",
            hint='Repeat the ETag of the last answer: If-Match: "3".',
        )
    return int(text)


SeenDep = Annotated[int, Depends(_seen)]
