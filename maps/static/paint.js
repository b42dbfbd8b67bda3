/* How each layer looks at each zoom, on each page: rules for the drawing library. */
"use strict";

(function (G) {
  const colours = () => G.style.colours;

  G.shade = function (rate) {
    if (rate == null) return colours().no_data;
    return G.style.rates.findLast(([from]) => rate >= from)[1];
  };

  /* Class bounds that put as many grids into each shade: quantiles, rounded to what people say aloud. */
  G.classes = function (values) {
    const sorted = values.filter((value) => value != null).sort((a, b) => a - b);
    const count = G.style.loads.length;
    const bounds = Array.from({ length: count - 1 }, (_, at) =>
      sorted[Math.floor(((at + 1) * sorted.length) / count)]);
    return [...new Set(bounds.filter((bound) => bound > 0))];
  };

  G.loadShade = (value) =>
    value == null ? colours().no_data
      : G.style.loads[G.state.classes.filter((bound) => value >= bound).length] ?? G.style.loads.at(-1);

  const selected = (props) => G.state.selected && props.code === G.state.selected;

  const inScope = (props) => String(props.code ?? "").startsWith(G.state.scope);

  const choropleth = () => G.config.kind === "property-coverage";

  /* Whether grids carry the shades rather than areas: always on their own page, else at their level. */
  const byGrid = () => G.config.kind === "grids" || (choropleth() && G.state.level === "grid");

  const faded = (zoom, props, close) => (zoom >= close ? 0.3 : 0.9) * (inScope(props) ? 1 : 0.35);

  function shade() {
    const { land } = colours();
    const area = (zoom, props) => {
      if (!choropleth()) return { fill: land, opacity: G.config.basemap ? 0 : 1 };
      return { fill: G.shade(props.rate), opacity: faded(zoom, props, G.style.zooms.buildings) };
    };
    const grid = (zoom, props) => {
      const { measure } = G.state;
      const byLoad = G.config.kind === "grids" && measure !== "rate";
      const fill = byLoad ? G.loadShade(props[measure]) : G.shade(props.rate);
      return { fill, opacity: faded(zoom, props, G.style.zooms.dots) };
    };
    const ofLevel = (zoom, { props }) => props.level === G.state.areaLevel && !byGrid();
    return [
      { dataSource: "areas", dataLayer: "areas", filter: ofLevel, symbolizer: G.polygon(area) },
      { dataSource: "grids", dataLayer: "grids", filter: byGrid, symbolizer: G.polygon(grid) },
    ];
  }

  const WIDTHS = { city: 2.6, district: 2.2, subdistrict: 1.5, community: 1 };

  /* Borders of the level shown and of those above it. */
  function borders() {
    const order = ["city", ...G.style.levels];
    const bordered = (level, zoom) =>
      order.indexOf(level) <= order.indexOf(G.state.areaLevel) || zoom >= G.style.zooms.buildings;
    const line = (level) => ({
      dataLayer: "areas",
      filter: (zoom, { props }) => props.level === level && bordered(level, zoom),
      symbolizer: G.polygon((zoom, props) => edge(props, colours().line, WIDTHS[level])),
    });
    return ["community", "subdistrict", "district", "city"].map(line);
  }

  const edge = (props, stroke, width, dash = null) =>
    selected(props) ? { stroke: colours().selected, width: 3.5 } : { stroke, width, dash };

  function grids() {
    const line = (zoom, props) =>
      edge(props, colours().grid, zoom >= 15 ? 1.1 : 0.6, zoom >= 15 && !byGrid() ? [5, 3] : null);
    return [
      { dataLayer: "grids", filter: (zoom) => byGrid() || zoom >= G.style.zooms.grids, symbolizer: G.polygon(line) },
    ];
  }

  function buildings() {
    const { covered, covered_line, never_covered, lapsed, uncovered_line, selected: chosen } = colours();
    const plain = G.config.kind === "issues";
    const look = (zoom, props) => {
      const stroke = selected(props) ? chosen : null;
      const width = selected(props) ? 3 : zoom >= 16 ? 0.8 : 0;
      if (plain) return { fill: "#d3d6d8", stroke: stroke ?? "#b4b9bd", width };
      if (G.isCovered(props)) return { fill: covered, stroke: stroke ?? covered_line, width };
      const rim = { stroke: stroke ?? uncovered_line, width: selected(props) ? 3 : zoom >= 15 ? 1.2 : 0.6 };
      if (props.reason === "lapsed") return { fill: lapsed, hatch: zoom >= 15 ? uncovered_line : null, ...rim };
      return { fill: never_covered, ...rim };
    };
    const rule = (wanted) => ({
      dataLayer: "buildings",
      minzoom: G.style.zooms.buildings,
      filter: (zoom, feature) => G.isCovered(feature.props) === wanted,
      symbolizer: G.polygon(look),
    });
    return [rule(true), rule(false)];
  }

  G.isCovered = (props) => props.covered === true || props.covered === 1;

  function issues() {
    const cluster = (feature) => feature.props.cluster != null;
    const single = (source, wanted) => ({
        dataSource: source,
        dataLayer: "issues",
        filter: (zoom, feature) => wanted(zoom) && !cluster(feature) && G.isShown(feature.props),
        symbolizer: G.dot((zoom, props) => ({
          fill: G.categoryColour(props.category),
          radius: selected({ code: props.ref }) ? 8 : zoom >= 16 ? 6 : 4.5,
          ring: selected({ code: props.ref }) ? colours().selected : "#fff",
          hollow: ["resolved", "closed"].includes(props.status),
        })),
    });
    const apart = (zoom) => zoom >= G.style.zooms.dots;
    return [
      single("", apart),
      single("clusters", (zoom) => !apart(zoom)),
      { dataSource: "clusters", dataLayer: "issues", symbolizer: G.bubble(),
        filter: (zoom, feature) => !apart(zoom) && cluster(feature) },
    ];
  }

  function backdrop() {
    const of = (kind) => (zoom, feature) => feature.props.kind === kind;
    const { water, green, road, road_line, rail } = colours();
    const roadWidth = (zoom) => Math.max(0, Math.min(9, (zoom - 10.5) * 1.1));
    const area = (colour) => G.polygon(() => ({ fill: colour }));
    const drawn = (kind, geomType, symbolizer) => ({
      dataLayer: "backdrop",
      filter: (zoom, feature) => feature.props.kind === kind && feature.geomType === geomType,
      symbolizer,
    });
    return [
      drawn("green", 3, area(green)),
      drawn("water", 3, area(water)),
      drawn("water", 2, G.line((zoom) => ({ stroke: water, width: Math.max(1, roadWidth(zoom) * 0.8) }))),
      drawn("road", 2, G.line((zoom) => ({ stroke: road_line, width: roadWidth(zoom) + 1.4 }))),
      drawn("road", 2, G.line((zoom) => ({ stroke: road, width: roadWidth(zoom) }))),
      { dataLayer: "backdrop", filter: of("rail"), symbolizer: G.line((zoom) =>
        ({ stroke: rail, width: zoom >= 13 ? 2 : 1, dash: [6, 4] })) },
    ];
  }

  G.paint = { shade, backdrop, borders, grids, buildings, issues };

  /* Names of the level shown, with its rate where the page is about rates; grid names when close. */
  G.names = function () {
    const { ink, muted } = colours();
    const area = G.label((zoom, props) => [
      { text: props.name, size: props.level === "district" ? 14 : 12.5, weight: 600, colour: ink },
      { text: choropleth() && zoom < G.style.zooms.buildings ? G.percent(props.rate) : "",
        size: 11.5, weight: 500, colour: muted },
    ]);
    const grid = G.label((zoom, props) => [
      { text: props.name ?? props.code.slice(-3), size: 11.5, weight: 600, colour: muted },
    ]);
    return [
      { dataSource: "areas", dataLayer: "areas_labels", symbolizer: area, minzoom: G.style.zooms.names,
        filter: (zoom, feature) => feature.props.level === G.state.areaLevel && zoom < G.style.zooms.grid_labels },
      { dataSource: "grids", dataLayer: "grids_labels", symbolizer: grid,
        filter: (zoom) => zoom >= G.style.zooms.grid_labels },
    ];
  };
})(window.Gridward);
