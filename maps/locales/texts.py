"""Texts of the pages: one JSON file per language, one namespace per page."""

import json
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

from geo.settings import Language

Texts = dict[str, str]

HTML_LANG: Final = {Language.ZH: "zh-CN", Language.EN: "en"}
"""The `lang` attribute of a page."""

NATIVE_NAME: Final = {Language.ZH: "中文", Language.EN: "English"}
"""The name of each language in itself."""

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class PageName(StrEnum):
    """The pages, and the files, that have texts of their own."""

    MAP = "map"
    REDRAW = "redraw"
    NOTICE = "notice"
    LOGIN = "login"
    EXPORT = "export"
    ERROR = "error"


NAMESPACES: Final = {
    PageName.MAP: ("common", "map"),
    PageName.REDRAW: ("common", "plan", "redraw"),
    PageName.NOTICE: ("common", "plan", "notice"),
    PageName.LOGIN: ("common", "login"),
    PageName.EXPORT: ("common", "map", "export"),
    PageName.ERROR: ("common", "map", "error"),
}
"""The namespaces of the JSON files that each page uses."""


@cache
def load(language: Language) -> dict[str, Texts]:
    """Return all texts of a language as `{namespace: {key: text}}`."""
    file = resources.files(__package__) / f"{language}.json"
    content: dict[str, Texts] = json.loads(file.read_text("utf-8"))
    return content


@cache
def page_texts(language: Language, page: PageName) -> Texts:
    """Return the texts of a page by key; `{name}` in a text is a placeholder for `str.format`."""
    catalogue = load(language)
    return {
        key: text for namespace in NAMESPACES[page] for key, text in catalogue[namespace].items()
    }


def other_language(language: Language) -> Language:
    """Return the language that a page offers beside its own."""
    return Language.EN if language is Language.ZH else Language.ZH


def format_date(language: Language, day: date) -> str:
    """Return a date in the form of the language: 2025年6月30日, 30 June 2025."""
    if language is Language.ZH:
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
