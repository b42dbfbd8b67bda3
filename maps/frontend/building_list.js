/* The uncovered buildings of the scope, page by page, whatever part of the map is in view. */
"use strict";

(function (G) {
  let list = null; // {key, rows, next: the cursor of the next page}

  /* Returns {rows, next} of the scope as far as loaded; loads the first page of another scope.

     `figures` are those of the scope: when their number of buildings changes, the list is read again. */
  G.listBuildings = async function (figures) {
    const key = JSON.stringify([G.scopeKey(), figures?.uncovered]);
    if (list?.key === key) return list;
    const page = await G.register().uncovered(G.scopeCode());
    return (list = { key, ...page });
  };

  /* Loads the next page of the list. */
  G.listMoreBuildings = async function () {
    const from = list;
    const page = await G.register().uncovered(G.scopeCode(), from.next);
    if (from === list) list = { key: from.key, rows: [...from.rows, ...page.rows], next: page.next };
  };

  /* Whether the table lists single buildings. */
  G.isNear = function (map) {
    const { listsBuildings, follows, then } = G.state;
    return G.hasBuildings() && (listsBuildings || (follows && !then && G.zoom(map) >= G.style.zooms.dots));
  };

  G.hasBuildings = function () {
    return G.config.kind === "property-coverage" && Boolean(G.layers.buildings);
  };
})(window.Gridward);
