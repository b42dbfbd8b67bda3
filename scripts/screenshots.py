"""Make the screenshots of the documentation from a service with the sample city.

gridward demo && gridward serve
python scripts/screenshots.py http://127.0.0.1:8000
"""

import base64
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
SIZE = {"width": 1400, "height": 800}
PALETTE_SIZE = 128
"""Enough for a map of flat colours, at a third of the bytes."""
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")

BUILDING = "2304-B0028"
"""A building of the default seed with lapsed coverage, among never covered neighbours."""

WAIT_FOR_MAP = """() => new Promise((done) => {
  const map = Object.values(Gridward.layers)[0]._map;
  Gridward.whenDrawn(map, done);
})"""
SET_VIEW = """([lon, lat, zoom]) => Object.values(Gridward.layers)[0]._map
  .setView([lat, lon], zoom, {animate: false})"""
PAGE_POSITION = """([lon, lat]) => {
  const map = Object.values(Gridward.layers)[0]._map;
  const box = map.getContainer().getBoundingClientRect();
  const at = map.latLngToContainerPoint([lat, lon]);
  return [box.x + at.x, box.y + at.y];
}"""
POPUP_IS_OPAQUE = """() => {
  const popup = document.querySelector(".leaflet-popup");
  return popup !== null && getComputedStyle(popup).opacity === "1";
}"""
DECODE_PNG = """async (png) => {
  const image = await createImageBitmap(await (await fetch(png)).blob());
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const bytes = context.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) {
    text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  }
  return btoa(text);
}"""


def main(url: str) -> None:
    """Make every screenshot."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        png = capture_property_coverage(browser.new_page(viewport=SIZE, locale="en-GB"), url)
        target = FOLDER / "property-coverage.png"
        target.write_bytes(encode_indexed_png(decode_png(browser, png)))
        print(f"{target}: {target.stat().st_size / 1000:.0f} KB")
        browser.close()


def capture_property_coverage(page: Page, url: str) -> bytes:
    """Return a screenshot of the streets around one building, with its popup open."""
    building = page.request.get(f"{url}/v1/buildings/{BUILDING}").json()
    corners = np.array(building["geometry"]["coordinates"][0][0])
    lon, lat = ((corners.min(axis=0) + corners.max(axis=0)) / 2).tolist()
    page.goto(f"{url}/maps/property-coverage?lang=en")
    page.evaluate(WAIT_FOR_MAP)
    page.locator(".levels").get_by_role("button", name="Community").click()
    page.evaluate(SET_VIEW, [lon + 0.0012, lat + 0.0008, 16])
    page.evaluate(WAIT_FOR_MAP)
    page.mouse.click(*page.evaluate(PAGE_POSITION, [lon, lat]))
    page.mouse.move(0, 0)
    page.wait_for_function(POPUP_IS_OPAQUE)
    page.evaluate(WAIT_FOR_MAP)
    return page.screenshot()


def decode_png(browser: Browser, png: bytes) -> NDArray[np.uint8]:
    """Return the pixels of a PNG, shape (height, width, 3), decoded by the browser."""
    data_url = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    text = browser.new_page().evaluate(DECODE_PNG, data_url)
    pixels = np.frombuffer(base64.b64decode(text), np.uint8)
    return pixels.reshape(SIZE["height"], SIZE["width"], 4)[..., :3]


def encode_indexed_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return an indexed PNG; each pixel gets the nearest colour of the palette."""
    height, width, _ = pixels.shape
    unique, inverse, counts = np.unique(
        pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True
    )
    palette = build_palette(unique, counts)
    distance = ((unique[:, None, :] - palette[None]) ** 2).sum(axis=2)
    indices = distance.argmin(axis=1).astype(np.uint8)[inverse].reshape(height, width)
    lines = np.column_stack([np.zeros(height, np.uint8), indices]).tobytes()
    chunks = [
        (b"IHDR", struct.pack(">2I5B", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def build_palette(unique: NDArray[np.uint8], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean colours of the PALETTE_SIZE most frequent groups of similar colours."""
    _, group = np.unique(unique >> 4, axis=0, return_inverse=True)
    weight = np.bincount(group, counts)
    means = [np.bincount(group, counts * unique[:, band]) / weight for band in range(3)]
    return np.rint(np.column_stack(means)[np.argsort(-weight)[:PALETTE_SIZE]])


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["http://127.0.0.1:8000"]))
