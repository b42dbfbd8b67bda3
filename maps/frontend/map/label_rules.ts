/* Label rules: areas of the current level, with rates on the coverage page; grids at high zoom. */

import type { LabelRule } from "protomaps-leaflet";
import { dataClient } from "../core/data_client.ts";
import { config, mapStyle, state } from "../core/store.ts";
import { displayName, formatNumber, formatPercent, translate } from "../core/texts.ts";
import type { AreaProps } from "../core/types.ts";
import { colours, isCoveragePage, showsGrids } from "./choropleth.ts";
import { withFigures } from "./figures.ts";
import { type LabelLine, labelSymbol } from "./labels.ts";
import { unlessHidden } from "./paint_rules.ts";
import { propsOf } from "./tile_features.ts";

/** Returns a grid's name without the name of its community, or the end of its code. */
function shortName({ name, code, community_code }: AreaProps): string {
  const community = dataClient().name(community_code);
  const number = code.slice(String(community_code ?? "").length);
  if (!name || config.language === "en") return number;
  return community && name.startsWith(community) ? name.slice(community.length) : name;
}

const rateText = ({ rate, uncovered }: AreaProps): string =>
  uncovered
    ? translate("rate_and_uncovered", { rate: formatPercent(rate), count: formatNumber(uncovered) })
    : formatPercent(rate);

const showsRates = (zoom: number) => isCoveragePage() && zoom < mapStyle.zooms.buildings;

function areaLines(zoom: number, props: AreaProps): LabelLine[] {
  const { ink, muted, uncovered_line } = colours();
  return [
    {
      text: displayName(props),
      size: props.level === "district" ? 14 : 12.5,
      weight: 600,
      colour: config.kind === "issues" ? muted : ink,
    },
    {
      text: showsRates(zoom) ? rateText(props) : "",
      size: 11.5,
      weight: 500,
      colour: props.uncovered ? uncovered_line : muted,
    },
  ];
}

function gridLines(zoom: number, props: AreaProps): LabelLine[] {
  const { muted, uncovered_line } = colours();
  return [
    { text: zoom >= mapStyle.zooms.grid_labels ? shortName(props) : "", size: 11.5, weight: 600, colour: muted },
    {
      text: countsGrids() && props.uncovered ? formatNumber(props.uncovered) : "",
      size: 11.5,
      weight: 700,
      colour: uncovered_line,
    },
  ];
}

/** Returns the label rules for a function that returns the day of the figures. */
export function labelRules(day: () => string): LabelRule[] {
  const symbol = (linesOf: (zoom: number, props: AreaProps) => LabelLine[]) =>
    labelSymbol((zoom, props: AreaProps) => linesOf(zoom, withFigures(props, day())));
  const areas: LabelRule = {
    dataSource: "areas",
    dataLayer: "areas_labels",
    symbolizer: symbol(areaLines),
    minzoom: mapStyle.zooms.names,
    filter: (_zoom, feature) => propsOf<AreaProps>(feature).level === state.areaLevel,
  };
  const grids: LabelRule = {
    dataSource: "grids",
    dataLayer: "grids_labels",
    symbolizer: symbol(gridLines),
    filter: namesGrids,
  };
  return [areas, grids].map(unlessHidden);
}

/** Whether grid labels show the number of uncovered buildings. */
const countsGrids = () => isCoveragePage() && showsGrids();

/** Whether grids have labels at a zoom. */
export const namesGrids = (zoom: number) => zoom >= mapStyle.zooms[countsGrids() ? "grids" : "grid_labels"];
