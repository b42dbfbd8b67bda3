"""The page that a browser shows when a page cannot be shown: why, and where to go instead."""

from dataclasses import dataclass

from geo.settings import Language
from maps.folium import assets
from maps.folium.elements import stylesheet_links, template_environment
from maps.locales.texts import HTML_LANG, PageName, page_texts
from maps.pages.map_pages import RenderedPage
from maps.pages.title_bar import PAGE_KINDS


@dataclass(frozen=True)
class Problem:
    """An error of the service, as its problem document states it."""

    status: int
    code: str
    detail: str
    """What is wrong, in English."""
    hint: str | None
    """What to do, in English."""


def render_error_page(problem: Problem, language: Language) -> RenderedPage:
    """Return the page of a problem: in the page's language if there is a text for its code.

    Without one, it has the text of its status. The detail and the hint follow in English.
    """
    texts = page_texts(language, PageName.ERROR)
    by_status = texts.get(f"error.{problem.status}", texts["error.other"])
    html = (
        template_environment()
        .get_template("error.html")
        .render(
            lang=HTML_LANG[language],
            language=str(language),
            texts=texts,
            header=stylesheet_links(assets.login_styles()),
            problem=problem,
            heading=texts.get(f"error.{problem.code}", by_status),
            maps=PAGE_KINDS,
        )
    )
    return RenderedPage(html, (), ())
