/* The legend of the colours at the current zoom. */
"use strict";

(function (G) {
  const entry = (swatch, text) => G.node("li", {}, [swatch, text]);

  const section = (title, entries) => [G.node("h3", {}, title), G.node("ul", {}, entries)];

  /* What the map shows where an area has no class. */
  function unclassed() {
    const { fill, hatch } = G.emptyLook();
    return [
      entry(G.swatch(fill, "", hatch), G.word(G.isFiltered() ? "no_matches" : "no_homes")),
      entry(G.swatch(G.style.colours.paper), G.word("no_data")),
    ];
  }

  function rates(zoom) {
    const { rates } = G.style;
    const whole = (rate) => `${Math.round(rate * 100)}`;
    const entries = rates.map(([from, colour], at) => {
      const to = rates[at + 1]?.[0];
      const text = at === 0 ? `< ${whole(to)} %` : to ? `${whole(from)} – ${whole(to)} %` : `≥ ${whole(from)} %`;
      return entry(G.swatch(G.tint(colour, zoom)), text);
    });
    return section(G.word(G.isFiltered() ? "rate_filtered" : "rate"), [...entries.reverse(), ...unclassed()]);
  }

  function loads(zoom) {
    const bounds = G.state.classes;
    const entries = [0, ...bounds].map((from, at) => {
      const to = bounds[at];
      const text = to == null ? `≥ ${G.number(from)}` : `${G.number(from)} – ${G.number(to - 1)}`;
      return entry(G.swatch(G.tint(G.style.loads[at], zoom)), text);
    });
    return section(G.word(`per_grid.${G.state.measure}`), [...entries, ...unclassed()]);
  }

  function buildings() {
    const { built, covered, never_covered, lapsed, uncovered_line } = G.style.colours;
    if (!G.tellsCoverage()) return [G.node("ul", {}, entry(G.swatch(built), G.word("building")))];
    return section(G.word("building"), [
      entry(G.swatch(covered), G.word("covered")),
      entry(G.swatch(never_covered), G.word("never_covered")),
      entry(G.swatch(lapsed, "", uncovered_line), G.word("lapsed")),
      ...(G.state.then ? ["gained", "lost"] : []).map((change) =>
        entry(G.swatch(G.style.colours[change], `outline ${change}`), G.word(`column.${change}`))),
    ]);
  }

  function issues(zoom) {
    const { open, closed, ink } = G.style.colours;
    if (zoom < G.style.zooms.dots && G.state.heat) {
      return section(G.word("issue_count_legend"), G.heatClasses(zoom).map(({ colour, from, to }) =>
        entry(G.swatch(colour), from === to ? `${from}` : to ? `${from} – ${to}` : `≥ ${from}`)));
    }
    if (zoom < G.style.zooms.dots) {
      return section(G.word("issues"), [
        entry(G.node("span", { class: "swatch bubble", "aria-hidden": "true" }, "12"), G.word("issue_count_legend")),
        entry(G.swatch(open, "rim"), G.word("unresolved")),
        entry(G.swatch(closed, "rim"), G.word("resolved")),
      ]);
    }
    return section(G.word("issues"), [
      entry(G.swatch(ink, "round"), G.word("unresolved")),
      entry(G.swatch(ink, "hollow"), G.word("resolved")),
    ]);
  }

  function content(zoom) {
    if (G.config.kind === "issues") return issues(zoom);
    const areas = G.config.kind === "grids" && G.state.measure !== "rate" ? loads(zoom) : rates(zoom);
    return zoom >= G.style.zooms.buildings ? [...areas, ...buildings()] : areas;
  }

  G.legend = function (map) {
    const control = L.control({ position: "bottomright" });
    const body = G.node("div", { class: "legend-body" });
    control.onAdd = function () {
      const wide = window.matchMedia("(min-width: 700px)").matches;
      const box = G.node("details", { class: "legend leaflet-control", open: wide }, [
        G.node("summary", {}, G.word("legend")), body,
      ]);
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    const draw = () => G.fill(body, content(G.zoom(map)));
    map.on("zoomend", draw);
    G.on("level", draw);
    G.on("measure", draw);
    G.on("filter", draw);
    G.on("compare", draw);
    control.addTo(map);
    draw();
  };
})(window.Gridward);
