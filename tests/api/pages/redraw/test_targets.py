"""What one clicks or touches is large enough on the pages around the maps."""

import pytest
from playwright.sync_api import Browser

from tests.redraw_service import TownService
from tests.sample_service import SCREENS
from tests.targets import small_targets

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("screen", ["laptop", "phone"])
def test_targets_are_large_enough(town: TownService, browser: Browser, screen: str):
    """Of login, error page, plan list, a plan (which needs more than a phone) and its notice."""
    town.create_plan("South-west", "chen")
    width, height = SCREENS[screen]
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(10_000)
    page = context.new_page()
    small = {}
    for path in ("/login", "/maps/nowhere", "/redraw", "/redraw/1", "/redraw/1/notice"):
        page.goto(f"{town.home}{path}", wait_until="networkidle")
        small[path] = small_targets(page, screen)
        context.add_cookies([town.cookie("chen")])
    context.close()
    assert not any(small.values()), small
