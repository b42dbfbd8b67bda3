/* Style rules of each layer, by zoom and page, for protomaps-leaflet. */
"use strict";

(function (G) {
  const colours = () => G.style.colours;

  G.shade = function (rate) {
    if (rate == null) return colours().no_homes;
    return G.style.rates.findLast(([from]) => rate >= from)[1];
  };

  /* Returns class bounds with equal numbers of grids per class (quantiles). */
  G.classes = function (values) {
    const sorted = values.filter((value) => value != null).sort((a, b) => a - b);
    const count = G.style.loads.length;
    const bounds = Array.from({ length: count - 1 }, (_, at) =>
      sorted[Math.floor(((at + 1) * sorted.length) / count)]);
    return [...new Set(bounds.filter((bound) => bound > 0))];
  };

  const loadShade = (value) =>
    G.style.loads[G.state.classes.filter((bound) => value >= bound).length] ?? G.style.loads.at(-1);

  const selected = (props) => G.state.selected && props.code === G.state.selected;

  const inScope = (props) => String(props.code ?? "").startsWith(G.state.scope);

  const choropleth = () => G.config.kind === "property-coverage";

  /* Whether the choropleth shows grids instead of areas. */
  G.byGrid = () => G.config.kind === "grids" || (choropleth() && G.state.level === "grid");

  /* Returns how much of a class colour the choropleth has at a zoom, less where it shows footprints. */
  const strength = (zoom) => {
    const { buildings, dots } = G.style.zooms;
    return G.style.strengths[byLoad() ? "load" : "rate"][zoom < buildings ? 0 : zoom < dots ? 1 : 2];
  };

  const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

  /* Returns a class colour as the map and its legend show it at a zoom. */
  G.tint = function (colour, zoom) {
    const [from, to] = [channels(colours().land), channels(colour)];
    const mixed = to.map((level, at) => Math.round(from[at] + (level - from[at]) * strength(zoom)));
    return `#${mixed.map((level) => level.toString(16).padStart(2, "0")).join("")}`;
  };

  /* How the legend and the map show areas without homes, or without any building that passes the filter. */
  G.emptyLook = () => ({ fill: colours().land, hatch: colours().no_homes });

  /* Returns the fill of an area or grid with these figures; unknown ones leave it like paper. */
  function areaLook(figures, zoom, props) {
    if (figures.buildings == null) return { fill: colours().paper };
    const faded = inScope(props) ? 1 : 0.35;
    const value = byLoad() ? figures[G.state.measure] : figures.rate;
    if (!figures.buildings || value == null) return { ...G.emptyLook(), opacity: faded * (G.showsBasemap() ? 0.5 : 1) };
    const colour = byLoad() ? loadShade(value) : G.shade(value);
    if (!G.showsBasemap()) return { fill: G.tint(colour, zoom), opacity: faded };
    return { fill: colour, opacity: faded * strength(zoom) * 0.7 };
  }

  /* Whether the grids are coloured by households or buildings instead of coverage. */
  const byLoad = () => G.config.kind === "grids" && G.state.measure !== "rate";

  /* Whether footprints are coloured by coverage. */
  G.tellsCoverage = () => G.config.kind !== "issues" && !byLoad();

  function shade(day) {
    const { land } = colours();
    const counted = (props) => (G.withFigures ? G.withFigures(props, day()) : props);
    const area = (zoom, props) => {
      if (!choropleth()) return { fill: land, opacity: G.showsBasemap() ? 0 : 1 };
      return areaLook(counted(props), zoom, props);
    };
    const grid = (zoom, props) => areaLook(counted(props), zoom, props);
    const ofLevel = (zoom, { props }) => props.level === G.state.areaLevel && !G.byGrid();
    return [
      { dataSource: "areas", dataLayer: "areas", filter: ofLevel, symbolizer: G.polygon(area) },
      { dataSource: "grids", dataLayer: "grids", filter: () => G.byGrid(), symbolizer: G.polygon(grid) },
    ];
  }

  const WIDTHS = { city: 2.8, district: 2.4, subdistrict: 1.5, community: 0.9 };

  /* Borders of the current level and of the levels above it. */
  function borders() {
    const order = ["city", ...G.style.levels];
    const bordered = (level, zoom) =>
      order.indexOf(level) <= order.indexOf(G.state.areaLevel) || zoom >= G.style.zooms.buildings;
    const line = (level) => ({
      dataLayer: "areas",
      filter: (zoom, { props }) => props.level === level && bordered(level, zoom),
      symbolizer: G.polygon((zoom, props) => edge(props, colours()[`${level}_line`], WIDTHS[level])),
    });
    return ["community", "subdistrict", "district", "city"].map(line);
  }

  const edge = (props, stroke, width, dash = null) =>
    selected(props) ? { stroke: colours().selected, width: 3.5 } : { stroke, width, dash };

  /* The outline of a building: highlighted where its coverage differs between two dates. */
  function outline(props, stroke, width) {
    const change = G.changes.get(props.code);
    if (!change || selected(props)) return edge(props, stroke, width);
    return { stroke: colours()[change], width: 2.6, dash: change === "lost" ? [4, 3] : null };
  }

  function grids() {
    const thickness = (zoom) => (zoom >= 15 ? 1.1 : zoom >= 13 ? 0.6 : 0.25);
    const line = (zoom, props) =>
      edge(props, colours().grid, thickness(zoom), zoom >= 15 && !G.byGrid() ? [5, 3] : null);
    return [
      { dataLayer: "grids", filter: (zoom) => G.byGrid() || zoom >= G.style.zooms.grids, symbolizer: G.polygon(line) },
    ];
  }

  function buildings() {
    const { covered, covered_line, never_covered, lapsed, uncovered_line, built, built_line } = colours();
    const look = (zoom, props) => {
      if (!G.tellsCoverage()) return { fill: built, ...edge(props, built_line, zoom >= 16 ? 0.8 : 0) };
      if (G.isCovered(props)) return { fill: covered, ...outline(props, covered_line, zoom >= 16 ? 0.8 : 0) };
      const fill = props.reason === "lapsed" ? lapsed : never_covered;
      const hatch = props.reason === "lapsed" && zoom >= 15 ? uncovered_line : null;
      return { fill, hatch, ...outline(props, uncovered_line, zoom >= 15 ? 1.2 : 0.6) };
    };
    const rule = (wanted) => ({
      dataLayer: "buildings",
      minzoom: G.style.zooms.buildings,
      filter: (zoom, { props }) => G.isCovered(props) === wanted && (!G.tellsCoverage() || G.passes(props)),
      symbolizer: G.polygon(look),
    });
    const crowd = { dataLayer: "clusters", symbolizer: G.crowd(), filter: (zoom) => zoom >= G.style.zooms.buildings && !G.isFiltered?.() };
    return [rule(true), rule(false), crowd];
  }

  /* Whether a building is covered; in tiles only `manager_kind` tells it. */
  G.isCovered = ({ covered, manager_kind: kind }) => Boolean(covered ?? kind);

  function issues() {
    const settled = ({ status }) => ["resolved", "closed"].includes(status);
    const dot = (zoom, props) => ({
      fill: G.categoryColour(props.category),
      radius: (settled(props) ? 4.2 : 6) + (selected({ code: props.ref }) ? 3 : 0),
      ring: selected({ code: props.ref }) ? colours().selected : "#fff",
      hollow: settled(props),
    });
    const single = (source, wanted, old) => ({
      dataSource: source,
      dataLayer: "issues",
      filter: (zoom, { props }) => wanted(zoom) && !props.cluster && settled(props) === old && G.isShown(props),
      symbolizer: G.dot(dot),
    });
    return [
      ...[true, false].flatMap((old) => [single("", G.isApart, old), single("clusters", (zoom) => !G.isApart(zoom), old)]),
      { dataSource: "clusters", dataLayer: "issues", symbolizer: G.bubble(),
        filter: (zoom, { props }) => !G.isApart(zoom) && props.cluster },
      { dataSource: "clusters", dataLayer: "heat", symbolizer: G.polygon((zoom, { heat }) => ({ fill: G.heatShade(zoom, heat), opacity: 0.78 })),
        filter: (zoom) => !G.isApart(zoom) },
    ];
  }

  function backdrop() {
    const of = (kind) => (zoom, feature) => feature.props.kind === kind;
    const { water, green, road, road_line, rail } = colours();
    const roadWidth = (zoom) => Math.max(0, Math.min(9, (zoom - 10.5) * 1.1));
    const roadOpacity = (zoom) => (zoom < G.style.zooms.buildings ? 0.5 : 0.9);
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
      drawn("road", 2, G.line((zoom) => ({ stroke: road_line, width: roadWidth(zoom) + 1.4, opacity: roadOpacity(zoom) }))),
      drawn("road", 2, G.line((zoom) => ({ stroke: road, width: roadWidth(zoom), opacity: roadOpacity(zoom) }))),
      { dataLayer: "backdrop", filter: of("rail"), symbolizer: G.line((zoom) =>
        ({ stroke: rail, width: zoom >= 13 ? 2 : 1, dash: [6, 4] })) },
    ];
  }

  G.paint = { shade, backdrop, borders, grids, buildings, issues };

  /* Returns a grid's name without the name of its community, or the end of its code. */
  function shortName({ name, code, community_code }) {
    const community = G.register().name(community_code);
    const number = code.slice(String(community_code ?? "").length);
    if (!name || G.config.language === "en") return number;
    return community && name.startsWith(community) ? name.slice(community.length) : name;
  }

  /* Label rules: areas of the current level, with rates on the coverage page; grids at high zoom. */
  G.names = function (day) {
    const { ink, muted, uncovered_line } = colours();
    const figures = ({ rate, uncovered }) =>
      (uncovered ? G.word("rate_and_uncovered", { rate: G.percent(rate), count: G.number(uncovered) }) : G.percent(rate));
    const tells = (zoom) => choropleth() && zoom < G.style.zooms.buildings;
    const counted = (lines) => (zoom, props) => lines(zoom, G.withFigures ? G.withFigures(props, day()) : props);
    const area = G.label(counted((zoom, props) => [
      { text: G.named(props), size: props.level === "district" ? 14 : 12.5, weight: 600, colour: G.config.kind === "issues" ? muted : ink },
      { text: tells(zoom) ? figures(props) : "", size: 11.5, weight: 500, colour: props.uncovered ? uncovered_line : muted },
    ]));
    const grid = G.label(counted((zoom, props) => [
      { text: zoom >= G.style.zooms.grid_labels ? shortName(props) : "", size: 11.5, weight: 600, colour: muted },
      { text: countsGrids() && props.uncovered ? G.number(props.uncovered) : "", size: 11.5, weight: 700, colour: uncovered_line },
    ]));
    return [
      { dataSource: "areas", dataLayer: "areas_labels", symbolizer: area, minzoom: G.style.zooms.names,
        filter: (zoom, feature) => feature.props.level === G.state.areaLevel },
      { dataSource: "grids", dataLayer: "grids_labels", symbolizer: grid,
        filter: G.namesGrids },
    ];
  };

  /* Whether grid labels show the number of uncovered buildings. */
  const countsGrids = () => choropleth() && G.byGrid();

  /* Whether grids have labels at a zoom. */
  G.namesGrids = (zoom) => zoom >= G.style.zooms[countsGrids() ? "grids" : "grid_labels"];
})(window.Gridward);
