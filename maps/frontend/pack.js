/* Decodes the features of a stand-alone page: columns, and delta-encoded integer coordinates. */
"use strict";

(function (G) {
  const SCALE = 1e6;
  const POLYGON = 3;

  /* A point with the methods that protomaps-leaflet expects. */
  class Corner {
    constructor(x, y) {
      this.x = x;
      this.y = y;
    }

    clone() {
      return new Corner(this.x, this.y);
    }

    mult(factor) {
      this.x *= factor;
      this.y *= factor;
      return this;
    }

    add(other) {
      this.x += other.x;
      this.y += other.y;
      return this;
    }
  }

  G.corner = (x, y) => new Corner(x, y);

  /* Projects to Web Mercator with the world between 0 and 1, x to the east and y to the south. */
  G.project = function (lon, lat) {
    const sine = Math.sin((lat * Math.PI) / 180);
    return { x: lon / 360 + 0.5, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
  };

  function column(packed) {
    if (Array.isArray(packed)) return packed;
    if (packed.index) return packed.index.map((at) => packed.values[at]);
    let minute = 0;
    return packed.minutes.map((step) => new Date((minute += step) * 60000).toISOString());
  }

  function properties({ count, columns }) {
    const rows = Array.from({ length: count }, () => ({}));
    for (const [name, packed] of Object.entries(columns)) {
      column(packed).forEach((value, at) => {
        if (value !== null) rows[at][name] = value;
      });
    }
    return rows;
  }

  function walker(deltas) {
    let at = 0;
    let lon = 0;
    let lat = 0;
    return function () {
      lon += deltas[at++];
      lat += deltas[at++];
      return [lon / SCALE, lat / SCALE];
    };
  }

  function shapes({ types, parts, sizes, deltas }) {
    const next = walker(deltas);
    let part = 0;
    return parts.map((count, at) => {
      const type = Array.isArray(types) ? types[at] : types;
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      const rings = [];
      for (let ring = 0; ring < count; ring++) {
        const corners = [];
        for (let corner = 0; corner < sizes[part]; corner++) {
          const [lon, lat] = next();
          corners.push(G.project(lon, lat));
          box[0] = Math.min(box[0], lon);
          box[1] = Math.min(box[1], lat);
          box[2] = Math.max(box[2], lon);
          box[3] = Math.max(box[3], lat);
        }
        if (type === POLYGON) corners.push(corners[0]);
        rings.push(corners);
        part++;
      }
      return { type, rings, box };
    });
  }

  /* Returns features {props, type, rings, box, extent}: rings and extent in Mercator, box in degrees. */
  G.unpack = function (packed) {
    const rows = properties(packed);
    const anchor = packed.labels ? walker(packed.labels) : null;
    return shapes(packed.geometry).map((shape, at) => {
      const [west, south, east, north] = shape.box;
      const low = G.project(west, north);
      const high = G.project(east, south);
      const extent = { minX: low.x, minY: low.y, maxX: high.x, maxY: high.y };
      return { ...shape, props: rows[at], extent, anchor: anchor ? anchor() : null };
    });
  };
})(window.Gridward);
