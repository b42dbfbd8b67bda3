"""The sign-in page in a browser, in both languages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import BrowserPage
from tests.sample_service import Service

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, sample_service: Service) -> Iterator[Page]:
    """A browser page. Fails if it requested another host or reported an error."""
    context = browser.new_context(viewport={"width": 1100, "height": 720}, locale="en-GB")
    context.set_default_timeout(10_000)
    browser_page = BrowserPage(context.new_page(), sample_service.home)
    yield browser_page.page
    context.close()
    assert browser_page.foreign_requests == []
    # Chromium reports the 401 for a wrong password as an error.
    assert [error for error in browser_page.errors if "status of 401" not in error] == []


def save_screenshot(page: Page, tmp_path: Path, name: str) -> None:
    page.screenshot(path=tmp_path / f"{name}.png")


def test_signing_in_changing_the_password_and_signing_out(page, sample_service, home, tmp_path):
    page.goto(f"{sample_service.home}/login?lang=en&next=/maps/grids")
    save_screenshot(page, tmp_path, "form")
    page.locator("input[name=login]:focus").wait_for()
    page.get_by_label("Account").fill("demo")
    page.get_by_label("Password").fill("not the password")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text() == "Incorrect account or password."
    assert page.get_by_label("Account").input_value() == "demo"
    page.locator("input[name=password]:focus").wait_for()
    save_screenshot(page, tmp_path, "rejected")
    sizes = [page.locator(part).bounding_box() for part in ("main", "input[name=login]")]
    assert sizes[0]["height"] < 500
    assert sizes[1]["width"] > 280
    page.get_by_label("Password").fill((home / "demo-password").read_text().strip())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/maps/grids")
    [cookie] = [c for c in page.context.cookies() if c["name"] == "gridward_session"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/")
    assert "gridward_session" not in page.evaluate("document.cookie")
    page.goto(f"{sample_service.home}/login?lang=en")
    assert "Signed in as demo" in page.inner_text("main")
    save_screenshot(page, tmp_path, "signed-in")
    page.get_by_text("Change password").first.click()
    page.get_by_label("Current password").fill("not the password")
    page.get_by_label("New password").fill("another horse")
    page.get_by_role("button", name="Change password").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_label("New password").is_visible()
    save_screenshot(page, tmp_path, "change")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login?lang=en*")
    assert page.locator("input[name=password]").is_visible()


def test_the_form_is_available_in_chinese_and_fits_a_phone(page, sample_service, tmp_path):
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{sample_service.home}/login?lang=zh")
    assert page.get_by_role("button", name="登录").is_visible()
    assert page.get_by_label("密码").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    save_screenshot(page, tmp_path, "phone")
    page.get_by_role("link", name="English").click()
    page.get_by_role("button", name="Sign in").wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
