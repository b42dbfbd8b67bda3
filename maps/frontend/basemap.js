/* The basemap; the BasemapLayer element calls `Gridward.basemap`.

   The city's own backdrop is on the map until all tiles of the basemap in view have come, and
   returns when one fails, with a note. */
"use strict";

(function (G) {
  const PATIENCE = 4000; // milliseconds until tiles that have not come count as missing
  const RETRY = 30_000; // milliseconds between attempts

  let watch = null;

  G.basemap = function (url, options) {
    if (!G.config) G.load();
    const layer = options.datum === "gcj02" ? new G.ShiftedTiles(url, options) : L.tileLayer(url, options);
    watch = new BasemapWatch(layer);
    return layer;
  };

  /* Whether the basemap replaces the backdrop. */
  G.showsBasemap = () => Boolean(watch?.shown);

  /* Shows the backdrop and the note on a map from now on; without a basemap it does nothing. */
  G.watchBasemap = (map) => watch?.open(map);

  class BasemapWatch {
    constructor(layer) {
      Object.assign(this, { layer, urls: new Map(), failed: new Set(), arrived: new Set(), shown: false, text: "" });
      layer.on("tileloadstart", ({ tile, coords }) => this.urls.set(tile, layer.getTileUrl(coords)));
      layer.on("tileload", ({ tile }) => this.record(tile, this.arrived));
      layer.on("tileerror", ({ tile }) => this.record(tile, this.failed));
      layer.on("tileunload tileabort", ({ tile }) => this.forget(tile));
      layer.on("loading", () => this.wait());
      layer.on("load", () => this.settle());
    }

    open(map) {
      this.map = map;
      this.note = G.mapNote(map);
      map.on("layeradd layerremove", ({ layer }) => layer === this.layer && this.update());
      window.addEventListener("online", () => this.retry());
      setInterval(() => document.hidden || this.retry(), RETRY);
      this.update();
    }

    /* A tile that was removed before its error came does not count. */
    record(tile, outcome) {
      if (this.urls.has(tile)) outcome.add(tile);
      this.update();
    }

    forget(tile) {
      for (const tiles of [this.urls, this.arrived, this.failed]) tiles.delete(tile);
    }

    wait() {
      this.loading = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        this.late = true;
        this.update();
      }, PATIENCE);
    }

    settle() {
      clearTimeout(this.timer);
      this.loading = this.late = false;
      this.update();
    }

    /* While tiles are loading, backdrop and note stay as they are. */
    update() {
      if (!this.map) return;
      const present = this.map.hasLayer(this.layer);
      const missing = present && (this.failed.size > 0 || this.late);
      if (present && !missing && this.loading) return;
      this.say(missing ? (this.arrived.size ? "basemap_incomplete" : "basemap_unreachable") : "");
      this.show(present && !missing && this.arrived.size > 0);
    }

    say(key) {
      if (key === this.text) return;
      this.text = key;
      this.note.show(key ? G.word(key) : "");
    }

    show(shown) {
      if (shown === this.shown) return;
      this.shown = shown;
      const { backdrop } = G.layers;
      if (backdrop && shown) this.map.removeLayer(backdrop);
      else if (backdrop) this.map.addLayer(backdrop);
      G.divider?.match();
      G.refresh("shade");
    }

    /* Requests a tile that failed; when it comes, all are requested again. */
    retry() {
      if (!this.map?.hasLayer(this.layer)) return;
      const [tile] = this.failed;
      if (tile) {
        const probe = new Image();
        probe.onload = () => this.failed.size && this.layer.redraw();
        probe.src = this.urls.get(tile);
      } else if (this.late && !this.arrived.size) this.layer.redraw();
    }
  }
})(window.Gridward);
