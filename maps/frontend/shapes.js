/* Geometry functions for GeoJSON polygons: point in polygon, extent, label point, shared edges. */
"use strict";

(function (G) {
  const parts = ({ type, coordinates }) => (type === "MultiPolygon" ? coordinates : type === "Polygon" ? [coordinates] : []);

  /* Whether a ray from a point crosses a ring an odd number of times. */
  function odd(ring, [x, y]) {
    let inside = false;
    for (let at = 0, last = ring.length - 1; at < ring.length; last = at++) {
      const [ax, ay] = ring[at];
      const [bx, by] = ring[last];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    return inside;
  }

  G.holds = (geometry, point) =>
    parts(geometry).some((rings) => rings.filter((ring) => odd(ring, point)).length % 2 === 1);

  /* West, south, east, north. */
  G.extent = function (geometry) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const flat = geometry.coordinates.flat(Infinity);
    for (let at = 0; at < flat.length; at += 2) {
      box[0] = Math.min(box[0], flat[at]);
      box[1] = Math.min(box[1], flat[at + 1]);
      box[2] = Math.max(box[2], flat[at]);
      box[3] = Math.max(box[3], flat[at + 1]);
    }
    return box;
  };

  G.meet = (a, b) => a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1];

  /* Returns a point inside: the middle of the widest section at half height. */
  G.spot = function (geometry) {
    const [, south, , north] = G.extent(geometry);
    const y = (south + north) / 2 + (north - south) * 1e-7;
    const crossings = parts(geometry).flat().flatMap((ring) => crossed(ring, y)).sort((a, b) => a - b);
    let best = [crossings[0], crossings[1]];
    for (let at = 0; at + 1 < crossings.length; at += 2) {
      if (crossings[at + 1] - crossings[at] > best[1] - best[0]) best = [crossings[at], crossings[at + 1]];
    }
    return [(best[0] + best[1]) / 2, y];
  };

  function crossed(ring, y) {
    const found = [];
    for (let at = 0; at + 1 < ring.length; at++) {
      const [ax, ay] = ring[at];
      const [bx, by] = ring[at + 1];
      if (ay > y !== by > y) found.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
    }
    return found;
  }

  /* Returns the borders of polygons, shared ones once: dashes drawn twice would fill each other's gaps. */
  G.edges = function (geometries) {
    const seen = new Set();
    const runs = [];
    for (const ring of geometries.flatMap((geometry) => parts(geometry).flat())) {
      let run = [];
      for (let at = 0; at + 1 < ring.length; at++) {
        const key = [ring[at], ring[at + 1]].map(String).sort().join(" ");
        const fresh = !seen.has(key);
        seen.add(key);
        if (fresh) run = run.length ? [...run, ring[at + 1]] : [ring[at], ring[at + 1]];
        if ((!fresh || at + 2 === ring.length) && run.length) {
          runs.push(run);
          run = [];
        }
      }
    }
    return runs;
  };

  G.toBounds = ([west, south, east, north]) => [[south, west], [north, east]];
})(window.Gridward);
