"""Make the pictures of the documentation again, from a service that shows the sample city.

gridward demo && gridward serve
python scripts/pictures.py http://127.0.0.1:8000
"""

import base64
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SIZE = {"width": 1400, "height": 800}
COLOURS = 128
"""Enough for a map of flat colours, and a third of the bytes."""
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")

BUILDING = "2304-B0028"
"""A building of the default seed that lost its manager, among neighbours that never had one."""

SETTLED = """() => new Promise((done) => {
  const map = Object.values(Gridward.layers)[0]._map;
  Gridward.whenDrawn(map, done);
})"""
LOOK = """([lon, lat, zoom]) => Object.values(Gridward.layers)[0]._map
  .setView([lat, lon], zoom, {animate: false})"""
PLACE = """([lon, lat]) => {
  const map = Object.values(Gridward.layers)[0]._map;
  const box = map.getContainer().getBoundingClientRect();
  const at = map.latLngToContainerPoint([lat, lon]);
  return [box.x + at.x, box.y + at.y];
}"""
PIXELS = """async (png) => {
  const image = await createImageBitmap(await (await fetch(png)).blob());
  const drawn = new OffscreenCanvas(image.width, image.height).getContext("2d");
  drawn.drawImage(image, 0, 0);
  const bytes = drawn.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) {
    text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  }
  return btoa(text);
}"""


def main(address: str) -> None:
    """Make every picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        shot = property_coverage(browser.new_page(viewport=SIZE, locale="en-GB"), address)
        target = PICTURES / "property-coverage.png"
        target.write_bytes(indexed(pixels(browser, shot)))
        print(f"{target}: {target.stat().st_size / 1000:.0f} KB")
        browser.close()


def property_coverage(page: Page, address: str) -> bytes:
    """Return the picture of the streets around one building, with what is known about it."""
    found = page.request.get(f"{address}/v1/buildings/{BUILDING}").json()
    corners = np.array(found["geometry"]["coordinates"][0][0])
    lon, lat = ((corners.min(axis=0) + corners.max(axis=0)) / 2).tolist()
    page.goto(f"{address}/maps/property-coverage?lang=en")
    page.evaluate(SETTLED)
    page.locator(".levels").get_by_role("button", name="Community").click()
    page.evaluate(LOOK, [lon + 0.0012, lat + 0.0008, 16])
    page.evaluate(SETTLED)
    page.mouse.click(*page.evaluate(PLACE, [lon, lat]))
    page.locator(".leaflet-popup").wait_for()
    page.mouse.move(0, 0)
    page.evaluate(SETTLED)
    page.wait_for_timeout(1000)  # the popup fades in
    return page.screenshot()


def pixels(browser: Browser, png: bytes) -> NDArray[np.uint8]:
    """Return a picture's colours, (height, width, 3), as the browser decodes them."""
    address = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    text = browser.new_page().evaluate(PIXELS, address)
    colours = np.frombuffer(base64.b64decode(text), np.uint8)
    return colours.reshape(SIZE["height"], SIZE["width"], 4)[..., :3]


def indexed(colours: NDArray[np.uint8]) -> bytes:
    """Return a PNG of the commonest COLOURS; every other becomes the nearest of them."""
    height, width, _ = colours.shape
    flat = colours.reshape(-1, 3)
    unique, at, counts = np.unique(flat, axis=0, return_inverse=True, return_counts=True)
    _, where = np.unique(unique >> 4, axis=0, return_inverse=True)
    weight = np.bincount(where, counts)
    means = [np.bincount(where, counts * unique[:, band]) / weight for band in range(3)]
    palette = np.rint(np.column_stack(means)[np.argsort(-weight)[:COLOURS]])
    distance = ((unique[:, None, :] - palette[None]) ** 2).sum(axis=2)
    rows = distance.argmin(axis=1).astype(np.uint8)[at].reshape(height, width)
    lines = np.column_stack([np.zeros(height, np.uint8), rows]).tobytes()
    parts = [
        (b"IHDR", struct.pack(">2I5B", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["http://127.0.0.1:8000"]))
