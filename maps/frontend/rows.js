/* The rows of the table: figures, changes between two dates, or single buildings of the scope. */
"use strict";

(function (G) {
  const COLUMNS = {
    "property-coverage": ["name", "buildings", "uncovered", "rate"],
    grids: ["name", "buildings", "households", "rate"],
  };

  const COMPARED = ["name", "gained", "lost", "rate"];
  const BUILDINGS = ["name", "households", "standing", "former_manager"];
  const MOST_BUILDINGS = 50_000; // a larger area lists only its grids in view while the level follows the zoom

  const sum = (rows, key) => rows.reduce((total, row) => total + (row[key] ?? 0), 0);

  /* Returns the totals of all rows. */
  G.total = function (rows) {
    const total = {};
    for (const key of ["buildings", "covered", "uncovered", "households", "covered_households"]) total[key] = sum(rows, key);
    return { ...total, rate: total.buildings ? total.covered / total.buildings : null };
  };

  /* Returns {rows, level, columns, total, count, gaps}: all rows of the level in the scope.

     The total is that of the scope; `gaps` says where it has buildings that the rows lack. */
  G.readRows = async function (map) {
    const figures = await G.scopeFigures();
    if (G.isNear(map)) return buildings(figures, await G.listBuildings(figures));
    const { level, follows, then } = G.state;
    const isPart = level === "grid" && follows && !G.data && figures?.buildings > MOST_BUILDINGS;
    const every = await G.register().rows(level, G.scopeCode(), isPart ? map.getBounds().toBBoxString() : null);
    const named = await G.namedRows(map, level, every);
    const rows = then ? await changed(named, level) : named;
    const changes = then ? { gained: sum(rows, "gained"), lost: sum(rows, "lost") } : {};
    const gaps = isPart ? G.word("grids_in_view") : unlisted(figures, rows);
    return { rows, level, hasMore: false, isPart, gaps, count: isPart ? null : rows.length, total: { ...figures, ...changes }, columns: then ? COMPARED : COLUMNS[G.config.kind] };
  };

  /* Returns a text about the buildings of the scope that are in none of its grids; "" without any. */
  function unlisted(figures, rows) {
    const count = (figures?.buildings ?? 0) - sum(rows, "buildings");
    return rows.length && count > 0 ? G.word("buildings_in_no_row", { count: G.number(count) }) : "";
  }

  function buildings(figures, { rows, next }) {
    const total = figures ? { ...figures, households: figures.households - figures.covered_households } : {};
    return { rows, level: "building", hasMore: next != null, isPart: false, gaps: "", count: total.uncovered, total, columns: G.data ? BUILDINGS.slice(0, -1) : BUILDINGS };
  }

  /* Adds the buildings gained and lost since the earlier date to each row. */
  async function changed(rows, level) {
    const changes = new Map((await G.register().changes(level, G.scopeCode())).map((row) => [row.code, row]));
    return rows.map((row) => ({ ...row, gained: changes.get(row.code)?.gained ?? 0, lost: changes.get(row.code)?.lost ?? 0 }));
  }
})(window.Gridward);
