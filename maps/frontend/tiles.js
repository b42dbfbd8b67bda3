/* Vector tile layers; the VectorTileLayer element calls `Gridward.tiles`. */
"use strict";

(function (G) {
  const LABELLED_TILES = 64;

  G.layers = {};

  /* Returns a Leaflet layer that renders `options.layer` by its style rules. */
  G.tiles = function (options) {
    if (!G.config) G.load();
    return (G.layers[options.layer] = G.drawn(options.layer, options));
  };

  /* Returns a layer of the date shown or, with `then`, of the earlier date of a comparison. */
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
    renderLatest(layer);
    relabel(layer);
    return layer;
  };

  /* Returns the tile views of a layer by the data source name of its rules. */
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

  let clusters; // replaced when a filter changes, so that old clusters are not rendered

  function gathered() {
    clusters = G.clusters("issues", (props) => G.isShown(props));
    return G.view(G.gate(() => clusters, (zoom) => !G.opening && !G.isApart(zoom)));
  }

  /* Whether issues are shown one by one instead of in clusters. */
  G.isApart = (zoom) => zoom >= G.style.zooms.dots;

  /* Lets only the last rendering of each tile paint, and counts those under way.

     Tiles of the zoom before are skipped, and stay as they are until the map removes them: rendering
     one of them again would make the layer discard all tiles of the current zoom. A tile gets a new
     key for each rendering: one that began before the level or the date changed may take longer than
     the one after it, and the layer drops what has another key than its tile. */
  function renderLatest(layer) {
    const render = layer.renderTile.bind(layer);
    let count = 0;
    layer.rendering = 0;
    layer.renderTile = async (coords, element, key, loaded = element.loaded) => {
      if (coords.z !== layer._tileZoom) return;
      element.loaded = loaded;
      element.key = `${key} ${(count += 1)}`;
      layer.rendering += 1;
      await render(coords, element, element.key, () => {
        element.loaded?.();
        element.loaded = null; // the map counts a tile once
      }).finally(() => (layer.rendering -= 1));
    };
  }

  function relabel(layer) {
    const { scratch, labelRules, onTilesInvalidated } = layer;
    const labelers = new protomapsL.Labelers(scratch, labelRules, LABELLED_TILES, onTilesInvalidated);
    const add = labelers.add.bind(labelers);
    // A tile is labelled once: skip tiles that were loading when the views changed.
    labelers.add = (zoom, tiles) =>
      add(zoom, new Map([...tiles].filter(([name, [tile]]) => tile.view === layer.views.get(name))));
    layer.labelers = labelers;
  }

  /* Renders the layer again after an input of its rules changed. */
  function refresh() {
    this.views = views(this.name, this.day);
    relabel(this);
    if (this._map) this.rerenderTiles();
  }

  const stale = new Set();

  /* Renders layers again at the next frame, once for any number of calls. */
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

  /* Whether layers are waiting to be rendered again. */
  G.isStale = () => stale.size > 0;

  /* Calls back when all tiles of the map are rendered. */
  G.whenDrawn = function (on, then) {
    const ask = () => {
      const loading = Object.values(G.layers).some((layer) => on.hasLayer(layer) && (layer.isLoading() || layer.rendering));
      if (loading || G.isStale() || G.areFiguresLoaded?.() === false) setTimeout(ask, 60);
      else then();
    };
    setTimeout(ask, 60);
  };

  /* At fractional zooms the map scales its tiles down; symbols are enlarged to compensate. */
  G.rescale = function (map) {
    const scale = 2 ** (G.zoom(map) - map.getZoom());
    if (scale === G.state.scale) return;
    G.state.scale = scale;
    G.refresh(...Object.keys(G.layers));
  };

  /* Returns the zoom of the tiles that a map shows. */
  G.zoom = (map) => Math.round(map.getZoom());

  /* Returns the features at a location, topmost first: [{layer, props}]. */
  G.at = function (map, { lng, lat }) {
    const zoom = G.zoom(map);
    const found = [];
    const asked = G.config.kind === "issues" ? ["issues", "shade"] : ["buildings", "shade"];
    for (const name of asked) {
      const layer = G.layerAt(map, { lat, lng }, name);
      if (!layer || !map.hasLayer(layer)) continue;
      for (const [source, picked] of layer.queryTileFeaturesDebug(lng, lat, name === "issues" ? 12 : 4)) {
        for (const { layerName, feature } of picked) {
          if (layerName === "clusters") continue;
          const drawn = layer.paintRules.some((rule) => draws(rule, source, layerName, zoom, feature));
          const props = name === "shade" && G.withFigures ? G.withFigures(feature.props, layer.day()) : feature.props;
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
