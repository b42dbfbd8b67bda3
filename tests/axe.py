"""Accessibility of a page in the browser, by the rules of axe."""

from functools import cache

from playwright.sync_api import Page

from maps.folium.assets import node_modules

RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html} ${failureSummary}`));
}"""


@cache
def _axe() -> str:
    return (node_modules() / "axe-core" / "axe.min.js").read_text("utf-8")


def accessibility_violations(page: Page) -> list[str]:
    """Return each violation of a rule of axe, with the element and what would repair it."""
    page.evaluate(_axe())
    violations: list[str] = page.evaluate(RUN)
    return violations
