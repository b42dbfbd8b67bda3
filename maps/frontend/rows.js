/* The rows of the table: figures, changes between two dates, or single buildings in view. */
"use strict";

(function (G) {
  const COLUMNS = {
    "property-coverage": ["name", "buildings", "uncovered", "rate"],
    grids: ["name", "buildings", "households", "rate"],
  };

  const COMPARED = ["name", "gained", "lost", "rate"];
  const NEARBY = ["name", "households", "standing"];

  const sum = (rows, key) => rows.reduce((total, row) => total + (row[key] ?? 0), 0);

  /* Returns the totals of all rows. */
  G.total = function (rows) {
    const total = {};
    for (const key of ["buildings", "covered", "uncovered", "households", "covered_households", "gained", "lost"]) {
      total[key] = sum(rows, key);
    }
    return { ...total, rate: total.buildings ? total.covered / total.buildings : null };
  };

  /* Returns the rows of the level in the current area; while the level follows the zoom, those in view. */
  G.readRows = async function (map) {
    const { level, scope, follows, then } = G.state;
    if (G.isNear(map)) {
      const seen = await G.inView(map, "buildings");
      if (!seen) throw new Error(G.word("buildings_unlisted"));
      const within = seen.filter(({ props }) => G.passes(props) && String(props.community_code ?? "").startsWith(scope));
      return { rows: within.map(({ props, lon, lat }) => ({ ...props, lon, lat })), level: "building", partly: true, columns: NEARBY };
    }
    const box = follows && level === "grid" && !G.data ? boxOf(map) : null;
    const every = await G.register().rows(level, scope, box);
    const split = await G.rowsInView(map, level, every);
    const listed = follows ? split.inView : split.rows;
    const rows = then ? await changed(listed, level, scope) : listed;
    return { rows, level, partly: Boolean(box) || listed.length < every.length, columns: then ? COMPARED : COLUMNS[G.config.kind] };
  };

  const boxOf = (map) => map.getBounds().toBBoxString();

  /* Whether the table lists single buildings at this zoom. */
  G.isNear = function (map) {
    const { follows, then } = G.state;
    return follows && !then && G.hasBuildings() && G.zoom(map) >= G.style.zooms.dots;
  };

  G.hasBuildings = function () {
    return G.config.kind === "property-coverage" && Boolean(G.layers.buildings);
  };

  /* Adds the buildings gained and lost since the earlier date to each row. */
  async function changed(rows, level, scope) {
    const changes = new Map((await G.register().changes(level, scope)).map((row) => [row.code, row]));
    return rows.map((row) => ({ ...row, gained: changes.get(row.code)?.gained ?? 0, lost: changes.get(row.code)?.lost ?? 0 }));
  }
})(window.Gridward);
