"""The change notice of a plan for printing: tables and maps of the grids before and after."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely

from geo.geometry import topology
from geo.plans.core.partition import Grid, Partition
from geo.plans.impact import GridCounts, GridImpact, GridMove, Impact
from geo.quality.findings import Finding
from geo.settings import Language
from maps.folium import assets
from maps.folium.elements import stylesheet_links, template_environment
from maps.locales.texts import HTML_LANG, PageName, Texts, format_date, page_texts
from maps.pages import svg
from maps.pages.map_pages import RenderedPage

FIGURES: Final = ("buildings", "households", "open_issues")
"""The figures of each grid, before and after."""


@dataclass(frozen=True)
class NoticeHeader:
    """The plan that a notice is about."""

    number: int
    title: str
    author: str
    status: str
    revision: int | None
    effective_at: datetime.datetime | None
    """In the city's time zone; None while the plan is not published."""


@dataclass(frozen=True)
class CommunityChange:
    """A community that the plan changes: its grids before and after, and its buildings."""

    name: str
    before: Partition
    after: Partition
    footprints: svg.Geometries


def render_notice(
    header: NoticeHeader,
    changes: Sequence[CommunityChange],
    impact: Impact,
    findings: Sequence[Finding],
    language: Language,
) -> RenderedPage:
    """Return the notice as a page without scripts, laid out for A4."""
    texts = page_texts(language, PageName.NOTICE)
    html = (
        template_environment()
        .get_template("notice.html")
        .render(
            lang=HTML_LANG[language],
            texts=texts,
            header=stylesheet_links(assets.notice_styles()),
            plan=header,
            in_force_from=_format_effective_at(header.effective_at, language, texts),
            total=list(_counts(impact.total)),
            figures=FIGURES,
            communities=[_community_context(change, impact) for change in changes],
            transfers=[_transfer(move) for move in impact.moves],
            findings=[_finding_context(finding, texts) for finding in findings],
        )
    )
    return RenderedPage(html, (), ())


def _format_effective_at(at: datetime.datetime | None, language: Language, texts: Texts) -> str:
    if at is None:
        return texts["not_in_force"]
    return f"{format_date(language, at.date())} {at:%H:%M}"


def _community_context(change: CommunityChange, impact: Impact) -> dict[str, Any]:
    codes = sorted({*change.before.grids, *change.after.grids})
    return {
        "code": change.before.community,
        "name": change.name,
        "rows": [_grid_row(grid, change) for grid in impact.grids if grid.code in codes],
        "drawings": [
            (side, svg.render_partition(codes, partition, change.footprints))
            for side, partition in (("before", change.before), ("after", change.after))
        ],
    }


def _grid_row(impact: GridImpact, change: CommunityChange) -> dict[str, Any]:
    """Return the table row of a grid: code, names, kind of change and figures."""
    old, new = (partition.grids.get(impact.code) for partition in (change.before, change.after))
    return {
        "code": impact.code,
        "former_name": old.name if old and new and old.name != new.name else None,
        "name": next((grid.name for grid in (new, old) if grid), None),
        "change": _kind_of_change(old, new),
        "figures": list(zip(_counts(impact.before), _counts(impact.after), strict=True)),
    }


def _kind_of_change(old: Grid | None, new: Grid | None) -> str:
    if new is None:
        return "removed"
    if old is None:
        return "new"
    if _is_redrawn(old, new):
        return "redrawn"
    return "unchanged" if old.name == new.name else "renamed"


def _is_redrawn(old: Grid, new: Grid) -> bool:
    """Whether the area of a grid changed; an additional vertex on its border is no change."""
    difference = shapely.symmetric_difference(old.geom, new.geom)
    return topology.area_m2(difference) > topology.AREA_TOLERANCE_M2


def _counts(counts: GridCounts | None) -> Iterator[int | str]:
    """Yield the figures of a grid, or dashes where the grid does not exist."""
    for figure in FIGURES:
        yield "–" if counts is None else getattr(counts, figure)


def _transfer(move: GridMove) -> dict[str, Any]:
    return {
        "from_code": move.from_code or "–",
        "to_code": move.to_code or "–",
        "figures": list(_counts(move.counts)),
    }


def _finding_context(finding: Finding, texts: Texts) -> dict[str, Any]:
    return {
        "severity": texts["finding_error" if finding.is_error else "finding_warning"],
        "title": texts.get(f"finding.{finding.kind}", finding.meaning),
        "codes": ", ".join(finding.codes),
        "size": _format_size(finding.size),
        "unit": finding.unit,
    }


def _format_size(size: float) -> str:
    """Return a size with no decimals from 10 on, and at most two below."""
    return f"{size:,.0f}" if size >= 10 else f"{size:.2f}".rstrip("0").rstrip(".")
