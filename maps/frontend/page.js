/* Starts a map page: the MapStartup element calls `Gridward.open` with the map. */
"use strict";

(function (G) {
  let map;

  /* While true, no tiles are requested: the initial view is not set yet. */
  G.opening = true;

  G.open = function (made) {
    map = made;
    controls();
    G.home = () => [[G.config.bounds[1], G.config.bounds[0]], [G.config.bounds[3], G.config.bounds[2]]];
    limitZoom();
    map.fitBounds(G.home(), { animate: false });
    G.watchPointer(map);
    G.watchBasemap(map);
    map.on("zoomend", zoomed);
    zoomed();
    const table = G.config.kind === "issues" ? openIssues() : openCoverage();
    new G.Search(map, document.getElementById("search"), table);
    G.legend(map);
    if (G.hasDays()) {
      const strip = document.getElementById("days");
      new G.Days(map, strip);
      new G.Compare(map, strip);
    }
    new G.Tools(map, document.getElementById("tools"));
    G.keepLink(map, table);
    G.opening = false;
    G.refresh(...Object.keys(G.layers));
    // On a narrow screen the date strip gets a second line, which shrinks the map.
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
    map.on("resize", fitPaper);
    map.on("resize", limitZoom);
    fitPaper();
    document.documentElement.dataset.ready = "true";
  };

  /* Keeps the city from shrinking to a few specks. */
  function limitZoom() {
    map.setMinZoom(Math.max(0, Math.floor(map.getBoundsZoom(G.home())) - 1));
  }

  /* Prints the map as seen: it keeps its size and is scaled, since tiles of another zoom would
     arrive too late. The paper is A4 landscape without margins and heading. */
  function fitPaper() {
    if (window.matchMedia("print").matches) return;
    const { width, height } = map.getContainer().getBoundingClientRect();
    const paper = document.documentElement.style;
    paper.setProperty("--seen-width", `${width}px`);
    paper.setProperty("--seen-height", `${height}px`);
    paper.setProperty("--to-paper", Math.min(1046 / width, 588 / height));
  }

  function zoomed() {
    G.rescale(map);
    if (G.state.follows) toLevel(levelAt(G.zoom(map)));
  }

  function controls() {
    map.attributionControl.setPrefix(false);
    L.control.zoom({ zoomInTitle: G.word("zoom_in"), zoomOutTitle: G.word("zoom_out") }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    const toggle = document.querySelector(".leaflet-control-layers-toggle");
    toggle?.setAttribute("title", G.word("layers"));
    toggle?.setAttribute("aria-label", G.word("layers"));
    map.getContainer().setAttribute("aria-label", G.word("map"));
    map.getContainer().setAttribute("role", "application");
  }

  function openCoverage() {
    const table = new G.Table(map, document.getElementById("content"));
    setLevel(levelAt(G.zoom(map)));
    if (G.config.kind === "grids") measures();
    else new G.Filters(map, document.getElementById("filters"));
    new G.Figures(map);
    G.onScope(headline);
    return table;
  }

  /* Shows what the scope counts: its name, the figures and the finding. Dashes are figures that could not be loaded. */
  function headline(counted) {
    const name = G.scopeName();
    document.querySelector(".bar h1").firstChild.textContent = G.config.service ? name : `${name} `;
    document.title = `${name} · ${G.word(`title.${G.config.kind}`)}`;
    showFinding(counted);
    (G.config.kind === "grids" ? gridFigures : figures)(counted ?? {});
  }

  async function showFinding(counted) {
    const [place, key] = [document.getElementById("finding"), G.scopeKey()];
    place.textContent = G.finding(counted);
    const reasons = await counted?.reasons;
    if (key === G.scopeKey()) place.textContent = G.finding(counted, reasons);
  }

  function openIssues() {
    setLevel(levelAt(G.zoom(map)));
    new G.Counts(document.getElementById("content"));
    issueFigures();
    G.on("filter", issueFigures);
    G.on("filter", raiseNames);
  }

  /* Puts the labels above the heat map and below clusters. */
  function raiseNames() {
    const { names, issues } = G.layers;
    if (names && issues) names.setZIndex(issues.options.zIndex + (G.state.heat ? 1 : -1));
  }

  function issueFigures() {
    const counts = G.issueRows().filter(({ category, status }) =>
      !G.state.hidden.category.has(category) && !G.state.hidden.status.has(status));
    const total = G.issueTotal(counts);
    const settled = G.settled(counts);
    show([
      [counts.length < G.issueRows().length || G.state.period.from || G.state.period.to ? "issues_filtered" : "issues", G.number(total)],
      ["unresolved", G.number(total - settled), "alarm"],
      ["resolution_rate", G.percent(total ? settled / total : null)],
    ]);
  }

  function figures(total) {
    show([
      [G.isFiltered() ? "buildings_filtered" : "buildings", G.number(total.buildings)],
      ["rate", G.percent(total.rate)],
      ["uncovered_buildings", G.number(total.uncovered), "alarm"],
      ["households", G.number(total.households)],
    ]);
  }

  function show(entries) {
    G.fill(document.getElementById("figures"), entries.map(([key, value, kind]) =>
      G.node("div", { class: kind ?? "" }, [G.node("dt", {}, G.word(key)), G.node("dd", {}, value)])));
  }

  /* The choice of the figure that colours the grids: households, buildings or coverage rate. */
  async function measures() {
    const box = G.node("div", { class: "levels measures", role: "group", "aria-label": G.word("colour_grids_by") });
    const place = document.getElementById("content");
    place.prepend(G.node("h2", { class: "small" }, G.word("colour_grids_by")), box);
    let rows = [];
    const choose = (measure) => {
      G.state.measure = measure;
      G.state.classes = measure === "rate" ? [] : G.classes(rows.map((row) => row[measure]));
      G.fill(box, ["households", "buildings", "rate"].map((name) =>
        G.button(G.word(name), () => choose(name), { "aria-pressed": String(name === measure) })));
      G.refresh("shade", "buildings");
      G.tell("measure");
    };
    G.setMeasure = choose;
    const read = async () => {
      rows = await G.gridRows();
      choose(G.state.measure);
    };
    G.on("day", () => read().catch(() => {})); // the table shows the error
    await read();
  }

  function gridFigures(total) {
    const { grids } = total;
    show([
      ["grids", G.number(grids)],
      ["buildings", G.number(total.buildings)],
      ["households", G.number(total.households)],
      ["households_per_grid", G.number(grids ? Math.round(total.households / grids) : null)],
      ["rate", G.percent(total.rate)],
    ]);
  }

  /* Returns the finest level shown at a zoom, but at least one level below the current area. */
  function levelAt(zoom) {
    const { levels } = G.config;
    const fits = levels.findLastIndex((level) => zoom >= G.style.levelZooms[level]);
    return levels[Math.max(fits, G.state.floor, 0)];
  }

  function toLevel(level) {
    if (level !== G.state.level) setLevel(level);
  }

  function setLevel(level) {
    G.state.level = level;
    const areaLevels = G.config.levels.filter((name) => name !== "grid");
    const coarser = G.config.kind === "issues" ? -2 : 0; // fewer labels leave room for the clusters
    const shown = level === "grid" ? areaLevels.length - 1 : areaLevels.indexOf(level);
    G.state.areaLevel = areaLevels[Math.max(0, shown + coarser)];
    G.refresh("shade", "borders", "grids", "names");
    G.tell("level");
  }

  G.setLevel = function (level) {
    G.state.follows = false;
    G.state.listsBuildings = false;
    setLevel(level);
    if (G.zoom(map) < G.style.levelZooms[level] && !G.data) map.setZoom(G.style.levelZooms[level]);
  };

  G.followZoom = function () {
    G.state.follows = true;
    G.state.listsBuildings = false;
    setLevel(levelAt(G.zoom(map)));
  };

  /* Lists the buildings of the scope; the level of the map follows the zoom. */
  G.setBuildingList = function () {
    G.state.follows = true;
    G.state.listsBuildings = true;
    setLevel(levelAt(G.zoom(map)));
  };

  /* Restricts the page to an area {code, name, level} and shows its parts; null is the area of the page. */
  G.setScope = function (area) {
    const { levels } = G.config;
    G.state.area = area ?? { code: G.config.area ?? "", name: G.config.title, level: levels[0] };
    G.state.scope = G.state.area.code;
    G.tell("scope");
    const level = area?.level;
    G.state.floor = Math.min(levels.indexOf(level) + 1, levels.length - 1);
    const chosen = Math.max(levels.indexOf(G.state.level), G.state.floor);
    setLevel(G.state.follows ? levelAt(G.zoom(map)) : levels[level ? G.state.floor : chosen]);
  };

  G.select = function (code) {
    G.state.selected = code;
    G.refresh("borders", "grids", "buildings", "issues");
    G.tell("selected");
  };
})(window.Gridward);
