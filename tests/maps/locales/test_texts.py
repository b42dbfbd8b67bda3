"""Every text of a page exists in every language, and every text is used."""

import re
from datetime import date
from pathlib import Path

import jinja2
import pytest

import api.exports
from geo.models import IssueStatus, ManagerKind
from geo.settings import Language
from maps.folium import assets
from maps.folium.elements import template_environment
from maps.locales.texts import NAMESPACES, PageName, format_date, load, page_texts

EXPORTS = Path(api.exports.__file__).parent
MAPS = Path(assets.__file__).parents[1]
DYNAMIC_FAMILIES = {
    PageName.MAP: {"manager", "category", "channel", "status", "datum", "use"},
    PageName.REDRAW: {
        *("datum", "tool", "hint", "hint_pick", "plan", "step", "moved", "order", "brush"),
    },
    PageName.NOTICE: set(),
    PageName.LOGIN: set(),
    PageName.EXPORT: {"coordinate", "subject"},
    PageName.ERROR: set(),
}
"""The first parts of keys whose second part is a value of the data."""


def scripts(*names: str) -> list[Path]:
    return [assets.frontend_folder() / name for name in names]


SOURCES = {
    PageName.MAP: [
        *scripts(*assets.MAP_SCRIPTS["gridward"]),
        MAPS / "templates" / "map.html",
        MAPS / "pages" / "map_pages.py",
    ],
    PageName.REDRAW: [
        *scripts(*assets.REDRAW_SCRIPTS["gridward"], *assets.PLAN_LIST_SCRIPTS["gridward"]),
        MAPS / "templates" / "redraw.html",
        MAPS / "templates" / "plans.html",
        MAPS / "pages" / "redraw.py",
    ],
    PageName.NOTICE: [MAPS / "templates" / "notice.html", MAPS / "pages" / "notice.py"],
    PageName.LOGIN: [MAPS / "templates" / "login.html", MAPS / "pages" / "login.py"],
    PageName.ERROR: [MAPS / "templates" / "error.html", MAPS / "pages" / "error_page.py"],
    PageName.EXPORT: [EXPORTS / "columns.py", EXPORTS / "subjects.py", EXPORTS / "writer.py"],
}


def source(page: PageName) -> str:
    return "\n".join(file.read_text("utf-8") for file in SOURCES[page])


def keys_in(page: PageName) -> set[str]:
    """The keys that the source of a page names, and other strings in quotes."""
    text = source(page)
    quoted = re.findall(r""""([\w.-]+)\"""", text)
    return {*quoted, *re.findall(r"texts\.(\w+)", text)}


def families_in(page: PageName) -> set[str]:
    """The first parts of the keys that a page puts together, as in `title.${kind}`."""
    text = source(page)
    return {*DYNAMIC_FAMILIES[page], *re.findall(r"""[`"](\w+)\.(?:\$\{|" ~|\{)""", text)}


def test_every_language_has_the_same_keys():
    zh, en = (load(language) for language in (Language.ZH, Language.EN))
    assert {name: list(texts) for name, texts in zh.items()} == {
        name: list(texts) for name, texts in en.items()
    }


def test_every_namespace_belongs_to_a_page():
    used = {namespace for namespaces in NAMESPACES.values() for namespace in namespaces}
    assert used == set(load(Language.ZH))


@pytest.mark.parametrize("page", PageName)
def test_no_key_stands_in_two_namespaces_of_a_page(page: PageName):
    catalogue = load(Language.ZH)
    counts = [len(catalogue[namespace]) for namespace in NAMESPACES[page]]
    assert len(page_texts(Language.ZH, page)) == sum(counts)


@pytest.mark.parametrize("language", Language)
def test_no_text_is_empty(language: Language):
    texts = [text for namespace in load(language).values() for text in namespace.values()]
    assert all(text.strip() for text in texts)


@pytest.mark.parametrize("page", PageName)
def test_the_placeholders_are_the_same_in_every_language(page: PageName):
    for key in page_texts(Language.ZH, page):
        placeholders = [
            set(re.findall(r"\{(\w+)\}", page_texts(language, page)[key])) for language in Language
        ]
        assert placeholders[0] == placeholders[1], key


@pytest.mark.parametrize("page", PageName)
def test_every_text_that_a_page_uses_exists(page: PageName):
    text = source(page)
    used = set(re.findall(r"""G\.word\(\s*"([\w.-]+)\"""", text))
    used |= set(re.findall(r"\btexts\.(\w+)", text)) - {"get"}
    used |= set(re.findall(r'\btexts\["([\w.-]+)"\]', text))
    assert used
    assert used <= set(page_texts(Language.ZH, page))


def test_every_text_is_used():
    for namespace, texts in load(Language.ZH).items():
        pages = [page for page in PageName if namespace in NAMESPACES[page]]
        keys = {key for page in pages for key in keys_in(page)}
        families = {family for page in pages for family in families_in(page)}
        unused = {key for key in texts if key not in keys and key.split(".")[0] not in families}
        assert unused == set(), namespace


def test_every_kind_of_manager_and_every_status_has_a_text():
    texts = page_texts(Language.ZH, PageName.MAP)
    assert all(f"manager.{kind}" in texts for kind in ManagerKind)
    assert all(f"status.{status}" in texts for status in IssueStatus)


def test_a_date_has_the_form_of_its_language():
    assert format_date(Language.ZH, date(2025, 6, 3)) == "2025年6月3日"
    assert format_date(Language.EN, date(2025, 6, 3)) == "3 June 2025"


def test_a_missing_text_is_an_error_in_a_template():
    template = template_environment().from_string("{{ texts.missing }}")
    with pytest.raises(jinja2.UndefinedError):
        template.render(texts=page_texts(Language.EN, PageName.LOGIN))
