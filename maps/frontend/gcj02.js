/* Basemap tiles in GCJ-02, the datum of Chinese web maps, placed where WGS 84 tiles would be. */
"use strict";

(function (G) {
  const [WEST, SOUTH, EAST, NORTH] = [72.004, 0.8293, 137.8347, 55.8271]; // the box where the two differ
  const SEMI_MAJOR = 6378245;
  const ECCENTRICITY_SQUARED = 0.00669342162296594323;

  const waves = (x, terms) => terms.reduce((sum, [amplitude, half]) => sum + amplitude * Math.sin((Math.PI * x) / half), 0);

  /* Returns the GCJ-02 longitude and latitude of a WGS 84 point: geo/geometry/datums.py in JavaScript. */
  G.toGcj02 = function ([lon, lat]) {
    if (lon < WEST || lon > EAST || lat < SOUTH || lat > NORTH) return [lon, lat];
    const [x, y] = [lon - 105, lat - 35];
    const ripple = 20 * Math.sin(6 * Math.PI * x) + 20 * Math.sin(2 * Math.PI * x);
    const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x))
      + (2 / 3) * (ripple + waves(x, [[20, 1], [40, 3], [150, 12], [300, 30]]));
    const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x))
      + (2 / 3) * (ripple + waves(y, [[20, 1], [40, 3], [160, 12], [320, 30]]));
    const phi = (lat * Math.PI) / 180;
    const curvature = 1 - ECCENTRICITY_SQUARED * Math.sin(phi) ** 2;
    const vertical = SEMI_MAJOR / Math.sqrt(curvature);
    const meridian = (vertical * (1 - ECCENTRICITY_SQUARED)) / curvature;
    const degrees = (metres, radius) => ((metres / radius) * 180) / Math.PI;
    return [lon + degrees(east, vertical * Math.cos(phi)), lat + degrees(north, meridian)];
  };

  const SIZE = 256; // pixels along the side of a tile
  const ROW = 64; // pixels: over this height the shift is linear to some centimetres
  const STRAIGHT = 0.003; // degrees of longitude: over this width the shift to the north changes by one metre
  const WHOLE_PIXELS = 18; // from this zoom a pixel is so small that whole ones are exact enough, and stay sharp

  /* Returns the width of the columns, in pixels, in which a tile of a zoom is shifted. */
  function columnWidth(z) {
    const fits = Math.floor(Math.log2((STRAIGHT / 360) * SIZE * 2 ** z));
    return 2 ** Math.min(Math.max(fits, 0), Math.log2(SIZE));
  }

  const lonLat = (x, y) => [(x - 0.5) * 360, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI];

  /* Returns the cells of a WGS 84 tile, and where their content is among the GCJ-02 tiles of its zoom.

     `left`, `top`, `width`, `height` are pixels of the tile; `west`, `north`, `east`, `south` are pixels
     of the zoom, of which a tile has 256 on a side. */
  G.shiftedCells = function ({ x, y, z }) {
    const world = SIZE * 2 ** z;
    const source = (left, top) => {
      const at = G.project(...G.toGcj02(lonLat((x * SIZE + left) / world, (y * SIZE + top) / world)));
      return [at.x * world, at.y * world];
    };
    const near = z < WHOLE_PIXELS ? (pixels) => pixels : Math.round;
    const width = columnWidth(z);
    const height = width === SIZE ? SIZE : ROW;
    const cells = [];
    for (let left = 0; left < SIZE; left += width) {
      for (let top = 0; top < SIZE; top += height) {
        const [column, row] = [left + width / 2, top + height / 2];
        const [west, north] = [near(source(left, row)[0]), near(source(column, top)[1])];
        const [east, south] = z < WHOLE_PIXELS ? [source(left + width, row)[0], source(column, top + height)[1]] : [west + width, north + height];
        cells.push({ left, top, width, height, west, north, east, south });
      }
    }
    return cells;
  };

  const MAX_IMAGES = 256; // source images: each is part of up to four tiles

  /* A tile layer whose tiles are drawn from GCJ-02 images. */
  const ShiftedTiles = L.TileLayer.extend({
    initialize(url, options) {
      L.TileLayer.prototype.initialize.call(this, url, options);
      this.images = new Map(); // by URL: {image, loaded, tiles}
      this.on("tileunload tileabort", ({ tile }) => this.abandon(tile));
    },

    createTile(coords, done) {
      const tile = L.DomUtil.create("canvas");
      const ratio = window.devicePixelRatio > 1 ? 2 : 1;
      tile.width = tile.height = SIZE * ratio;
      this.fill(tile, coords, ratio).then(() => {
        tile.complete = true; // like an image: it stays until the tiles of another zoom have come
        done(null, tile);
      }, (error) => done(error, tile));
      return tile;
    },

    async fill(tile, coords, ratio) {
      const cells = G.shiftedCells(coords);
      const across = range(cells.flatMap(({ west, east }) => [west, east]));
      const down = range(cells.flatMap(({ north, south }) => [north, south]));
      const sources = across.flatMap((x) => down.map((y) => ({ x, y, z: coords.z })));
      const images = await Promise.all(sources.map((source) => this.image(this.getTileUrl(source), tile)));
      const mosaic = document.createElement("canvas");
      const scale = Math.max(1, images[0].naturalWidth / SIZE);
      mosaic.width = across.length * SIZE * scale;
      mosaic.height = down.length * SIZE * scale;
      const pen = mosaic.getContext("2d");
      sources.forEach(({ x, y }, at) =>
        pen.drawImage(images[at], (x - across[0]) * SIZE * scale, (y - down[0]) * SIZE * scale, SIZE * scale, SIZE * scale));
      const ctx = tile.getContext("2d");
      ctx.scale(ratio, ratio);
      for (const { left, top, width, height, west, north, east, south } of cells) {
        const [sx, sy] = [(west - across[0] * SIZE) * scale, (north - down[0] * SIZE) * scale];
        ctx.drawImage(mosaic, sx, sy, (east - west) * scale, (south - north) * scale, left, top, width, height);
      }
    },

    /* Loads an image for a tile, once for all tiles that need it. */
    image(url, tile) {
      if (!this.images.has(url)) {
        const image = new Image();
        const loaded = new Promise((resolve, reject) => {
          image.onload = () => resolve(image);
          image.onerror = () => {
            this.images.delete(url);
            reject(new Error(url));
          };
        });
        image.src = url;
        this.images.set(url, { image, loaded, tiles: new Set() });
        if (this.images.size > MAX_IMAGES) this.images.delete(this.images.keys().next().value);
      }
      const entry = this.images.get(url);
      entry.tiles.add(tile);
      return entry.loaded;
    },

    /* Cancels the requests that only a removed tile waits for. */
    abandon(tile) {
      for (const [url, { image, tiles }] of this.images) {
        if (!tiles.delete(tile) || tiles.size || image.complete) continue;
        this.images.delete(url);
        image.src = L.Util.emptyImageUrl;
      }
    },
  });

  /* Returns the indexes of the tiles that a range of pixels lies in. */
  function range(pixels) {
    const [first, last] = [Math.floor(Math.min(...pixels) / SIZE), Math.ceil(Math.max(...pixels) / SIZE) - 1];
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  }

  G.ShiftedTiles = ShiftedTiles;
})(window.Gridward);
