/* Issues from afar as a heat map: squares of one size on the ground, the darker the more issues they hold. */
"use strict";

(function (G) {
  const ACROSS = 16; // squares along a tile's side: 32 pixels each
  const BOUNDS = [1, 2, 4, 8, 16, 32];
  const CLOSE = 14; // the zoom at which they hold; a square from further out covers more ground and holds more

  const bounds = (zoom) => BOUNDS.map((bound, at) => (at ? bound * 3 ** Math.max(0, CLOSE - zoom) : bound));

  /* Shades are those of the loads, few to many: one hue, so that print and every eye keep the order. */
  G.heatShade = (zoom, count) => G.style.heat[bounds(zoom).filter((bound) => count >= bound).length - 1];

  G.heatClasses = (zoom) =>
    bounds(zoom).map((from, at, all) => ({ colour: G.style.heat[at], from, to: all[at + 1] ? all[at + 1] - 1 : null }));

  /* Counts a tile's points into squares. */
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
