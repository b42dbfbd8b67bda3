/* The figures of areas and grids that the choropleth and its labels show: tiles have none.

   They are requested by day, level and filter, so that another day needs no other tiles. */
"use strict";

(function (G) {
  const NAMES = ["buildings", "covered", "uncovered", "rate", "households", "covered_households"];
  const UNKNOWN = Object.fromEntries(NAMES.map((name) => [name, null]));
  const MOST_DAYS = 130; // days and filters whose figures are kept: the stops of the slider
  const FRESH = 60_000; // milliseconds after which figures are requested again

  /* By day and filter: {key, loaded, rows: figures by code, boxes: the bounds with figures, by level}. */
  const loadedSets = new Map();

  let shown = {}; // the sets of figures that the map shows: {now, then}

  /* Whether the features of a layer already contain their figures, as in a stand-alone page. */
  const isEmbedded = () => Boolean(G.data) && !G.isFiltered?.();

  /* Returns the properties of an area or grid with its figures on a day; null while unknown.

     Until the figures of another day are loaded, the map shows those of the day before. */
  G.withFigures = function (props, day) {
    if (isEmbedded()) return props;
    const set = day === G.state.then ? shown.then : shown.now;
    const row = set?.rows.get(props.code);
    return { ...props, ...UNKNOWN, ...(row && Object.fromEntries(NAMES.map((name) => [name, row[name]]))) };
  };

  const level = () => (G.byGrid() ? "grid" : G.state.areaLevel);

  const keyOf = (day) => JSON.stringify([day, G.filterQuery(), G.passesNone()]);

  function setOf(day) {
    const key = keyOf(day);
    let set = loadedSets.get(key);
    if (!set || performance.now() - set.loaded > FRESH) set = { key, loaded: performance.now(), rows: new Map(), boxes: new Map() };
    loadedSets.delete(key);
    loadedSets.set(key, set);
    if (loadedSets.size > MOST_DAYS) loadedSets.delete(loadedSets.keys().next().value);
    return set;
  }

  const WORLD = L.latLngBounds([-90, -180], [90, 180]);

  /* Returns a box as west, south, east, north, without what lies beyond the world. */
  function text(box) {
    const inside = (lat, lon) => L.latLng(Math.min(Math.max(lat, WORLD.getSouth()), WORLD.getNorth()), Math.min(Math.max(lon, WORLD.getWest()), WORLD.getEast()));
    const ends = [inside(box.getSouth(), box.getWest()), inside(box.getNorth(), box.getEast())];
    return L.latLngBounds(ends).toBBoxString();
  }

  const days = () => [G.state.on, G.state.then].filter(Boolean);

  class Figures {
    constructor(map) {
      this.map = map;
      this.note = G.mapNote(map);
      for (const subject of ["filter", "day", "compare", "level"]) G.on(subject, () => this.read());
      G.whenStill(map, () => this.read());
      G.areFiguresLoaded = () => this.failed || isEmbedded() || this.isComplete();
      this.read();
    }

    /* Whether the figures shown are those of the days, the filter, the level and the view. */
    isComplete() {
      const sets = [shown.now, shown.then];
      return days().every((day, at) => sets[at]?.key === keyOf(day) && this.covers(sets[at]));
    }

    covers(set) {
      return Boolean(set.boxes.get(level())?.contains(this.map.getBounds()));
    }

    /* Loads what the view lacks, then shows all of it at once. */
    async read() {
      const mine = (this.latest = {});
      const sets = isEmbedded() ? [] : days().map(setOf);
      try {
        await Promise.all(sets.map((set, at) => this.covers(set) || this.load(set, days()[at])));
        if (mine === this.latest) this.show({ now: sets[0], then: sets[1] }, null); // else superseded by a later request
      } catch (error) {
        if (mine === this.latest) this.show({}, error);
      }
    }

    async load(set, day) {
      const [by, box] = [level(), this.map.getBounds().pad(0.5)];
      for (const row of await G.register().rows(by, G.config.area ?? "", text(box), day)) set.rows.set(row.code, row);
      set.boxes.set(by, box);
    }

    /* Shows sets of figures, or the error instead of any: a map without colours must say why. */
    show(sets, error) {
      shown = sets;
      this.failed = Boolean(error);
      this.note.show(error ? G.word("load_failed", { reason: error.message }) : "");
      G.refresh("shade", "names");
    }
  }

  G.Figures = Figures;
})(window.Gridward);
