"""Every word that a page says exists in every language, and none is left over."""

import re
from datetime import date
from pathlib import Path

import pytest

from geo.models import IssueStatus, ManagerKind
from geo.settings import Language
from maps import assets
from maps.words import WORDS, day, word

TEMPLATES = Path(assets.__file__).parent / "templates"
TERMS = ("manager", "category", "channel", "status", "datum", "use")


def sources() -> str:
    files = [*assets.own().glob("*.js"), *TEMPLATES.iterdir()]
    files += [file for file in TEMPLATES.parent.glob("*.py") if file.name != "words.py"]
    return "\n".join(file.read_text("utf-8") for file in files)


def test_every_language_has_the_same_words():
    zh, en = (WORDS[language] for language in Language)
    assert list(zh) == list(en)


@pytest.mark.parametrize("language", Language)
def test_no_word_is_empty(language):
    assert all(text.strip() for text in WORDS[language].values())


def test_the_places_to_fill_in_are_the_same_in_every_language():
    for key in WORDS[Language.ZH]:
        places = {frozenset(re.findall(r"\{(\w+)\}", WORDS[one][key])) for one in Language}
        assert len(places) == 1, key


def test_every_word_that_a_page_asks_for_exists():
    text = sources()
    asked = set(re.findall(r"""G\.word\(\s*"([\w.-]+)\"""", text))
    asked |= set(re.findall(r"\{\{ words\.(\w+) \}\}", text))
    asked |= set(re.findall(r"""word\(language, "([\w.-]+)\"""", text))
    assert asked
    assert asked <= set(WORDS[Language.ZH])


def test_no_word_is_left_over():
    text = sources()
    said = set(re.findall(r""""([\w.-]+)\"""", text)) | set(re.findall(r"words\.(\w+)", text))
    families = {*TERMS, *re.findall(r"""[`"](\w+)\.(?:\$\{|" ~|\{)""", text)}
    left = {key for key in WORDS[Language.ZH] if key not in said}
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
