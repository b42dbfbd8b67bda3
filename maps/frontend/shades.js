/* The figures of the choropleth and its labels while the building filter is on. */
"use strict";

(function (G) {
  const FIGURES = ["buildings", "covered", "uncovered", "rate", "households", "covered_households"];
  const UNKNOWN = Object.fromEntries(FIGURES.map((name) => [name, null]));

  const known = new Map(); // by date: figures by area or grid code
  let asked = null;

  /* Replaces the figures of an area or grid by the filtered ones; null until they are loaded. */
  G.told = function (props, day) {
    if (!asked) return props;
    const row = known.get(day)?.get(props.code);
    return { ...props, ...UNKNOWN, ...(row && Object.fromEntries(FIGURES.map((name) => [name, row[name]]))) };
  };

  const level = () => (G.byGrid() ? "grid" : G.state.areaLevel);

  /* Returns a key of everything that the figures depend on, except the view. */
  const question = () => JSON.stringify([G.filterQuery(), G.passesNone(), level(), G.state.on, G.state.then]);

  class Shades {
    constructor(map) {
      this.map = map;
      for (const subject of ["filter", "day", "compare", "level"]) G.on(subject, () => this.read());
      G.whenStill(map, () => this.read());
    }

    async read() {
      if (!G.isFiltered()) return asked && this.forget();
      const [view, says] = [this.map.getBounds(), question()];
      if (asked?.says === says && asked.box.contains(view)) return undefined;
      const mine = (asked = { says, box: view.pad(0.5) });
      const days = [G.state.on, G.state.then].filter(Boolean);
      const found = await Promise.all(days.map((day) => this.ask(day, mine.box)));
      if (mine !== asked) return undefined; // superseded by a later request
      known.clear();
      days.forEach((day, at) => known.set(day, new Map(found[at].map((row) => [row.code, row]))));
      return G.refresh("shade", "names");
    }

    async ask(day, box) {
      try {
        return await G.register().rows(level(), G.config.area ?? "", box.toBBoxString(), day);
      } catch {
        return []; // the table shows the error
      }
    }

    forget() {
      asked = null;
      known.clear();
      G.refresh("shade", "names");
    }
  }

  G.Shades = Shades;
})(window.Gridward);
