"""The page to sign in on: plain HTML, without a script."""

from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from geo.accounts import passwords
from geo.settings import Language
from maps.folium import assets
from maps.folium.elements import template_environment
from maps.locales.map_texts import WORDS, word
from maps.pages.map_pages import RenderedPage

LANG = {Language.ZH: "zh-CN", Language.EN: "en"}
OWN_NAME = {Language.ZH: "中文", Language.EN: "English"}
"""What a language is called by those who read it."""


@dataclass(frozen=True)
class Door:
    """Where somebody stands who is to sign in, or has."""

    csrf: str
    """What the form repeats."""
    next: str = "/"
    """Where the page leads."""
    login: str = ""
    """What was typed before."""
    who: str | None = None
    """Who is signed in."""
    fault: str | None = None
    """The code of what went wrong, as `bad_credentials`."""
    is_changed: bool = False
    """Whether the password was changed just now."""
    minutes: int = 0
    """How long to wait, where it went wrong too often."""


def page(door: Door, language: Language) -> RenderedPage:
    """Return the form to sign in with, or to sign out for who is signed in."""
    other = Language.EN if language is Language.ZH else Language.ZH
    fault = door.fault and word(language, f"sign_in.{door.fault}", minutes=door.minutes)
    html = (
        template_environment()
        .get_template("sign_in.html")
        .render(
            lang=LANG[language],
            language=str(language),
            words=WORDS[language],
            header=Markup("\n").join(
                Markup('<link rel="stylesheet" href="{}">').format(style.url)
                for style in assets.sign_in_styles()
            ),
            csrf=door.csrf,
            next=door.next,
            login=door.login,
            who=door.who,
            signed_in_as=door.who and word(language, "signed_in_as", who=door.who),
            fault=fault,
            is_changed=door.is_changed,
            shortest=passwords.SHORTEST,
            other="/login?" + urlencode({"lang": str(other), "next": door.next}),
            other_lang=LANG[other],
            other_name=OWN_NAME[other],
        )
    )
    return RenderedPage(html, (), ())
