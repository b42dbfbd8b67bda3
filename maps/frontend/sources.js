/* Tile sources: embedded features, the service, and clusters of points. */
"use strict";

(function (G) {
  const MARGIN = 64; // pixels rendered beyond the tile's edge, so that strokes and dots are not clipped

  const within = (box, west, north, east, south) =>
    box.maxX >= west && box.minX <= east && box.maxY >= north && box.minY <= south;

  function placed(feature, rings, place) {
    const geom = rings.map((ring) => ring.map(place));
    const low = place({ x: feature.extent.minX, y: feature.extent.minY });
    const high = place({ x: feature.extent.maxX, y: feature.extent.maxY });
    const bbox = { minX: low.x, minY: low.y, maxX: high.x, maxY: high.y };
    return { props: feature.props, geomType: feature.type, geom, bbox, numVertices: 0 };
  }

  /* Cuts embedded features into tiles, without loss of precision at any zoom. */
  class Embedded {
    constructor(name, features) {
      this.name = name;
      this.features = features;
      this.anchors = features.filter((feature) => feature.anchor).map((feature) => anchored(feature));
    }

    async get({ z, x, y }, size) {
      const world = 2 ** z;
      const margin = MARGIN / size / world;
      const place = (corner) => G.corner((corner.x * world - x) * size, (corner.y * world - y) * size);
      const cut = (features, edge) =>
        features
          .filter(({ extent }) =>
            within(extent, x / world - edge, y / world - edge, (x + 1) / world + edge, (y + 1) / world + edge))
          .map((feature) => placed(feature, feature.rings, place));
      return new Map([
        [this.name, cut(this.features, margin)],
        [`${this.name}_labels`, cut(this.anchors, 0)],
      ]);
    }
  }

  function anchored(feature) {
    const at = G.project(...feature.anchor);
    const extent = { minX: at.x, minY: at.y, maxX: at.x, maxY: at.y };
    return { props: feature.props, type: 1, rings: [[at]], extent };
  }

  const SAME_EVERY_DAY = new Set(["areas", "backdrop"]);

  /* Requests tiles from the service. An error response throws instead of giving an empty tile. */
  function served(name, more, on) {
    const { tileUrl, tileQuery, tileVersions } = G.config.service;
    const query = new URLSearchParams(SAME_EVERY_DAY.has(name) ? "" : tileQuery.replace("{on}", on));
    for (const [key, value] of more) query.set(key, value);
    if (tileVersions[name]) query.set("version", tileVersions[name]);
    const address = `${tileUrl.replace("{layer}", name)}?${query}`;
    return new protomapsL.PmtilesSource(
      {
        async getZxy(z, x, y, signal) {
          const answer = await fetch(
            address.replace("{z}", z).replace("{x}", x).replace("{y}", y), { signal });
          if (answer.status === 204 || answer.status === 404) return undefined;
          if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
          const data = await answer.arrayBuffer();
          return data.byteLength ? { data } : undefined;
        },
      },
      false, // a layer asks for tiles of two zooms at once: one must not cancel those of the other
    );
  }

  /* Clusters the points of a tile by square cells; a single point stays as it is. */
  class Clusters {
    constructor(name, cache, shown) {
      this.name = name;
      this.cache = cache;
      this.shown = shown;
    }

    async get(tile, size) {
      const points = (await this.cache.get(tile)).get(this.name) ?? [];
      const squares = new Map();
      const side = size / Math.round(7 / G.state.scale);
      for (const point of points) {
        const { x, y } = point.geom[0][0];
        if (x < 0 || y < 0 || x >= size || y >= size || !this.shown(point.props)) continue;
        const key = `${Math.floor(x / side)}:${Math.floor(y / side)}`;
        if (!squares.has(key)) squares.set(key, []);
        squares.get(key).push(point);
      }
      return new Map([[this.name, [...squares.values()].map((points) => bubble(points, side))]]);
    }
  }

  /* Keeps the cluster inside its cell, so that clusters do not overlap. */
  function bubble(points, side) {
    const total = points.reduce((sum, point) => sum + (point.props.count ?? 1), 0);
    const open = points.filter((point) => ["open", "in_progress"].includes(point.props.status));
    const unsettled = open.reduce((sum, point) => sum + (point.props.count ?? 1), 0);
    const radius = G.state.scale * (total === 1 ? 5 : Math.min(24, 10 + 2.2 * Math.log2(total)));
    const middle = (axis) => {
      const sum = points.reduce((all, point) => all + point.geom[0][0][axis], 0);
      const edge = Math.floor(points[0].geom[0][0][axis] / side) * side;
      return Math.min(Math.max(sum / points.length, edge + radius + 1), edge + side - radius - 1);
    };
    const at = G.corner(middle("x"), middle("y"));
    const bbox = { minX: at.x - radius, minY: at.y - radius, maxX: at.x + radius, maxY: at.y + radius };
    const props = total === 1 ? points[0].props : { cluster: total, unsettled, radius };
    return { props, geomType: 1, geom: [[at]], bbox, numVertices: 1 };
  }

  /* Returns the query parameters of a layer's tiles besides the date. */
  function asked(name) {
    const { areaLevel, period: { from, to } } = G.state;
    const query = name === "areas" ? { level: areaLevel } : name === "issues" ? { since: from, until: to } : {};
    return Object.entries(query).filter(([, value]) => value);
  }

  const caches = new Map();
  const SIZE = 512;

  const MOST_CACHES = 24; // FIFO eviction

  /* Returns the tile cache of a layer on a date, shared by the map layers that render the same tiles. */
  G.cache = function (name, on = G.state.on) {
    const more = G.data ? [] : asked(name);
    const day = G.data || SAME_EVERY_DAY.has(name) ? G.config.on : on;
    const key = `${name} ${more} ${day}`;
    if (!caches.has(key)) {
      const source = G.data ? new Embedded(name, G.features(name)) : served(name, more, day);
      caches.set(key, new protomapsL.TileCache(source, SIZE));
      if (caches.size > MOST_CACHES) caches.delete(caches.keys().next().value);
    }
    return caches.get(key);
  };

  /* A tile source that loads only tiles that will be rendered, always of the current date. */
  class Gate {
    constructor(cache, wanted) {
      this.cache = cache;
      this.wanted = wanted;
      this.tileSize = SIZE;
    }

    async get(tile) {
      for (;;) {
        if (!this.wanted(tile.z + 1)) return new Map();
        const cache = this.cache();
        const found = await cache.get(tile);
        if (cache === this.cache()) return found; // otherwise the date changed during loading
      }
    }

    queryFeatures(...asked) {
      return this.cache().queryFeatures(...asked);
    }
  }

  /* `cache` is a function, because the date may change. */
  G.gate = (cache, wanted) => new Gate(cache, wanted);

  /* Returns a view of tiles for the screen; each tile has a reference to its view. */
  G.view = function (cache) {
    const view = new protomapsL.View(cache, G.data ? 22 : G.style.maxDataZoom, 1);
    const ask = view.getDisplayTile.bind(view);
    view.getDisplayTile = async (tile) => ({ ...(await ask(tile)), view });
    return view;
  };

  G.clusters = (name, shown) => new protomapsL.TileCache(
    G.state.heat ? new G.Heat(name, G.cache(name), shown) : new Clusters(name, G.cache(name), shown), SIZE);

  const unpacked = new Map();

  /* Returns the embedded features of a layer. */
  G.features = function (name) {
    if (!unpacked.has(name)) unpacked.set(name, G.data?.[name] ? G.unpack(G.data[name]) : []);
    return unpacked.get(name);
  };
})(window.Gridward);
