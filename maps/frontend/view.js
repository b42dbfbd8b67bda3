/* The features of a layer in the current view, read from its tiles. */
"use strict";

(function (G) {
  /* Returns the features of a layer in view, each once: [{props, lon, lat}]; null when loading fails. */
  G.inView = async function (map, name, on = G.state.on) {
    const view = map.getBounds();
    const low = G.project(view.getWest(), view.getNorth());
    const high = G.project(view.getEast(), view.getSouth());
    const extent = { minX: low.x, minY: low.y, maxX: high.x, maxY: high.y };
    try {
      const found = G.data ? G.features(name).map((feature) => ({ props: feature.props, ...feature.extent }))
        : await fromTiles(name, G.zoom(map), extent, on);
      return distinct(found.filter((feature) => meets(feature, extent)));
    } catch {
      return null; // the layer reports the error
    }
  };

  const meets = (a, b) => a.maxX >= b.minX && a.minX <= b.maxX && a.maxY >= b.minY && a.minY <= b.maxY;

  async function fromTiles(name, zoom, extent, on) {
    const cache = G.cache(name, on);
    const z = Math.max(0, Math.min(zoom - 1, G.style.maxDataZoom));
    const world = 2 ** z;
    const asked = [];
    for (let x = Math.floor(extent.minX * world); x <= Math.floor(extent.maxX * world); x++) {
      for (let y = Math.floor(extent.minY * world); y <= Math.floor(extent.maxY * world); y++) {
        if (x < 0 || y < 0 || x >= world || y >= world) continue;
        const place = (side, at) => (side / cache.tileSize + at) / world;
        asked.push(cache.get({ z, x, y }).then((tile) => whole(tile, name).map(({ props, bbox }) => ({
          props, minX: place(bbox.minX, x), minY: place(bbox.minY, y), maxX: place(bbox.maxX, x), maxY: place(bbox.maxY, y),
        }))));
      }
    }
    return (await Promise.all(asked)).flat();
  }

  /* Returns the features of a tile; throws for a tile that has counts instead of buildings. */
  function whole(tile, name) {
    if (name === "buildings" && tile.get("clusters")?.length) throw new Error("crowded");
    return tile.get(name) ?? [];
  }

  function distinct(found) {
    const byCode = new Map();
    for (const feature of found) {
      const { props } = feature;
      const key = props.code ?? props.ref;
      if (!byCode.has(key)) byCode.set(key, { props, ...middle(feature) });
    }
    return [...byCode.values()];
  }

  function middle({ minX, minY, maxX, maxY }) {
    const y = (minY + maxY) / 2;
    return { lon: ((minX + maxX) / 2 - 0.5) * 360, lat: (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI };
  }

  const english = new Map(); // attributes from tiles by code; rows of figures have no English names

  /* Returns the name of an area or grid in the page's language, if known. */
  G.nameOf = (code) => (G.config.language === "en" && english.get(code)?.name_en) || G.register().name(code);

  /* Returns rows with the English names that tiles in view have. */
  G.namedRows = async function (map, level, rows) {
    const seen = (await G.inView(map, level === "grid" ? "grids" : "areas")) ?? [];
    for (const { props: { code, name_en, community_code } } of seen) english.set(code, { name_en, community_code });
    return rows.map((row) => ({ ...english.get(row.code), ...row }));
  };

  /* Calls back when the map has stopped moving. */
  G.whenStill = function (map, then) {
    let timer;
    map.on("moveend", () => {
      clearTimeout(timer);
      timer = setTimeout(then, 150);
    });
  };
})(window.Gridward);
