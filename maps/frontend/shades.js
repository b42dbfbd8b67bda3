/* The figures that areas and grids are shaded and named by while only some buildings are asked for. */
"use strict";

(function (G) {
  const FIGURES = ["buildings", "covered", "uncovered", "rate", "households", "covered_households"];
  const UNKNOWN = Object.fromEntries(FIGURES.map((name) => [name, null]));

  const known = new Map(); // by day: figures by the code of their place
  let asked = null;

  /* What is told of an area or a grid on a day: of the buildings asked for, nothing until it is known. */
  G.told = function (props, day) {
    if (!asked) return props;
    const row = known.get(day)?.get(props.code);
    return { ...props, ...UNKNOWN, ...(row && Object.fromEntries(FIGURES.map((name) => [name, row[name]]))) };
  };

  const level = () => (G.byGrid() ? "grid" : G.state.areaLevel);

  /* All that the figures depend on, apart from where the map is. */
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
      if (mine !== asked) return undefined; // somebody has asked for others since
      known.clear();
      days.forEach((day, at) => known.set(day, new Map(found[at].map((row) => [row.code, row]))));
      return G.refresh("shade", "names");
    }

    async ask(day, box) {
      try {
        return await G.register().rows(level(), G.config.area ?? "", box.toBBoxString(), day);
      } catch {
        return []; // the table says what is wrong
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
