"""What each export contains and is called: its rows, its columns, and the parts of its title."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from api.exports import columns
from api.exports.columns import Columns
from api.lists import AreaList, BuildingList, GridList, IssueList
from geo import city_time, export_rows
from geo.coverage import changes, figures
from geo.coverage.figures import CoverageQuery
from geo.coverage.filter import BuildingFilter
from geo.feature_query import BBox, FeatureQuery, Statement
from geo.settings import Language
from maps.locales.texts import PageName, Texts, format_date, page_texts

_ONE_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class ExportLanguage:
    """The language of a file, its texts, and the time zone of its times."""

    language: Language
    texts: Texts
    zone: str

    @classmethod
    def load(cls, language: Language, zone: str) -> "ExportLanguage":
        """Return a language with its texts."""
        return cls(language, page_texts(language, PageName.EXPORT), zone)

    @property
    def is_english(self) -> bool:
        """Whether names of areas are those in English, where they have one."""
        return self.language is Language.EN

    def as_of(self, day: date) -> str:
        """Return the part of a title that states a day."""
        return self.texts["as_of"].format(day=format_date(self.language, day))

    def condition(self, key: str, values: Sequence[str]) -> str:
        """Return one condition of a filter in words."""
        separator = ", " if self.is_english else "、"
        return self.texts["condition"].format(name=self.texts[key], values=separator.join(values))

    def terms(self, family: str, values: Collection[str]) -> list[str]:
        """Return values in words."""
        unknown = self.texts["unknown"]
        return [self.texts.get(f"{family}.{value}", value) or unknown for value in sorted(values)]


@dataclass(frozen=True)
class Export:
    """A list as a file."""

    subject: str
    """A key of the texts, and the ASCII name of the file."""
    columns: Columns
    rows: Statement
    features: FeatureQuery
    area: str | None
    as_of: str
    """The day or period in the title."""
    stamp: str
    """The day or period in the name of the file."""
    conditions: Sequence[str] = ()
    """The filter in words."""
    grouping: str | None = None
    """The level of figures, in words."""


def of_buildings(listed: BuildingList, language: ExportLanguage) -> Export:
    """Return the export of a list of buildings."""
    subjects: Mapping[bool | None, str] = {
        None: "buildings",
        True: "covered-buildings",
        False: "uncovered-buildings",
    }
    return Export(
        subjects[listed.covered],
        columns.of_buildings(listed.covered),
        export_rows.buildings(listed.query, listed.at),
        listed.query,
        listed.area,
        language.as_of(listed.on),
        listed.on.isoformat(),
        [*_building_conditions(listed.building_filter, language), *_bbox(listed.bbox, language)],
    )


def of_issues(listed: IssueList, language: ExportLanguage) -> Export:
    """Return the export of a list of issues."""
    conditions = [
        *_values("category", "issue_category", listed.categories, language),
        *_values("status", "issue_status", listed.statuses, language),
        *_bbox(listed.bbox, language),
    ]
    as_of, stamp = _period(listed, language)
    return Export(
        "issues",
        columns.ISSUES,
        export_rows.issues(listed.query, listed.at),
        listed.query,
        listed.area,
        as_of,
        stamp,
        conditions,
    )


def _period(listed: IssueList, language: ExportLanguage) -> tuple[str, str]:
    """Return the period of issues in words and as days; without one, the day of the list."""
    first = listed.since and city_time.date_of(listed.since, language.zone)
    last = listed.before and city_time.date_of(listed.before - _ONE_INSTANT, language.zone)
    if first is None and last is None:
        today = city_time.date_of(listed.at, language.zone)
        return language.as_of(today), today.isoformat()
    key = "reported_in" if first and last else "reported_since" if first else "reported_until"
    words = {
        name: format_date(language.language, day)
        for name, day in (("from", first), ("to", last))
        if day is not None
    }
    stamp = "_".join(day.isoformat() if day else "" for day in (first, last)).strip("_")
    return language.texts[key].format(**words), stamp


def of_grids(listed: GridList, language: ExportLanguage) -> Export:
    """Return the export of the grids in force at a moment."""
    local = city_time.local_time(listed.at, language.zone)
    return Export(
        "grids",
        columns.GRIDS,
        export_rows.features(listed.query),
        listed.query,
        listed.area,
        f"{language.as_of(local.date())} {local:%H:%M}",
        f"{local:%Y-%m-%d}",
        list(_bbox(listed.bbox, language)),
    )


def of_areas(listed: AreaList, language: ExportLanguage) -> Export:
    """Return the export of the areas of today."""
    today = city_time.today(language.zone)
    level = (
        []
        if listed.level is None
        else [language.condition("area_level", [language.texts[listed.level]])]
    )
    return Export(
        "areas",
        columns.AREAS,
        export_rows.features(listed.query),
        listed.query,
        listed.area,
        language.as_of(today),
        today.isoformat(),
        level,
    )


def of_coverage(query: CoverageQuery, since: date | None, language: ExportLanguage) -> Export:
    """Return the export of the figures of a day, with what changed since an earlier one."""
    compared = since is not None
    features = (
        figures.feature_query(query) if since is None else changes.feature_query(query, since)
    )
    as_of, stamp = language.as_of(query.on), query.on.isoformat()
    if since is not None:
        days = {
            "from": format_date(language.language, since),
            "to": format_date(language.language, query.on),
        }
        as_of, stamp = language.texts["from_to"].format(**days), f"{since.isoformat()}_{stamp}"
    return Export(
        "property-coverage-changes" if compared else "property-coverage",
        columns.of_coverage(query.grouping, compared=compared),
        export_rows.features(features),
        features,
        query.area_code,
        as_of,
        stamp,
        [*_building_conditions(query.building_filter, language), *_bbox(query.bbox, language)],
        grouping=language.texts["by_level"].format(level=language.texts[query.grouping]),
    )


def _building_conditions(
    building_filter: BuildingFilter, language: ExportLanguage
) -> Iterator[str]:
    kinds = language.terms("manager", building_filter.manager_kinds)
    reasons = [language.texts[reason] for reason in sorted(building_filter.reasons)]
    if kinds or reasons:
        yield language.condition("by.standing", [*kinds, *reasons])
    if building_filter.built_from is not None:
        yield language.condition("built.from", [str(building_filter.built_from)])
    if building_filter.built_to is not None:
        yield language.condition("built.to", [str(building_filter.built_to)])
    yield from _values("use", "use", building_filter.uses, language)
    yield from _values("use", "use_except", building_filter.not_uses, language)


def _values(
    family: str, key: str, values: Collection[str], language: ExportLanguage
) -> Iterator[str]:
    if values:
        yield language.condition(key, language.terms(family, values))


def _bbox(bbox: BBox | None, language: ExportLanguage) -> Iterator[str]:
    if bbox is not None:
        yield language.condition("bbox", [f"{degree}" for degree in bbox])
