/* Paint rules of each layer, by zoom and page, for protomaps-leaflet. */

import type { Feature, LabelRule, PaintRule, PaintSymbolizer } from "protomaps-leaflet";
import { isFiltered, passes } from "../core/building_filter.ts";
import { categoryColour, isShown } from "../core/issue_filter.ts";
import { isCovered, mapStyle, state } from "../core/store.ts";
import type { AreaProps, BuildingProps, IssueProps, LevelName } from "../core/types.ts";
import { backdropRules } from "./backdrop_rules.ts";
import { showsBasemap } from "./basemap.ts";
import {
  classOpacity,
  colours,
  coloursByLoad,
  isCoveragePage,
  loadColour,
  rateColour,
  showsGrids,
  tellsCoverage,
  tint,
} from "./choropleth.ts";
import { withFigures } from "./figures.ts";
import { heatColour } from "./heat.ts";
import { showsSingleIssues } from "./layer_registry.ts";
import {
  buildingCountSymbol,
  clusterSymbol,
  type DotStyle,
  dotSymbol,
  type PolygonStyle,
  polygonSymbol,
} from "./symbols.ts";
import { type ClusterProps, type HeatProps, propsOf } from "./tile_features.ts";

const isSelected = (key: string | undefined) => Boolean(state.selected) && key === state.selected;

const isInScope = (props: AreaProps) => String(props.code ?? "").startsWith(state.scope);

/** How the legend and the map show areas without homes, or without any building that passes the filter. */
export const emptyLook = (): { fill: string; hatch: string } => ({ fill: colours().land, hatch: colours().no_homes });

/** Returns the fill of an area or grid with these figures; unknown ones leave it like paper. */
function areaStyle(figures: AreaProps, zoom: number, props: AreaProps): PolygonStyle {
  if (figures.buildings == null) return { fill: colours().paper };
  const opacity = isInScope(props) ? 1 : 0.35;
  const value = coloursByLoad() ? figures[state.measure] : figures.rate;
  if (!figures.buildings || value == null) return { ...emptyLook(), opacity: opacity * (showsBasemap() ? 0.5 : 1) };
  const colour = coloursByLoad() ? loadColour(value) : rateColour(value);
  if (!showsBasemap()) return { fill: tint(colour, zoom), opacity };
  return { fill: colour, opacity: opacity * classOpacity(zoom) * 0.7 };
}

/** Returns the day whose figures a layer shows. */
type DayOf = () => string;

function shadeRules(day: DayOf): PaintRule[] {
  const { land } = colours();
  const area = (zoom: number, props: AreaProps) => {
    if (!isCoveragePage()) return { fill: land, opacity: showsBasemap() ? 0 : 1 };
    return areaStyle(withFigures(props, day()), zoom, props);
  };
  const grid = (zoom: number, props: AreaProps) => areaStyle(withFigures(props, day()), zoom, props);
  const isOfLevel = (_zoom: number, feature: Feature) =>
    propsOf<AreaProps>(feature).level === state.areaLevel && !showsGrids();
  return [
    { dataSource: "areas", dataLayer: "areas", filter: isOfLevel, symbolizer: polygonSymbol(area) },
    { dataSource: "grids", dataLayer: "grids", filter: () => showsGrids(), symbolizer: polygonSymbol(grid) },
  ];
}

const BORDER_WIDTHS = { city: 2.8, district: 2.4, subdistrict: 1.5, community: 0.9 };

/** Borders of the current level and of the levels above it. */
function borderRules(): PaintRule[] {
  const order: LevelName[] = ["city", ...mapStyle.levels];
  const isBordered = (level: LevelName, zoom: number) =>
    order.indexOf(level) <= order.indexOf(state.areaLevel) || zoom >= mapStyle.zooms.buildings;
  const rule = (level: keyof typeof BORDER_WIDTHS): PaintRule => ({
    dataLayer: "areas",
    filter: (zoom, feature) => propsOf<AreaProps>(feature).level === level && isBordered(level, zoom),
    symbolizer: polygonSymbol((_zoom, props: AreaProps) =>
      edgeStyle(props, colours()[`${level}_line`], BORDER_WIDTHS[level]),
    ),
  });
  return (["community", "subdistrict", "district", "city"] as const).map(rule);
}

const edgeStyle = (
  props: { code?: string },
  stroke: string,
  width: number,
  dash: number[] | null = null,
): PolygonStyle => (isSelected(props.code) ? { stroke: colours().selected, width: 3.5 } : { stroke, width, dash });

/** The outline of a building: highlighted where its coverage differs between two dates. */
function outlineStyle(props: BuildingProps, stroke: string, width: number): PolygonStyle {
  const change = state.changes.get(props.code);
  if (!change || isSelected(props.code)) return edgeStyle(props, stroke, width);
  return { stroke: colours()[change], width: 2.6, dash: change === "lost" ? [4, 3] : null };
}

