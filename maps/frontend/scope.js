/* The scope of the page: the chosen area on the day shown, under the filter, and what it counts.

   Headline, finding, total of the table, list of buildings and exports all count these buildings. */
"use strict";

(function (G) {
  const FRESH = 60_000; // milliseconds after which figures are requested again
  const MOST = 50; // scopes whose figures are kept

  const loaded = new Map(); // by key: {at, figures: a promise}

  /* Returns the code of the area that requests are limited to; "" for all areas. */
  G.scopeCode = () => G.state.scope || G.config.city || "";

  /* Returns the name of the scope's area in the page's language. */
  G.scopeName = () => G.state.area.name;

  G.scopeKey = () => JSON.stringify([G.scopeCode(), G.state.on, G.filterQuery(), G.passesNone()]);

  /* Returns the level whose rows are those of the scope's area itself, or add up to them. */
  const levelOf = ({ level }) => (G.config.levels.includes(level) ? level : G.config.levels[0]);

  let gridsOfDay = { on: null, rows: null };

  /* Returns a promise of the rows of all grids of the page on the day shown; requested once. */
  G.gridRows = function () {
    const { on } = G.state;
    if (gridsOfDay.on === on) return gridsOfDay.rows;
    const rows = G.register().rows("grid", G.config.area || G.config.city || "");
    gridsOfDay = { on, rows };
    rows.catch(() => (gridsOfDay = { on: null, rows: null })); // requested again the next time
    return rows;
  };

  async function load() {
    const [level, code, register] = [levelOf(G.state.area), G.scopeCode(), G.register()];
    const reasons = register.lapsed(level, code).catch(() => null); // the finding leaves the reasons out
    const rows = await register.rows(level, code);
    if (!rows.length) return null;
    const total = G.total(rows);
    const grids = G.config.kind === "grids" ? (await G.gridRows()).filter((grid) => grid.code.startsWith(code)).length : null;
    const split = (lapsed) => (lapsed == null ? null : { lapsed, never: total.uncovered - lapsed });
    return { ...total, grids, reasons: reasons.then(split) };
  }

  /* Returns the figures of the scope: those of a row, `reasons` and `grids`; null without rows.

     `reasons` is a promise of how many uncovered buildings lost coverage and how many never had it:
     {lapsed, never}, null where they could not be loaded. In a large city they take longer than the other
     figures. `grids` is null except on the grids page. */
  G.scopeFigures = function () {
    const key = G.scopeKey();
    const cached = loaded.get(key);
    if (cached && performance.now() - cached.at < FRESH) return cached.figures;
    const figures = load();
    loaded.delete(key);
    loaded.set(key, { at: performance.now(), figures });
    if (loaded.size > MOST) loaded.delete(loaded.keys().next().value);
    figures.catch(() => loaded.delete(key)); // requested again the next time
    return figures;
  };

  /* Calls back with the figures of the scope whenever it changes; with null if they cannot be loaded. */
  G.onScope = function (shown) {
    let latest;
    const read = async () => {
      const key = (latest = G.scopeKey());
      const figures = await G.scopeFigures().catch(() => null); // the table shows the error
      if (key === latest) shown(figures);
    };
    for (const subject of ["scope", "day", "filter"]) G.on(subject, read);
    read();
  };

  function whyUncovered({ lapsed, never }) {
    const key = !never ? "lapsed" : !lapsed ? "never_covered" : "both";
    return G.word(`finding.${key}`, { lapsed: G.number(lapsed), never: G.number(never) });
  }

  /* Returns the finding about the scope as a sentence, with the reasons if they are loaded; "" without figures. */
  G.finding = function (figures, reasons = null) {
    if (!figures) return "";
    const { buildings, uncovered } = figures;
    const kind = !buildings ? "none" : !uncovered ? "all_covered" : uncovered === 1 ? "one" : "some";
    const numbers = { buildings: G.number(buildings), uncovered: G.number(uncovered) };
    const what = G.word(`finding.${kind}${G.isFiltered() ? ".filtered" : ""}`, numbers);
    const why = uncovered && reasons ? whyUncovered(reasons) : "";
    return G.word("finding", { area: G.scopeName(), day: G.longDay(G.state.on), what, why });
  };
})(window.Gridward);
