/* One layer of vector tiles on the map; Folium's VectorTiles element calls `Gridward.tiles`. */
"use strict";

(function (G) {
  const LABELLED_TILES = 64;

  G.layers = {};

  /* Returns a Leaflet layer that draws `options.layer` by its rules, out of the page or from the service. */
  G.tiles = function (options) {
    if (!G.config) G.load();
    return (G.layers[options.layer] = G.drawn(options.layer, options));
  };

  /* A layer of the day shown or, with `then`, of the day that it is compared with. */
  G.drawn = function (name, options = {}) {
    const day = () => (options.then ? G.state.then : G.state.on);
    const layer = protomapsL.leafletLayer({
      sources: {},
      paintRules: G.paint[name]?.(day) ?? [],
      labelRules: name === "names" ? G.names(day) : [],
      attribution: "",
      lang: G.config.language,
      pane: "tilePane",
      zIndex: options.zIndex,
    });
    layer.name = name;
    layer.day = day;
    layer.views = views(name, layer.day);
    layer.refresh = refresh;
    relabel(layer);
    return layer;
  };

  /* The tiles that a layer draws, by the name its rules use for them. */
  function views(name, day) {
    const view = (of, wanted = () => true) => G.view(G.gate(() => G.cache(of, day()), (zoom) => !G.opening && wanted(zoom)));
    if (name === "issues") return new Map([["", view(name, G.isApart)], ["clusters", gathered()]]);
    if (name === "shade") return new Map([["areas", view("areas", () => !G.byGrid())], ["grids", view("grids", G.byGrid)]]);
    if (name === "names") return new Map([["areas", view("areas")], ["grids", view("grids", G.namesGrids)]]);
    if (name === "borders") return new Map([["", view("areas")]]);
    if (name === "grids") return new Map([["", view(name, (zoom) => G.byGrid() || from("grids")(zoom))]]);
    return new Map([["", view(name, name === "buildings" ? from("buildings") : undefined)]]);
  }

  const from = (what) => (zoom) => zoom >= G.style.zooms[what];

  let clusters; // of what is shown now: tiles gathered before a filter was set are not drawn after it

  function gathered() {
    clusters = G.clusters("issues", (props) => G.isShown(props));
    return G.view(G.gate(() => clusters, (zoom) => !G.opening && !G.isApart(zoom)));
  }

  /* Whether issues are drawn one by one, no longer in bubbles. */
  G.isApart = (zoom) => zoom >= G.style.zooms.dots;

  function relabel(layer) {
    const { scratch, labelRules, onTilesInvalidated } = layer;
    const labelers = new protomapsL.Labelers(scratch, labelRules, LABELLED_TILES, onTilesInvalidated);
    const add = labelers.add.bind(labelers);
    // A tile is labelled once: one that was on its way when the views changed must not be the one.
    labelers.add = (zoom, tiles) =>
      add(zoom, new Map([...tiles].filter(([name, [tile]]) => tile.view === layer.views.get(name))));
    layer.labelers = labelers;
  }

  /* Draws again, after something that the rules look at has changed. */
  function refresh() {
    this.views = views(this.name, this.day);
    relabel(this);
    if (this._map) this.rerenderTiles();
  }

  const stale = new Set();

  /* Draws layers again at the next frame, once however often they were named until then. */
  G.refresh = function (...names) {
    if (!stale.size) requestAnimationFrame(redraw);
    for (const name of names) stale.add(name);
  };

  function redraw() {
    const names = [...stale];
    stale.clear();
    for (const name of names) {
      G.layers[name]?.refresh();
      G.layers[`then-${name}`]?.refresh();
    }
  }

  /* Whether layers still wait to be drawn again. */
  G.isStale = () => stale.size > 0;

  /* Calls back once all tiles of the map stand. */
  G.whenDrawn = function (on, then) {
    const ask = () => {
      const loading = Object.values(G.layers).some((layer) => on.hasLayer(layer) && layer.isLoading());
      if (loading || G.isStale()) setTimeout(ask, 60);
      else then();
    };
    setTimeout(ask, 60);
  };

  /* Between two whole zooms the map shrinks its tiles; what is drawn on them grows to make up for it. */
  G.rescale = function (map) {
    const scale = 2 ** (G.zoom(map) - map.getZoom());
    if (scale === G.state.scale) return;
    G.state.scale = scale;
    G.refresh(...Object.keys(G.layers));
  };

  /* The zoom of the tiles that a map shows. */
  G.zoom = (map) => Math.round(map.getZoom());

  /* What is drawn at a place, topmost first: [{layer, props}]. */
  G.at = function (map, { lng, lat }) {
    const zoom = G.zoom(map);
    const found = [];
    const asked = G.config.kind === "issues" ? ["issues", "shade"] : ["buildings", "shade"];
    for (const name of asked) {
      const layer = G.layerAt(map, { lat, lng }, name);
      if (!layer || !map.hasLayer(layer)) continue;
      for (const [source, picked] of layer.queryTileFeaturesDebug(lng, lat, name === "issues" ? 12 : 4)) {
        for (const { layerName, feature } of picked) {
          if (layerName === "crowds") continue;
          const drawn = layer.paintRules.some((rule) => draws(rule, source, layerName, zoom, feature));
          const props = name === "shade" && G.told ? G.told(feature.props, layer.day()) : feature.props;
          if (drawn) found.push({ layer: layerName, props });
        }
      }
    }
    return found;
  };

  const draws = (rule, source, layerName, zoom, feature) =>
    (rule.dataSource ?? "") === source && rule.dataLayer === layerName
    && zoom >= (rule.minzoom ?? 0) && (!rule.filter || rule.filter(zoom, feature));
})(window.Gridward);
