"""The login page: a plain HTML form without scripts."""

from dataclasses import dataclass
from urllib.parse import urlencode

from geo.accounts import passwords
from geo.settings import Language
from maps.folium import assets
from maps.folium.elements import stylesheet_links, template_environment
from maps.locales.texts import HTML_LANG, NATIVE_NAME, PageName, other_language, page_texts
from maps.pages.map_pages import RenderedPage


@dataclass(frozen=True)
class LoginState:
    """What the login page shows: the form, or the account that is signed in."""

    csrf_token: str
    """The token that the form sends back."""
    next_path: str = "/"
    """The path to open after signing in."""
    entered_login: str = ""
    """The login of a failed attempt, to fill in again."""
    signed_in_as: str | None = None
    """The login of the current session."""
    error_code: str | None = None
    """The code of the error to show, such as `bad_credentials`."""
    is_password_changed: bool = False
    """Whether the password has just been changed."""
    wait_minutes: int = 0
    """How long to wait after too many attempts."""


def render_login_page(state: LoginState, language: Language) -> RenderedPage:
    """Return the page with the sign-in form, or with sign-out and password change."""
    texts = page_texts(language, PageName.LOGIN)
    other = other_language(language)
    error = state.error_code and texts[f"login_error.{state.error_code}"].format(
        minutes=state.wait_minutes
    )
    html = (
        template_environment()
        .get_template("login.html")
        .render(
            lang=HTML_LANG[language],
            language=str(language),
            texts=texts,
            header=stylesheet_links(assets.login_styles()),
            state=state,
            error=error,
            own_url="/login?" + urlencode({"lang": str(language), "next": state.next_path}),
            min_password_length=passwords.MIN_LENGTH,
            other_url="/login?" + urlencode({"lang": str(other), "next": state.next_path}),
            other_lang=HTML_LANG[other],
            other_name=NATIVE_NAME[other],
        )
    )
    return RenderedPage(html, (), ())
