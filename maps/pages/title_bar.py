"""The title bar of a served map page: links to other pages, the other language, the account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from geo.settings import Language
from maps.locales.texts import HTML_LANG, NATIVE_NAME, other_language

PAGE_KINDS: Final = ("property-coverage", "grids", "issues")
"""The map pages."""


@dataclass(frozen=True)
class Visitor:
    """The account that is signed in."""

    login: str
    csrf_token: str
    """The token that the form to sign out sends back."""


@dataclass(frozen=True)
class TitleBar:
    """What the links of the title bar keep of the page."""

    query: Mapping[str, str] = field(default_factory=dict)
    """The query parameters of the page, such as `lang` and `area`."""
    visitor: Visitor | None = None
    """None without an account."""

    def links(self, kind: str, language: Language) -> dict[str, object]:
        """Return the links of the page of a kind, for its template."""
        own = _url(f"/maps/{kind}", self.query)
        other = other_language(language)
        lang = {name: value for name, value in self.query.items() if name == "lang"}
        return {
            "pages": {name: _url(f"/maps/{name}", self.query) for name in PAGE_KINDS},
            "redraw": _url("/redraw", lang),
            "own": own,
            "login": _url("/login", {"next": own} | lang),
            "other": _url(f"/maps/{kind}", {**self.query, "lang": str(other)}),
            "other_lang": HTML_LANG[other],
            "other_name": NATIVE_NAME[other],
        }


def _url(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
