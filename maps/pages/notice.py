"""The change notice of a plan, to be printed: what becomes of the grids, told and drawn."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely
from markupsafe import Markup

from geo.geometry import topology
from geo.plans.core.partition import Grid, Partition
from geo.plans.impact import Held, Holding, Impact
from geo.quality.findings import Finding
from geo.settings import Language
from maps.folium import assets
from maps.folium.elements import template_environment
from maps.locales.map_texts import day
from maps.locales.notice_texts import NOTICE_WORDS
from maps.pages import svg
from maps.pages.login import LANG
from maps.pages.map_pages import RenderedPage

HELD: Final = ("buildings", "households", "open_issues")


@dataclass(frozen=True)
class Heading:
    """What a notice is about, and who answers for it."""

    number: int
    title: str
    author: str
    status: str
    revision: int | None
    effective_at: datetime.datetime | None
    """In the city's zone; None for what is not in force yet."""


@dataclass(frozen=True)
class Ground:
    """A community that the plan touches: before it, after it, and what stands there."""

    name: str
    before: Partition
    after: Partition
    footprints: svg.Shapes


def page(
    heading: Heading,
    grounds: Sequence[Ground],
    impact: Impact,
    findings: Sequence[Finding],
    language: Language,
) -> RenderedPage:
    """Return the notice as a page without a script, laid out for A4."""
    words = NOTICE_WORDS[language]
    header = (
        Markup('<link rel="stylesheet" href="{}">').format(style.url)
        for style in assets.notice_styles()
    )
    html = (
        template_environment()
        .get_template("notice.html")
        .render(
            lang=LANG[language],
            words=words,
            header=Markup("\n").join(header),
            plan=heading,
            since=_moment(heading.effective_at, language, words),
            total=impact.total,
            held=HELD,
            communities=[_community(ground, impact) for ground in grounds],
            moves=impact.moves,
            findings=[_finding(finding, words) for finding in findings],
        )
    )
    return RenderedPage(html, (), ())


def _moment(at: datetime.datetime | None, language: Language, words: dict[str, str]) -> str:
    return words["not_in_force"] if at is None else f"{day(language, at.date())} {at:%H:%M}"


def _community(ground: Ground, impact: Impact) -> dict[str, Any]:
    code = ground.before.community
    mine = [held for held in impact.grids if held.code in _codes(ground)]
    codes = sorted(_codes(ground))
    return {
        "code": code,
        "name": ground.name,
        "rows": [_row(held, ground) for held in mine],
        "pictures": [
            (side, svg.draw(codes, partition, ground.footprints))
            for side, partition in (("before", ground.before), ("after", ground.after))
        ],
    }


def _codes(ground: Ground) -> set[str]:
    return {*ground.before.grids, *ground.after.grids}


def _row(held: Held, ground: Ground) -> dict[str, Any]:
    """A grid's names and figures on both sides; an empty figure where there is no such grid."""
    old, new = (side.grids.get(held.code) for side in (ground.before, ground.after))
    fate = "gone" if new is None else "new" if old is None else "kept"
    if old and new and _has_moved(old, new):
        fate = "redrawn"
    elif old and new and old.name != new.name:
        fate = "renamed"
    return {
        "code": held.code,
        "was_named": old.name if old and new and old.name != new.name else None,
        "name": next((side.name for side in (new, old) if side), None),
        "fate": fate,
        "figures": list(_figures(held.before, held.after)),
    }


def _has_moved(old: Grid, new: Grid) -> bool:
    """Tell whether ground came or went: a border that only received a corner is as it was."""
    moved = shapely.symmetric_difference(old.geom, new.geom)
    return topology.area_m2(moved) > topology.NOTHING_M2


def _figures(before: Holding | None, after: Holding | None) -> Iterator[tuple[Any, Any]]:
    for name in HELD:
        old, new = ("–" if side is None else getattr(side, name) for side in (before, after))
        yield old, new


def _finding(finding: Finding, words: dict[str, str]) -> dict[str, Any]:
    return {
        "weight": words["blocks" if finding.is_error else "warns"],
        "title": words.get(f"finding.{finding.kind}", finding.meaning),
        "codes": ", ".join(finding.codes),
        "size": _size(finding.size),
        "unit": finding.unit,
    }


def _size(size: float) -> str:
    """Return a size as people say it: whole from ten on, else to the hundredth."""
    return f"{size:,.0f}" if size >= 10 else f"{size:.2f}".rstrip("0").rstrip(".")