function gridRules(): PaintRule[] {
  const width = (zoom: number) => (zoom >= 15 ? 1.1 : zoom >= 13 ? 0.6 : 0.25);
  const style = (zoom: number, props: AreaProps) =>
    edgeStyle(props, colours().grid, width(zoom), zoom >= 15 && !showsGrids() ? [5, 3] : null);
  return [
    {
      dataLayer: "grids",
      filter: (zoom) => showsGrids() || zoom >= mapStyle.zooms.grids,
      symbolizer: polygonSymbol(style),
    },
  ];
}

function buildingStyle(zoom: number, props: BuildingProps): PolygonStyle {
  const { covered, covered_line, never_covered, lapsed, uncovered_line, built, built_line } = colours();
  if (!tellsCoverage()) return { fill: built, ...edgeStyle(props, built_line, zoom >= 16 ? 0.8 : 0) };
  if (isCovered(props)) return { fill: covered, ...outlineStyle(props, covered_line, zoom >= 16 ? 0.8 : 0) };
  const fill = props.reason === "lapsed" ? lapsed : never_covered;
  const hatch = props.reason === "lapsed" && zoom >= 15 ? uncovered_line : null;
  return { fill, hatch, ...outlineStyle(props, uncovered_line, zoom >= 15 ? 1.2 : 0.6) };
}

function buildingRules(): PaintRule[] {
  const rule = (covered: boolean): PaintRule => ({
    dataLayer: "buildings",
    minzoom: mapStyle.zooms.buildings,
    filter: (_zoom, feature) => {
      const props = propsOf<BuildingProps>(feature);
      return isCovered(props) === covered && (!tellsCoverage() || passes(props));
    },
    symbolizer: polygonSymbol(buildingStyle),
  });
  const counts: PaintRule = {
    dataLayer: "clusters",
    symbolizer: buildingCountSymbol(),
    filter: (zoom) => zoom >= mapStyle.zooms.buildings && !isFiltered(),
  };
  return [rule(true), rule(false), counts];
}

const isSettled = ({ status }: IssueProps) => ["resolved", "closed"].includes(status);

const isCluster = (feature: Feature) => Boolean(propsOf<Partial<ClusterProps>>(feature).cluster);

const issueStyle = (_zoom: number, props: IssueProps): DotStyle => ({
  fill: categoryColour(props.category),
  radius: (isSettled(props) ? 4.2 : 6) + (isSelected(props.ref) ? 3 : 0),
  ring: isSelected(props.ref) ? colours().selected : "#fff",
  hollow: isSettled(props),
});

/** Returns the rule of single issues of a data source that are settled or not. */
const issueRule = (source: string, isRendered: (zoom: number) => boolean, settled: boolean): PaintRule => ({
  dataSource: source,
  dataLayer: "issues",
  filter: (zoom, feature) => {
    const props = propsOf<IssueProps>(feature);
    return isRendered(zoom) && !isCluster(feature) && isSettled(props) === settled && isShown(props);
  },
  symbolizer: dotSymbol(issueStyle),
});

function issueRules(): PaintRule[] {
  const showsClusters = (zoom: number) => !showsSingleIssues(zoom);
  const clusterRule = (dataLayer: string, symbolizer: PaintSymbolizer, filter: PaintRule["filter"]): PaintRule => ({
    dataSource: "clusters",
    dataLayer,
    symbolizer,
    filter,
  });
  const heatCell = polygonSymbol((zoom, { heat }: HeatProps) => ({ fill: heatColour(zoom, heat), opacity: 0.78 }));
  return [
    ...[true, false].flatMap((settled) => [
      issueRule("", showsSingleIssues, settled),
      issueRule("clusters", showsClusters, settled),
    ]),
    clusterRule("issues", clusterSymbol(), (zoom, feature) => showsClusters(zoom) && isCluster(feature)),
    clusterRule("heat", heatCell, showsClusters),
  ];
}

let isHidden: (props: AreaProps) => boolean = () => false;

/** Hides the grids, and the labels of areas and grids, whose properties the function is true for. */
export function hideShapes(hidden: (props: AreaProps) => boolean) {
  isHidden = hidden;
}

/** Returns a rule that leaves out hidden areas and grids. */
export const unlessHidden = <Rule extends PaintRule | LabelRule>(rule: Rule): Rule => ({
  ...rule,
  filter: (zoom: number, feature: Feature) =>
    (rule.filter?.(zoom, feature) ?? true) && !isHidden(propsOf<AreaProps>(feature)),
});

/** The paint rules of each layer, for a function that returns its date. */
export const paintRules = {
  shade: shadeRules,
  backdrop: backdropRules,
  borders: borderRules,
  grids: () => gridRules().map(unlessHidden),
  buildings: buildingRules,
  issues: issueRules,
} satisfies Record<string, (day: DayOf) => PaintRule[]>;
