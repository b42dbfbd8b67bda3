/* The heat map of issues at low zoom: square cells of equal size, the darker the more issues. */
"use strict";

(function (G) {
  const ACROSS = 16; // cells along the side of a tile: 32 pixels each
  const BOUNDS = [1, 2, 4, 8, 16, 32];
  const CLOSE = 14; // the zoom of these bounds; at lower zooms cells are larger and contain more issues

  const bounds = (zoom) => BOUNDS.map((bound, at) => (at ? bound * 3 ** Math.max(0, CLOSE - zoom) : bound));

  /* Returns the colour of a count: one hue, light to dark, which keeps the order in print. */
  G.heatShade = (zoom, count) => G.style.heat[bounds(zoom).filter((bound) => count >= bound).length - 1];

  G.heatClasses = (zoom) =>
    bounds(zoom).map((from, at, all) => ({ colour: G.style.heat[at], from, to: all[at + 1] ? all[at + 1] - 1 : null }));

  /* A tile source that counts the points of a tile by cell. */
  G.Heat = class {
    constructor(name, cache, shown) {
      Object.assign(this, { name, cache, shown });
    }

    async get(tile, size) {
      const side = size / ACROSS;
      const squares = new Map();
      for (const { geom: [[{ x, y }]], props } of (await this.cache.get(tile)).get(this.name) ?? []) {
        if (x < 0 || y < 0 || x >= size || y >= size || !this.shown(props)) continue;
        const key = Math.floor(y / side) * ACROSS + Math.floor(x / side);
        squares.set(key, (squares.get(key) ?? 0) + (props.count ?? 1));
      }
      return new Map([["heat", [...squares].map(([key, count]) => square((key % ACROSS) * side, Math.floor(key / ACROSS) * side, side, count))]]);
    }
  };

  function square(x, y, side, heat) {
    const ring = [[0, 0], [side, 0], [side, side], [0, side], [0, 0]].map(([dx, dy]) => G.corner(x + dx, y + dy));
    return { props: { heat }, geomType: 3, geom: [ring], bbox: { minX: x, minY: y, maxX: x + side, maxY: y + side }, numVertices: 5 };
  }
})(window.Gridward);
