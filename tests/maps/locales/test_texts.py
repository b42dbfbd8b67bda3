"""Every word that a page says exists in every language, and none is left over."""

import re
from datetime import date
from pathlib import Path

import pytest

from geo.models import IssueStatus, ManagerKind
from geo.settings import Language
from maps.folium import assets
from maps.locales.map_texts import WORDS, day, word
from maps.locales.notice_texts import NOTICE_WORDS
from maps.locales.redraw_texts import REDRAW_WORDS

TEMPLATES = Path(assets.__file__).parents[1] / "templates"
TERMS = ("manager", "category", "channel", "status", "datum", "use")
REDRAW_TERMS = ("tool", "hint", "hint_pick", "plan", "step", "finding", "moving")
CATALOGUES = {"map_texts.py", "redraw_texts.py", "notice_texts.py"}
OF_THE_TABLE = {"redraw.html", "plans.html", "redraw.py", "notice.html", "notice.py"}


def sources(of_the_table: bool) -> str:
    """Everything that says a word on the redraw table, or on the map pages."""
    if of_the_table:
        scripts = [*assets.TABLE_SCRIPTS["gridward"], *assets.LIST_SCRIPTS["gridward"]]
    else:
        scripts = [*assets.SCRIPTS["gridward"]]
    files = [assets.own() / script for script in scripts]
    beside = [*TEMPLATES.iterdir(), *TEMPLATES.parent.rglob("*.py")]
    files += [file for file in beside if (file.name in OF_THE_TABLE) == of_the_table]
    return "\n".join(file.read_text("utf-8") for file in files if file.name not in CATALOGUES)


def test_every_language_has_the_same_words():
    zh, en = (REDRAW_WORDS[language] for language in Language)
    assert list(zh) == list(en)


@pytest.mark.parametrize("language", Language)
def test_no_word_is_empty(language):
    assert all(text.strip() for text in REDRAW_WORDS[language].values())


def test_the_places_to_fill_in_are_the_same_in_every_language():
    for key in REDRAW_WORDS[Language.ZH]:
        places = {frozenset(re.findall(r"\{(\w+)\}", REDRAW_WORDS[one][key])) for one in Language}
        assert len(places) == 1, key


@pytest.mark.parametrize("of_the_table", [False, True])
def test_every_word_that_a_page_asks_for_exists(of_the_table: bool):
    text = sources(of_the_table)
    asked = set(re.findall(r"""G\.word\(\s*"([\w.-]+)\"""", text))
    asked |= set(re.findall(r"\{\{ words\.(\w+) \}\}", text))
    asked |= set(re.findall(r"""word\(language, "([\w.-]+)\"""", text))
    assert asked
    assert asked <= set((NOTICE_WORDS if of_the_table else WORDS)[Language.ZH])


@pytest.mark.parametrize("of_the_table", [False, True])
def test_no_word_is_left_over(of_the_table: bool):
    text = sources(of_the_table)
    said = set(re.findall(r""""([\w.-]+)\"""", text)) | set(re.findall(r"words\.(\w+)", text))
    terms = REDRAW_TERMS if of_the_table else TERMS
    families = {*terms, *re.findall(r"""[`"](\w+)\.(?:\$\{|" ~|\{)""", text)}
    words = set(WORDS[Language.ZH])
    if of_the_table:
        words = set(REDRAW_WORDS[Language.ZH]) - words
    left = {key for key in words if key not in said}
    assert {key for key in left if key.split(".")[0] not in families} == set()


def test_every_kind_of_manager_and_every_status_has_a_word():
    for kind in ManagerKind:
        assert f"manager.{kind}" in WORDS[Language.ZH]
    for status in IssueStatus:
        assert f"status.{status}" in WORDS[Language.ZH]


def test_a_day_is_written_as_the_language_does():
    assert day(Language.ZH, date(2025, 6, 3)) == "2025年6月3日"
    assert day(Language.EN, date(2025, 6, 3)) == "3 June 2025"


def test_an_unknown_word_is_an_error_rather_than_a_gap():
    with pytest.raises(KeyError):
        word(Language.EN, "no such word")
